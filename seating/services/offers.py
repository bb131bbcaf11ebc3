"""Offers: seats kept for a party on the waitlist, in Redis and in PostgreSQL from the start.

An offer is a separate hold beside any hold the person has already. It is claimed at once, so that losing Redis loses no
offer, and marked as booked, so that no tab adds to it. Otherwise the rules of a hold apply.
"""

import secrets
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from seating import index, store
from seating.errors import SeatUnavailable
from seating.facts import show_facts
from seating.services.claims import take_claims
from seating.services.execute import run_built
from seating.services.holds import Hold, check_known, hold_from
from seating.services.reconcile import reconcile_show


def offer_seats(show_id: int, owner: str, seats: Sequence[str], seconds: int) -> Hold:
    """Holds and claims all of these seats for this person for so many seconds, or none.

    `abandon_hold` gives them back. Call inside the transaction that stores the offer; if that fails, abandon the
    hold. Raises UnknownShow, ShowClosed, UnknownSeat, TooManySeats, SeatUnavailable, HoldsUnavailable.
    """
    facts = show_facts(show_id)
    check_known(facts.hall, seats)
    facts.check_on_sale()
    life = min(seconds, settings.LONGEST_HOLD_SECONDS) * 1000
    if not index.index_is_fresh(show_id):
        index.touch(show_id)
    command = store.offer(show_id, owner, secrets.token_hex(8), life, settings.MAX_SEATS_PER_BOOKING, seats)
    hold = hold_from(run_built(command), show_id, owner)
    try:
        with transaction.atomic():
            take_claims(show_id, owner, hold.id, hold.seats, hold.expires_at, timezone.now())
    except SeatUnavailable:
        # The seats were free in Redis, but not in PostgreSQL: release the hold and correct Redis.
        run_built(store.release(show_id, owner, hold.id))
        reconcile_show(show_id)
        raise
    except BaseException:
        run_built(store.release(show_id, owner, hold.id))
        raise
    return hold
