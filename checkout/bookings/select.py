"""Reading bookings. A booking is found only by its own owner: for everybody else it does not exist."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet

from checkout.bookings.schemas import LineOut
from checkout.errors import NotConfirmed, NotPaid, UnknownBooking
from checkout.models import Booking, Payment
from cinema.models import Show
from cinema.times import utc


def get_booking(booking_id: str, owners: Sequence[str]) -> Booking:
    """With show, movie, screen, theatre, lines, tickets, payments and refunds. Raises UnknownBooking."""
    known = "\x00" not in booking_id
    booking = _whole_bookings().filter(pk=booking_id, owner__in=list(owners)).first() if known else None
    if booking is None:
        raise UnknownBooking("There is no such booking, or it was made by somebody else.")
    return booking


def get_ticketed_booking(booking_id: str, owners: Sequence[str]) -> Booking:
    """A booking with at least one ticket that admits. Raises UnknownBooking, NotConfirmed."""
    booking = get_booking(booking_id, owners)
    if not any(ticket.admits for ticket in booking.tickets.all()):
        if any(ticket.cancelled_at is None for ticket in booking.tickets.all()):
            raise NotConfirmed("These tickets were revoked. Please ask at the box office.")
        raise NotConfirmed(
            {
                Booking.Status.PENDING: "Tickets are made once the booking is paid for.",
                Booking.Status.EXPIRED: "This booking ran out before it was paid for: there are no tickets.",
            }.get(Booking.Status(booking.status), "This booking was cancelled: its tickets are not good any more.")
        )
    return booking


def get_booking_with_dates(booking_id: str, owners: Sequence[str]) -> Booking:
    """A booking that was confirmed at some time: calendars hear of its end too. Raises UnknownBooking, NotConfirmed."""
    booking = get_booking(booking_id, owners)
    return booking if booking.confirmed_at else get_ticketed_booking(booking_id, owners)


def get_paid_booking(booking_id: str, owners: Sequence[str]) -> Booking:
    """A booking that was paid for and confirmed, cancelled since or not. Raises UnknownBooking, NotPaid."""
    booking = get_booking(booking_id, owners)
    if booking.confirmed_at is None:
        raise NotPaid(
            "There is a receipt once the booking is paid for."
            if booking.status == Booking.Status.PENDING
            else "This booking ended without being paid for: there is no receipt."
        )
    return booking


def bookings_of(owners: Sequence[str]) -> QuerySet[Booking]:
    """Newest first, each with show, movie, screen, theatre, lines, tickets, payments and refunds."""
    return _whole_bookings().filter(owner__in=list(owners)).order_by("-created_at")


def _whole_bookings() -> QuerySet[Booking]:
    shows = Show.objects.select_related("movie", "screen__theatre__city").defer("movie__poster")
    return Booking.objects.select_related("order", "paid_by", "redemption").prefetch_related(
        Prefetch("show", shows), "lines", "tickets", "payments", "refunds"
    )


def booking_json(booking: Booking) -> dict[str, Any]:
    """The contract's booking. Cancelled tickets and their seats are left out; `lines` keep what was booked."""
    good = [ticket for ticket in booking.tickets.all() if ticket.cancelled_at is None]
    lines = list(booking.lines.all())
    has_tickets = booking.status == Booking.Status.CONFIRMED
    return {
        "id": booking.pk,
        "reference": booking.reference,
        "status": booking.status,
        "show": booking.show_id,
        "seats": [ticket.seat for ticket in good] if has_tickets else [line.seat for line in lines],
        "lines": [LineOut.from_orm(line).model_dump() for line in lines],
        "coupon": coupon_json(booking),
        "total": booking.total,
        "currency": booking.currency,
        "expires_at": utc(booking.expires_at),
        "payment": payment_json(booking),
        "tickets": [
            {
                "id": str(ticket.pk),
                "seat": ticket.seat,
                "code": ticket.code,
                "checked_in_at": utc(ticket.checked_in_at) if ticket.checked_in_at else None,
                "revoked_at": utc(ticket.revoked_at) if ticket.revoked_at else None,
            }
            for ticket in good
        ],
    }


def coupon_json(booking: Booking) -> dict[str, Any] | None:
    use = getattr(booking, "redemption", None)
    return {"code": use.code, "discount": use.discount} if use else None


def payment_json(booking: Booking) -> dict[str, Any] | None:
    """The payment that counts, else the last attempt, else the open order; None before payment starts. Paise."""
    order = getattr(booking, "order", None)
    if order is None:
        return None
    payments = sorted(booking.payments.all(), key=lambda payment: payment.pk)
    payment: Payment | None = booking.paid_by or (payments[-1] if payments else None)
    refunds = [refund for refund in booking.refunds.all() if payment and refund.payment_id == payment.pk]
    return {
        "status": payment.status if payment else Payment.Status.CREATED.value,
        "order_id": order.order_id,
        "payment_id": payment.payment_id if payment else None,
        "amount": order.amount,
        "refunded": sum(refund.amount for refund in refunds if not refund.replaced),
    }
