"""Blocks: staff take seats out of sale, with a reason, and put them back.

Redis is asked first here, because only Redis knows whether somebody holds the seat at this moment. PostgreSQL then
stores the block; if it refuses, Redis is corrected.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from cinema import deeds
from seating import store
from seating.errors import SeatUnavailable
from seating.facts import show_facts
from seating.models import Claim
from seating.services.execute import follow_commit, run_built
from seating.services.holds import check_known
from seating.services.reconcile import reconcile_show

BLOCKED, FREE = Claim.State.BLOCKED, Claim.State.FREE


def block_seats(show_id: int, seats: Sequence[str], staff: str, reason: str) -> list[str]:
    """Takes available seats out of sale, all or none; `staff` is the owner string of the member of staff.

    Raises UnknownShow, UnknownSeat, SeatUnavailable (held, sold), HoldsUnavailable.
    """
    wanted = sorted(set(seats))
    check_known(show_facts(show_id).hall, wanted)
    if not wanted:
        return []
    reply = run_built(store.block(show_id, wanted))
    if reply[0] == "taken":
        raise SeatUnavailable(f"{', '.join(reply[1:])} cannot be blocked: held or sold.", reply[1:])
    try:
        with transaction.atomic():
            _write_block(show_id, wanted, staff, reason)
            deeds.record("block", by=staff, show=show_id, seats=wanted, reason=reason)
            # Again after the commit: a correction that read the claims before it may have undone the first.
            follow_commit(store.block(show_id, wanted))
    except SeatUnavailable:
        reconcile_show(show_id)
        raise
    return wanted


def _write_block(show_id: int, seats: list[str], staff: str, reason: str) -> None:
    now = timezone.now()
    Claim.objects.bulk_create(
        [Claim(show_id=show_id, seat=seat, changed_at=now) for seat in seats], ignore_conflicts=True
    )
    rows = Claim.objects.select_for_update().filter(show_id=show_id, seat__in=seats).order_by("seat")
    taken = [
        row.seat
        for row in rows
        if row.state == Claim.State.SOLD
        or (row.state == Claim.State.PENDING and row.deadline is not None and row.deadline > now)
    ]
    if taken:
        raise SeatUnavailable(f"{', '.join(taken)} cannot be blocked: held or sold.", taken)
    Claim.objects.filter(show_id=show_id, seat__in=seats).update(
        state=BLOCKED, owner=staff, hold="", deadline=None, reason=reason, changed_at=now
    )


def unblock_seats(show_id: int, seats: Sequence[str], staff: str = "", reason: str = "") -> list[str]:
    """Puts blocked seats back on sale; returns those that were blocked. Raises UnknownShow, UnknownSeat."""
    check_known(show_facts(show_id).hall, seats)
    with transaction.atomic():
        claims = Claim.objects.filter(show_id=show_id, state=BLOCKED, seat__in=list(seats))
        unblocked = sorted(claims.values_list("seat", flat=True))
        claims.update(state=FREE, owner="", reason="", changed_at=timezone.now())
        if unblocked:
            deeds.record("unblock", by=staff, show=show_id, seats=unblocked, reason=reason)
            follow_commit(store.unblock(show_id, unblocked))
    return unblocked
