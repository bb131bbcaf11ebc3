"""Everything we know about a person, as they may take it along: plain JSON. Amounts are paise, times UTC."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q

from checkout.models import Booking, OutboxMessage, Payment, Ticket, WaitlistEntry
from cinema.models import Show
from cinema.times import utc


def data_of_person(owners: Sequence[str]) -> dict[str, Any]:
    """`{bookings: […], waitlist: […]}`, newest first."""
    shows = Show.objects.select_related("movie", "screen__theatre__city").defer("movie__poster")
    mine = Q(owner__in=list(owners))
    bookings = Booking.objects.filter(mine).select_related("redemption").order_by("-created_at")
    messages = Prefetch("messages", OutboxMessage.objects.exclude(kind="refund"))
    related = ("lines", "tickets", "payments", "refunds", messages, Prefetch("show", shows))
    waits = WaitlistEntry.objects.filter(mine).prefetch_related(Prefetch("show", shows)).order_by("-created_at")
    return {
        "bookings": [_booking(booking) for booking in bookings.prefetch_related(*related)],
        "waitlist": [_wait(entry) for entry in waits],
    }


def _booking(booking: Booking) -> dict[str, Any]:
    use = getattr(booking, "redemption", None)
    return {
        "reference": booking.reference,
        "status": booking.status,
        "name": booking.name,
        "email": booking.email,
        "phone": booking.phone,
        "show": _show(booking.show),
        "booked_at": utc(booking.created_at),
        "confirmed_at": _moment(booking.confirmed_at),
        "cancelled_at": _moment(booking.cancelled_at),
        "currency": booking.currency,
        "total": booking.total,
        "coupon": {"code": use.code, "discount": use.discount} if use else None,
        "seats": [
            {
                "seat": line.seat,
                "class": line.tier,
                "price": line.base,
                "discount": line.discount,
                "gst": line.gst,
                "fee": line.fee,
                "gst_on_fee": line.fee_gst,
            }
            for line in booking.lines.all()
        ],
        "tickets": [_ticket(ticket) for ticket in booking.tickets.all()],
        "payments": [_payment(payment) for payment in booking.payments.all()],
        "refunds": [
            {"id": refund.refund_id, "status": refund.status, "amount": refund.amount, "at": utc(refund.created_at)}
            for refund in booking.refunds.all()
        ],
        "mails": [{"about": one.kind, "sent_at": _moment(one.done_at)} for one in booking.messages.all()],
    }


def _ticket(ticket: Ticket) -> dict[str, Any]:
    return {
        "seat": ticket.seat,
        "code": ticket.code,
        "made_at": utc(ticket.created_at),
        "admitted_at": _moment(ticket.checked_in_at),
        "gate": ticket.checked_in_gate,
        "cancelled_at": _moment(ticket.cancelled_at),
        "revoked_at": _moment(ticket.revoked_at),
    }


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "id": payment.payment_id,
        "status": payment.status,
        "amount": payment.amount,
        "method": payment.method,
        "error": payment.error,
        "at": utc(payment.created_at),
    }


def _wait(entry: WaitlistEntry) -> dict[str, Any]:
    return {
        "show": _show(entry.show),
        "name": entry.name,
        "email": entry.email,
        "seats": entry.count,
        "class": entry.tier,
        "status": entry.status,
        "joined_at": utc(entry.created_at),
        "offered_at": _moment(entry.offered_at),
        "offered": entry.seats,
        "ended_at": _moment(entry.ended_at),
    }


def _show(show: Show) -> dict[str, str]:
    theatre = show.screen.theatre
    return {
        "movie": show.movie.title,
        "starts_at": utc(show.starts_at),
        "theatre": f"{theatre.name}, {theatre.city.name}",
        "screen": show.screen.name,
    }


def _moment(at: Any) -> str | None:
    return utc(at) if at else None
