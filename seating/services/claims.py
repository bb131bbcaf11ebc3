"""Claims: PostgreSQL's record of who has a seat. Redis follows once the transaction has committed.

Rows are created free and locked in the order of their seats, so that two bookings of overlapping seats wait for
each other instead of deadlocking; the second finds the row taken. Deadlines are compared with the database's own
clock, in the statement that locks the rows: a web host whose clock is wrong takes nobody's seats.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from seating import new_guests, store
from seating.errors import HoldExpired, HoldsUnavailable, SeatUnavailable
from seating.models import Claim
from seating.services.execute import after_commit, follow_commit, run_built
from seating.services.holds import Hold, moment
from seating.services.reconcile import reconcile_show

PENDING, SOLD, FREE = Claim.State.PENDING, Claim.State.SOLD, Claim.State.FREE


def claim_hold(show_id: int, owner: str) -> Hold:
    """Turns the owner's open hold into pending claims: from now on PostgreSQL keeps the seats too.

    Call inside the transaction that creates the booking. The hold takes no more seats afterwards; the owner's
    next `hold_seats` opens a new one. Raises HoldExpired, SeatUnavailable (then the hold is released),
    HoldsUnavailable.
    """
    reply = run_built(store.book(show_id, owner))
    if reply[0] == "none":
        raise HoldExpired("You hold no seats at this show any more. Choose your seats again.")
    hold = store.booked(reply)
    until = moment(hold.until)
    try:
        with transaction.atomic():
            take_claims(show_id, owner, hold.id, hold.seats, until, moment(hold.first))
    except SeatUnavailable:
        # The seats were free in Redis, but not in PostgreSQL: release the hold and correct Redis.
        run_built(store.release(show_id, owner, hold.id))
        reconcile_show(show_id)
        raise
    except BaseException:
        run_built(store.book(show_id, owner, undo=hold.id))
        raise
    return Hold(hold.id, owner, show_id, hold.seats, until)


def booked_holds(show_id: int, owner: str) -> list[str]:
    """The ids of the owner's holds that belong to bookings, as Redis has them. Raises HoldsUnavailable."""
    holds = store.read_snapshot(run_built(store.snapshot(show_id))).holds
    return [hold_id for hold_id, hold in holds.get(owner, {}).items() if hold.get("booked")]


def unclaim_hold(show_id: int, owner: str, hold_id: str) -> None:
    """For a booking whose transaction failed after `claim_hold`: the hold is open again. Never raises."""
    try:
        run_built(store.book(show_id, owner, undo=hold_id))
    except HoldsUnavailable:
        return  # the hold ends at its deadline anyway


@transaction.atomic(savepoint=False)
def extend_hold(show_id: int, owner: str, hold_id: str, seats: Sequence[str] = ()) -> datetime:
    """When payment starts: once, to PAYMENT_WINDOW_SECONDS from now, never past 1200 s after the first lock.

    Moves the pending claims' deadline too. Returns the deadline in force (also on a repeated call).
    Raises HoldExpired when the hold is gone, SeatUnavailable when somebody else has some of `seats` (Redis may have
    lost its newest data), HoldsUnavailable.
    """
    window, longest = settings.PAYMENT_WINDOW_SECONDS * 1000, settings.LONGEST_HOLD_SECONDS * 1000
    reply = run_built(store.extend(show_id, owner, hold_id, window, longest))
    if reply[0] == "gone":
        raise HoldExpired("The time for these seats has run out. Choose your seats again.")
    until = moment(int(reply[1]))
    claims = Claim.objects.filter(show_id=show_id, hold=hold_id, state=PENDING)
    mine = _lock_in_order(claims)
    if not mine:
        raise HoldExpired("These seats went to somebody else. Choose your seats again.")
    lost = sorted(set(seats) - set(mine))
    if lost:
        raise SeatUnavailable(f"{', '.join(lost)} went to somebody else.", lost)
    claims.update(deadline=until, extended=True, changed_at=timezone.now())
    return until


@transaction.atomic(savepoint=False)
def abandon_hold(show_id: int, owner: str, hold_id: str) -> list[str]:
    """Frees pending claims and their locks (the booking expired or was given up). Idempotent; sold seats stay sold."""
    claims = Claim.objects.filter(show_id=show_id, hold=hold_id, state=PENDING)
    seats = _lock_in_order(claims)
    claims.update(state=FREE, owner="", hold="", deadline=None, changed_at=timezone.now())
    follow_commit(store.release(show_id, owner, hold_id))
    return seats


