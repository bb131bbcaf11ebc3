"""What the outbox does: refunds go to the gateway, mails to the customer."""

from checkout.bookings.codes import code_to_mail
from checkout.models import Booking, OutboxMessage, Payment, WaitlistEntry
from checkout.outbox import mails, queue
from checkout.outbox.reminders import still_wanted
from checkout.payments.refunds import send_refund
from checkout.tickets.calendar import calendar_entry
from checkout.tickets.documents.pdf import ticket_pdf
from checkout.waitlist.entries import offer_token


def relay_outbox() -> int:
    """Carries out what is due; answers with how much succeeded. Safe to run in several places at once."""
    return queue.relay(HANDLERS)


def _whole(message: OutboxMessage) -> Booking:
    bookings = Booking.objects.select_related("show__movie", "show__screen__theatre__city")
    return bookings.prefetch_related("lines", "tickets").get(pk=message.booking_id)


def _confirmation(message: OutboxMessage) -> None:
    booking = _whole(message)
    if not any(ticket.admits for ticket in booking.tickets.all()):
        return  # cancelled before the mail went out: invalid tickets are not sent
    mails.send_confirmation(booking, ticket_pdf(booking), calendar_entry(booking), message.key)


def _reissue(message: OutboxMessage) -> None:
    booking = _whole(message)
    if any(ticket.admits and ticket.seat in message.payload["seats"] for ticket in booking.tickets.all()):
        mails.send_reissue(booking, message.payload["seats"], ticket_pdf(booking), message.key)


def _reminder(message: OutboxMessage) -> None:
    booking = _whole(message)
    if still_wanted(booking):
        mails.send_reminder(booking, ticket_pdf(booking), calendar_entry(booking), message.key)


def _returned(message: OutboxMessage) -> None:
    payment = Payment.objects.get(pk=message.payload["payment"])
    mails.send_returned(_whole(message), payment, message.payload["rule"], message.key)


def _cancellation(message: OutboxMessage) -> None:
    payload, booking = message.payload, _whole(message)
    entry = calendar_entry(booking) if booking.confirmed_at else None
    mails.send_cancellation(booking, payload["seats"], payload["refund"], payload["why"], message.key, entry)


def _refund(message: OutboxMessage) -> None:
    send_refund(message.payload["refund"])


def _waiting(message: OutboxMessage) -> WaitlistEntry:
    entries = WaitlistEntry.objects.select_related("show__movie", "show__screen__theatre__city")
    return entries.get(pk=message.payload["entry"])


def _seats_offered(message: OutboxMessage) -> None:
    entry = _waiting(message)
    if entry.status == WaitlistEntry.Status.OFFERED and entry.hold == message.payload["hold"]:
        mails.send_offer(entry, offer_token(entry), message.key)  # otherwise it is over before the mail went out


def _waitlist_closed(message: OutboxMessage) -> None:
    mails.send_waitlist_closed(_waiting(message), message.key)


def _contact_changed(message: OutboxMessage) -> None:
    mails.send_contact_changed(_whole(message), message.payload["former"], message.key)


def _code(message: OutboxMessage) -> None:
    code = code_to_mail(message.payload["code"])
    if code is None:
        return  # it came too late: nobody waits for it any more
    mails.send_code(_whole(message) if message.booking_id else _waiting(message), code, f"{message.key}:{code}")


HANDLERS: dict[str, queue.Handler] = {
    "confirmation": _confirmation,
    "returned": _returned,
    "cancellation": _cancellation,
    "reissue": _reissue,
    "reminder": _reminder,
    "refund": _refund,
    "code": _code,
    "contact_changed": _contact_changed,
    "seats_offered": _seats_offered,
    "waitlist_closed": _waitlist_closed,
}
