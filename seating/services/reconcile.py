"""Corrects Redis where it differs from PostgreSQL, and removes shows that are over.

A process may die between its commit and the Lua script that follows it. Beat therefore looks at every show whose
claims changed within the last minute.
"""

import secrets
from datetime import timedelta

from django.utils import timezone

from cinema.models import Show
from seating import store
from seating.models import Claim
from seating.services.execute import TRIES, claimed_seats, run_built
from seating.states import SeatState

RECENT = timedelta(seconds=60)


def reconcile_show(show_id: int) -> bool:
    """Corrects what differs from PostgreSQL; False when the show was too busy to be corrected as a whole.

    Then only sales were corrected, seat by seat: seats sold in PostgreSQL and not in Redis, and the other way round.
    That may be done while others change the show, because the verbs may be repeated; the next round corrects the rest.
    Raises HoldsUnavailable.
    """
    for _ in range(TRIES):
        [position] = store.positions([show_id])
        if position is None:
            return True  # nothing to correct: the next verb builds it
        command = store.rebuild(show_id, secrets.token_hex(6), str(position[1]), claimed_seats(show_id))
        if store.run(command)[0] != "moved":
            return True
    _follow_sales(show_id)
    return False


def _follow_sales(show_id: int) -> None:
    shown = {
        seat
        for seat, letter in store.read_snapshot(run_built(store.snapshot(show_id))).states.items()
        if letter == SeatState.SOLD.letter
    }
    owner_of = dict(Claim.objects.filter(show_id=show_id, state=Claim.State.SOLD).values_list("seat", "owner"))
    for seat in owner_of.keys() - shown:
        run_built(store.sell(show_id, owner_of[seat], [seat]))
    not_sold = shown - owner_of.keys()
    # A sale may have been committed since the claims were read: only what is free now is reopened.
    still = Claim.objects.filter(show_id=show_id, seat__in=not_sold).exclude(state=Claim.State.FREE)
    reopened = sorted(not_sold - set(still.values_list("seat", flat=True)))
    if reopened:
        run_built(store.reopen(show_id, reopened))


def shows_to_reconcile() -> list[int]:
    """Shows whose claims changed within the last minute."""
    since = timezone.now() - RECENT
    return list(Claim.objects.filter(changed_at__gte=since).values_list("show_id", flat=True).distinct())


def forget_past_shows() -> None:
    """Removes from Redis what it keeps of shows that ended one to eight days ago. Raises HoldsUnavailable."""
    now = timezone.now()
    over = Show.objects.filter(ends_at__range=(now - timedelta(days=8), now - timedelta(days=1)))
    store.forget_shows(over.values_list("pk", flat=True))
