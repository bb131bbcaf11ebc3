"""Cancellation by the cinema: what it would give back, the cancelling itself, and how far giving back has come.

`begin_cancellation` ends the sale for good; from then on `give_back_cancelled_shows` takes booking after booking, each
in a transaction of its own that also counts it. Whoever is killed in between is followed by the next run: what is
left to do are the bookings that are not cancelled yet, so every one is given back once, whatever is repeated.
"""

from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from checkout.bookings.create import locked_booking, locked_tickets
from checkout.cancellations.bookings import BY_CINEMA, cancel_tickets, give_up
from checkout.models import Booking, ShowCancellation
from checkout.outbox import queue
from checkout.waitlist.entries import close_waitlist
from cinema import deeds
from cinema.models import Show
from cinema.selectors import get_show
from cinema.services import cancel_show

log = structlog.get_logger(__name__)
Status = Booking.Status
OPEN = [Status.PENDING, Status.CONFIRMED]
AT_ONCE = 200
GIVE_BACK = "checkout.tasks.give_back_cancelled_shows"


@dataclass(frozen=True)
class PlannedBooking:
    """What one booking would get back, in paise; a pending one has paid nothing yet."""

    reference: str
    name: str
    status: str
    seats: list[str]
    refund: int


@dataclass(frozen=True)
class CancellationPlan:
    """What cancelling a show would give back at this moment; amounts in paise."""

    show: Show
    bookings: list[PlannedBooking]
    waiting: int

    @property
    def paid(self) -> list[PlannedBooking]:
        return [booking for booking in self.bookings if booking.status == Status.CONFIRMED]

    @property
    def pending(self) -> list[PlannedBooking]:
        return [booking for booking in self.bookings if booking.status == Status.PENDING]

    @property
    def seats(self) -> int:
        return sum(len(booking.seats) for booking in self.paid)

    @property
    def refund(self) -> int:
        return sum(booking.refund for booking in self.paid)


def plan_cancellation(show_id: int) -> CancellationPlan:
    """The dry run: changes nothing. Raises cinema's NotFound."""
    show = get_show(show_id)
    bookings = Booking.objects.filter(show=show, status__in=OPEN).prefetch_related("lines", "tickets")
    planned = [_planned(booking) for booking in bookings.order_by("created_at")]
    return CancellationPlan(show, planned, show.waitlist.filter(status__in=["waiting", "offered"]).count())


def _planned(booking: Booking) -> PlannedBooking:
    lines = {line.seat: line for line in booking.lines.all()}
    if booking.status == Status.PENDING:
        return PlannedBooking(booking.reference, booking.name, booking.status, list(lines), 0)
    seats = sorted(ticket.seat for ticket in booking.tickets.all() if ticket.cancelled_at is None)
    refund = sum(BY_CINEMA.refund_for(lines[seat]) for seat in seats)
    return PlannedBooking(booking.reference, booking.name, booking.status, seats, refund)


def begin_cancellation(show_id: int, by: str = "", reason: str = "") -> ShowCancellation:
    """Cancels the show: nothing of it is sold any more, and a worker gives everything back.

    `by` is the owner string of the staff, `reason` goes into the customers' mails. Asked again, it is the same
    cancellation. Raises NotFound, and WrongState for a show that is over.
    """
    reason = " ".join(reason.split())[:300]
    with transaction.atomic():
        show = get_show(show_id)
        if show.state != Show.State.CANCELLED:
            cancel_show(show_id)
            before = {"state": show.state, "bookings": Booking.objects.filter(show=show_id, status__in=OPEN).count()}
            deeds.record("cancel_show", by=by, show=show_id, before=before, reason=reason)
        known, _ = ShowCancellation.objects.get_or_create(show_id=show_id, defaults={"by": by, "reason": reason})
        close_waitlist(show_id)
        queue.wake(GIVE_BACK)
    return known


def give_back_cancelled_shows() -> int:
    """Gives back what is still booked of shows that the cinema cancelled; answers with how many bookings.

    Safe to run again and in several places at once. Takes a few hundred, and asks for another run when more are left.
    """
    open_ones = Booking.objects.filter(status__in=OPEN, show__state=Show.State.CANCELLED).order_by("created_at")
    due = list(open_ones.values_list("pk", "show_id")[: AT_ONCE + 1])
    for show_id in dict.fromkeys(show_id for _, show_id in due):
        ShowCancellation.objects.get_or_create(show_id=show_id)  # cancelled by another door: without a reason
    count = 0
    for booking_id, show_id in due[:AT_ONCE]:
        try:
            count += _give_back(booking_id, show_id)
        except Exception:
            log.exception("giving_back_failed", booking=booking_id)  # the others must not wait for it
    if count and len(due) > AT_ONCE:
        queue.wake(GIVE_BACK)
    _note_the_finished()
    return count


@transaction.atomic
def _give_back(booking_id: str, show_id: int) -> bool:
    booking = locked_booking(booking_id)
    if booking.status not in OPEN:
        return False  # somebody else got there first
    progress = ShowCancellation.objects.filter(show=show_id)
    if booking.status == Status.PENDING:
        give_up(booking, dry_run=False)
        progress.update(given_up=F("given_up") + 1)
        return True
    good = [ticket for ticket in locked_tickets(booking) if not ticket.cancelled_at]
    reason = progress.values_list("reason", flat=True).first() or ""
    done = cancel_tickets(booking, good, BY_CINEMA, dry_run=False, reason=reason)
    progress.update(bookings=F("bookings") + 1, seats=F("seats") + len(done.seats), refund=F("refund") + done.refund)
    return True


def _note_the_finished() -> None:
    for cancellation in ShowCancellation.objects.filter(finished_at=None):
        if not Booking.objects.filter(show=cancellation.show_id, status__in=OPEN).exists():
            ShowCancellation.objects.filter(pk=cancellation.pk, finished_at=None).update(finished_at=timezone.now())
