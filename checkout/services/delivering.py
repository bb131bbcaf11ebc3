"""Carrying out the outbox: refunds go to the gateway, mails to the customer."""

from checkout import mails, outbox
from checkout.calendars import calendar_entry
from checkout.documents import ticket_pdf
from checkout.models import Booking, OutboxMessage, Payment
from checkout.services.refunds import send_refund


def relay_outbox() -> int:
    """Carries out what is due; answers with how much succeeded. Safe to run in several places at once."""
    return outbox.relay(HANDLERS)


def _whole(message: OutboxMessage) -> Booking:
    bookings = Booking.objects.select_related("show__movie", "show__screen__theatre__city")
    return bookings.prefetch_related("lines", "tickets").get(pk=message.booking_id)


def _confirmation(message: OutboxMessage) -> None:
    booking = _whole(message)
    if not any(ticket.cancelled_at is None for ticket in booking.tickets.all()):
        return  # cancelled before the mail went out: tickets that admit nobody are not sent
    mails.send_confirmation(booking, ticket_pdf(booking), calendar_entry(booking), message.key)


def _returned(message: OutboxMessage) -> None:
    payment = Payment.objects.get(pk=message.payload["payment"])
    mails.send_returned(_whole(message), payment, message.payload["rule"], message.key)


def _cancellation(message: OutboxMessage) -> None:
    payload = message.payload
    mails.send_cancellation(_whole(message), payload["seats"], payload["refund"], payload["why"], message.key)


def _refund(message: OutboxMessage) -> None:
    send_refund(message.payload["refund"])


HANDLERS: dict[str, outbox.Handler] = {
    "confirmation": _confirmation,
    "returned": _returned,
    "cancellation": _cancellation,
    "refund": _refund,
}
