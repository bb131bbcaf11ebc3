"""Cancelling tickets: the refund rules, and the seats go on sale again.

The customer's rules: two hours or more before the show 75 % of the base price, twenty minutes or more 50 %, then
nothing; taxes and the convenience fee are kept. The base price is what was paid for the seat, a coupon's discount
taken off; a coupon counts as used all the same. A show that the cinema cancels gives everything back. A ticket that
has been through the gate cannot be cancelled by its holder.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from checkout import crash_points
from checkout.bookings.create import locked_booking, locked_tickets, named_tickets
from checkout.errors import NotCancellable, UnknownTicket
from checkout.models import Booking, BookingLine, Ticket
from checkout.money.paise import percent_of
from checkout.outbox import queue
from checkout.payments.refunds import decide_refund
from checkout.waitlist.rules import SERVE
from cinema.models import Show
from seating.services.claims import abandon_hold, reopen_seats

log = structlog.get_logger(__name__)
Status = Booking.Status


@dataclass(frozen=True)
class Rule:
    """`percent` of the base price comes back, or with `everything` all that was paid for the seat."""

    name: str
    percent: int
    detail: str
    everything: bool = False

    def refund_for(self, line: BookingLine) -> int:
        """Paise."""
        return line.total if self.everything else percent_of(line.base, self.percent)


BY_CINEMA = Rule("cancelled_by_cinema", 100, "The cinema cancelled the show: everything comes back.", everything=True)
EARLY = Rule("two_hours", 75, "Two hours or more before the show: 75 % of the ticket price comes back.")
LATE = Rule("twenty_minutes", 50, "Twenty minutes or more before the show: 50 % of the ticket price comes back.")
TOO_LATE = Rule("too_late", 0, "Less than twenty minutes before the show: nothing comes back.")
NOT_PAID = Rule("not_paid", 0, "Nothing was paid, so nothing comes back. The seats are free again.")


@dataclass(frozen=True)
class CancelledSeat:
    """One seat of a cancellation; `ticket` is empty where none had been made. Paise."""

    ticket: str
    seat: str
    base: int
    refund: int


@dataclass(frozen=True)
class Cancellation:
    """What was cancelled, or with a dry run would be; `refund` in paise."""

    rule: Rule
    seats: list[CancelledSeat]

    @property
    def refund(self) -> int:
        return sum(seat.refund for seat in self.seats)


def rule_at(show: Show, now: datetime) -> Rule:
    """The rule that a customer's cancellation falls under at that moment. Raises NotCancellable once it has begun."""
    if show.state == Show.State.CANCELLED:
        return BY_CINEMA
    left = show.starts_at - now
    if left <= timedelta(0):
        raise NotCancellable("The show has begun: its tickets cannot be cancelled any more.")
    if left >= timedelta(hours=2):
        return EARLY
    return LATE if left >= timedelta(minutes=20) else TOO_LATE


@transaction.atomic
def cancel_booking(
    booking_id: str, tickets: Sequence[str] | None = None, *, dry_run: bool = False, now: datetime | None = None
) -> Cancellation:
    """Cancels the tickets with these ids (by default all that are still good and not yet used).

    The refund is decided here and sent by the outbox afterwards. A pending booking has no tickets yet: it is
    cancelled as a whole. With `dry_run` nothing changes. Raises UnknownBooking, UnknownTicket, NotCancellable.
    """
    booking = locked_booking(booking_id)
    if not dry_run:
        queue.wake(SERVE)  # somebody may be waiting for these seats
    show = Show.objects.get(pk=booking.show_id)
    if booking.status == Status.PENDING:
        if tickets:
            raise UnknownTicket("This booking has no tickets yet. Leave `tickets` out to give up the whole booking.")
        return give_up(booking, dry_run)
    if booking.status != Status.CONFIRMED:
        raise NotCancellable(f"This booking is {booking.status} already: there is nothing to cancel.")
    rule = rule_at(show, now or timezone.now())
    return cancel_tickets(booking, _chosen(booking, tickets), rule, dry_run)


def give_up(booking: Booking, dry_run: bool) -> Cancellation:
    """Inside a transaction that has locked the booking: a pending one ends, its seats are free again."""
    seats = [CancelledSeat("", line.seat, line.base, 0) for line in booking.lines.all()]
    if not dry_run:
        booking.status, booking.cancelled_at = Status.CANCELLED, timezone.now()
        booking.save(update_fields=["status", "cancelled_at"])
        abandon_hold(booking.show_id, booking.owner, booking.hold)
        crash_points.reached(crash_points.GIVEN_UP)
    return Cancellation(NOT_PAID, seats)


def _chosen(booking: Booking, ids: Sequence[str] | None) -> list[Ticket]:
    known = locked_tickets(booking)
    if ids is None:
        left = [ticket for ticket in known if not ticket.cancelled_at and not ticket.checked_in_at]
        if not left:
            raise NotCancellable("Every ticket of this booking has been used or cancelled.")
        return left
    chosen = named_tickets(known, ids)
    for ticket in chosen:
        if ticket.cancelled_at:
            raise NotCancellable(f"The ticket for seat {ticket.seat} is cancelled already.")
        if ticket.checked_in_at:
            raise NotCancellable(f"The ticket for seat {ticket.seat} has been used at the gate.")
    return chosen


def cancel_tickets(booking: Booking, chosen: list[Ticket], rule: Rule, dry_run: bool, reason: str = "") -> Cancellation:
    """Inside a transaction that has locked the booking; `reason` is the cinema's own, for the mail."""
    lines = {line.seat: line for line in booking.lines.all()}
    seats = [CancelledSeat(str(t.pk), t.seat, lines[t.seat].base, rule.refund_for(lines[t.seat])) for t in chosen]
    cancellation = Cancellation(rule, seats)
    if dry_run:
        return cancellation
    now, names = timezone.now(), sorted(ticket.seat for ticket in chosen)
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in chosen]).update(cancelled_at=now)
    if not Ticket.objects.filter(booking=booking, cancelled_at=None).exists():
        booking.status, booking.cancelled_at = Status.CANCELLED, now
        booking.save(update_fields=["status", "cancelled_at"])
    crash_points.reached(crash_points.CANCELLATION_DECIDED)
    reopen_seats(booking.show_id, booking.hold, names)
    crash_points.reached(crash_points.SEATS_REOPENED)
    key = f"cancel-{uuid.uuid4().hex[:24]}"
    if cancellation.refund and booking.paid_by is not None:
        decide_refund(booking, booking.paid_by, cancellation.refund, rule.name, key, names)
    queue.put(
        booking, "cancellation", key, seats=names, refund=cancellation.refund, why=f"{rule.detail} {reason}".strip()
    )
    return cancellation
