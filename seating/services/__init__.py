"""The verbs that change seats, for every other app.

Owner strings are `user_<pk>` or `guest_<id>` (see `seating.identity`). Seats are public ids such as `B12`.
Times are aware UTC datetimes. Every function raises `seating.errors` and nothing else.

`holds` asks Redis, which decides quickly who may try; `claims` and `blocks` write PostgreSQL, which is the truth,
and let Redis follow; `mirror` makes the two agree again after a loss.
"""

from seating.services.blocks import block_seats, unblock_seats
from seating.services.claims import (
    abandon_hold,
    booked_holds,
    claim_hold,
    extend_hold,
    reopen_seats,
    secure_claims,
    sell_seats,
    unclaim_hold,
)
from seating.services.holds import Hold, expire_holds, hold_seats, release_seats
from seating.services.mirror import (
    forget_past_shows,
    notify_owner,
    rebuild_show,
    reconcile_show,
    shows_to_reconcile,
)
from seating.services.offers import offer_seats

__all__ = [
    "Hold",
    "abandon_hold",
    "block_seats",
    "booked_holds",
    "claim_hold",
    "expire_holds",
    "extend_hold",
    "forget_past_shows",
    "hold_seats",
    "notify_owner",
    "offer_seats",
    "rebuild_show",
    "reconcile_show",
    "release_seats",
    "reopen_seats",
    "secure_claims",
    "sell_seats",
    "shows_to_reconcile",
    "unblock_seats",
    "unclaim_hold",
]