def secure_claims(show_id: int, owner: str, hold_id: str, seats: Sequence[str], until: datetime) -> None:
    """Before money is captured: makes these seats' claims pending for this hold until `until`, or raises.

    Takes back seats whose claim ran out and that are still free. Call inside a transaction. Raises SeatUnavailable
    with the seats that somebody else has; then nothing has changed.
    """
    with transaction.atomic():
        take_claims(show_id, owner, hold_id, seats, until)
    after_commit(reconcile_show, show_id)  # seats whose claim had run out are held again on the map


def sell_seats(show_id: int, owner: str, hold_id: str, seats: Sequence[str]) -> None:
    """Pending claims of this hold become sold; viewers see it once the surrounding transaction commits.

    Call inside a transaction. Idempotent. Raises SeatUnavailable when a claim is not this hold's; then nothing has
    changed.
    """
    wanted = sorted(set(seats))
    rows = Claim.objects.select_for_update().filter(show_id=show_id, seat__in=wanted).order_by("seat")
    found = rows.values_list("seat", "hold", "state")
    mine = {seat for seat, hold, state in found if hold == hold_id and state in {PENDING, SOLD}}
    lost = [seat for seat in wanted if seat not in mine]
    if lost:
        raise SeatUnavailable(f"{', '.join(lost)} went to somebody else.", lost)
    Claim.objects.filter(show_id=show_id, seat__in=wanted).update(
        state=SOLD, owner=owner, deadline=None, changed_at=timezone.now()
    )
    follow_commit(store.sell(show_id, owner, wanted))
    transaction.on_commit(partial(new_guests.paid, owner))


@transaction.atomic(savepoint=False)
def reopen_seats(show_id: int, hold_id: str, seats: Sequence[str]) -> None:
    """Sold seats of this hold become available again (refund, cancellation). Call inside a transaction."""
    claims = Claim.objects.filter(show_id=show_id, hold=hold_id, state=SOLD, seat__in=list(seats))
    reopened = _lock_in_order(claims)
    claims.update(state=FREE, owner="", hold="", deadline=None, changed_at=timezone.now())
    if reopened:
        follow_commit(store.reopen(show_id, reopened))


def _lock_in_order(claims: QuerySet[Claim]) -> list[str]:
    """Locks the rows in the order of their seats, as every verb does; an UPDATE alone would lock them in any order."""
    return list(claims.select_for_update().order_by("seat").values_list("seat", flat=True))


def take_claims(
    show_id: int,
    owner: str,
    hold_id: str,
    seats: Sequence[str],
    until: datetime,
    held_since: datetime | None = None,
) -> None:
    """Makes the claims pending for this hold, or raises SeatUnavailable and changes nothing.

    `held_since` (the first lock) starts a new claim. Without it an older claim goes on, which cannot be extended again.
    """
    now = timezone.now()
    wanted = sorted(set(seats))
    Claim.objects.bulk_create(
        [Claim(show_id=show_id, seat=seat, changed_at=now) for seat in wanted], ignore_conflicts=True
    )
    over = ExpressionWrapper(Q(deadline=None) | Q(deadline__lte=Now()), output_field=BooleanField())
    rows = Claim.objects.select_for_update().filter(show_id=show_id, seat__in=wanted).order_by("seat")
    lost = [row.seat for row in rows.annotate(over=over) if not _may_take(row, hold_id, over=row.over)]
    if lost:
        raise SeatUnavailable(f"{', '.join(lost)} went to somebody else.", lost)
    changes = {"state": PENDING, "owner": owner, "hold": hold_id, "deadline": until, "changed_at": now}
    changes["extended"] = held_since is None
    if held_since is not None:
        changes["held_since"] = held_since
    Claim.objects.filter(show_id=show_id, seat__in=wanted).update(**changes)


def _may_take(claim: Claim, hold_id: str, *, over: bool) -> bool:
    """True for a free claim, this hold's own pending claim, or a pending claim whose deadline has passed."""
    if claim.state == PENDING:
        return claim.hold == hold_id or over
    return claim.state == FREE
