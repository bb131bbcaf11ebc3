"""Who pays for a hold out of which budget: one address cannot keep a whole house from everybody else.

Guests of one address share a budget of seats for each show; an account with a verified e-mail address has one of its
own, however many people sit behind its address. The Lua scripts count and check (`count`, `over_budget` in
scripts/_show.lua), in the same call that holds or frees a seat, so no race passes them. What is counted:

- `held`: seats held or waiting for payment. Release, expiry and sale give them back; signing in moves them to the
  account.
- `lapsed`: seats of the last half hour that ran out, or were given back after more than a minute, and so kept others
  waiting for nothing. A seat that is paid for gives one back.

Seats of the waitlist are in no budget: `checkout.waitlist` limits what it offers to one address. After Redis has lost
its data, seats of bookings that wait for payment are in none either.
"""

from django.conf import settings

from seating.store import NO_BUDGET, Budget


def budget_for(owner: str, address: str, *, verified: bool) -> Budget:
    """`address` as `cinema.addresses` has it; empty for callers who are nobody's address, such as a command."""
    held, lapsed = settings.GUEST_SEATS_PER_ADDRESS, settings.SEATS_UNPAID_PER_ADDRESS
    if not (held or lapsed):
        return NO_BUDGET
    return Budget(owner if verified else address, held, lapsed)
