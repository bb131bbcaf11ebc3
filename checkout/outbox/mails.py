"""Mails to the customer, in text and HTML. Times are in the theatre's zone, and pictures are
part of the mail. There is one Message-ID per outbox key: when a worker dies between sending and noting it, a mail
program sees that both messages are the same."""

import hashlib
from collections.abc import Mapping, Sequence
from email.mime.image import MIMEImage
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, SafeMIMEMultipart
from django.template.loader import render_to_string, select_template

from checkout.links.tokens import link_query
from checkout.models import Booking, Payment, Ticket, WaitlistEntry
from checkout.money.paise import rupees
from checkout.tickets.codes import qr_png

PDF, ICS = "application/pdf", "text/calendar"


class PicturedMail(EmailMultiAlternatives):
    """Its HTML part carries its own pictures: `cid:<name>` shows `pictures[name]`, a PNG."""

    def __init__(self, *args: Any, pictures: Mapping[str, bytes], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.pictures = pictures

    def _create_mime_attachment(self, content: Any, mimetype: str) -> Any:
        part = super()._create_mime_attachment(content, mimetype)  # type: ignore[misc]
        if mimetype != "text/html" or not self.pictures:
            return part
        related = SafeMIMEMultipart(_subtype="related", encoding=self.encoding or settings.DEFAULT_CHARSET)
        related.attach(part)
        for name, png in self.pictures.items():
            picture = MIMEImage(png, "png")
            picture.add_header("Content-ID", f"<{name}>")
            picture.add_header("Content-Disposition", "inline", filename=f"{name.partition('@')[0]}.png")
            related.attach(picture)
        return related


def send_confirmation(booking: Booking, pdf: bytes, ics: bytes, key: str) -> None:
    """The tickets, shown and attached as PDF, the calendar entry, and links to the booking's pages."""
    subject = f"Your tickets for {booking.show.movie.title} ({booking.reference})"
    message = _with_codes(booking, key, subject, "confirmation", _good(booking), {"total": rupees(booking.total)})
    _attach(message, booking, pdf, ics)
    message.send()


def send_reissue(booking: Booking, seats: Sequence[str], pdf: bytes, key: str) -> None:
    """New codes for `seats`; the PDF has every ticket of the booking that admits."""
    subject = f"Your new tickets for {booking.show.movie.title} ({booking.reference})"
    renewed = [ticket for ticket in _good(booking) if ticket.seat in seats]
    message = _with_codes(booking, key, subject, "reissue", renewed, {})
    _attach(message, booking, pdf, None)
    message.send()


def send_reminder(booking: Booking, pdf: bytes, ics: bytes, key: str) -> None:
    """The show is soon: where, when, and the tickets that have not been used."""
    begins = booking.show.starts_at.astimezone(booking.show.screen.theatre.zone)
    subject = f"Reminder: {booking.show.movie.title} at {begins:%H:%M} ({booking.reference})"
    left = [ticket for ticket in _good(booking) if ticket.checked_in_at is None]
    message = _with_codes(booking, key, subject, "reminder", left, {})
    _attach(message, booking, pdf, ics)
    message.send()


def send_returned(booking: Booking, payment: Payment, rule: str, key: str) -> None:
    """A payment that bought nothing: not taken, or being refunded; `rule` as in `payments.recording`."""
    taken = payment.status in {Payment.Status.CAPTURED, Payment.Status.REFUNDED}
    facts = {"amount": rupees(payment.amount), "payment": payment.payment_id, "rule": rule, "taken": taken}
    subject = f"Your payment for {booking.show.movie.title} goes back to you ({booking.reference})"
    _message(booking, key, subject, "returned", facts).send()


def send_cancellation(
    booking: Booking, seats: Sequence[str], refund: int, why: str, key: str, ics: bytes | None = None
) -> None:
    """What was cancelled, what comes back and by which rule; `refund` in paise. `ics` changes the calendar's entry."""
    facts = {"seats": ", ".join(seats), "refund": rupees(refund) if refund else "", "why": why}
    subject = f"Cancelled: {booking.show.movie.title} ({booking.reference})"
    message = _message(booking, key, subject, "cancellation", facts)
    _attach(message, booking, None, ics)
    message.send()


def send_offer(entry: WaitlistEntry, token: str, key: str) -> None:
    """Seats for somebody on the waitlist, and the link that takes them, on any device, while the offer lasts."""
    zone = entry.show.screen.theatre.zone
    until = f"{entry.offer_ends_at.astimezone(zone):%H:%M}" if entry.offer_ends_at else ""
    link = f"{entry.site}/shows/{entry.show_id}/offer/?t={token}" if entry.site else ""
    facts = {"seats": ", ".join(entry.seats), "adjacent": entry.adjacent, "until": until, "link": link}
    _message(entry, key, f"Seats for {entry.show.movie.title}, held for you until {until}", "offer", facts).send()


def send_code(booking: Booking | WaitlistEntry, code: str, key: str) -> None:
    """A code for what a link alone does not allow; the subject has it too, for whoever reads it on a locked screen."""
    _message(booking, key, f"{code} is your code for {booking.show.movie.title}", "code", {"code": code}).send()


def send_contact_changed(booking: Booking, former: str, key: str) -> None:
    """To the address that the booking had before; without a link, and without the new address."""
    subject = f"Your booking {booking.reference} has another e-mail address now"
    message = _message(booking, key, subject, "contact_changed", {})
    message.to = [former]
    message.send()


def send_waitlist_closed(entry: WaitlistEntry, key: str) -> None:
    """No seats came free, or the show is cancelled."""
    facts = {"cancelled": entry.show.state == "cancelled", "link": f"{entry.site}/" if entry.site else ""}
    _message(entry, key, f"The waitlist for {entry.show.movie.title} is closed", "waitlist_closed", facts).send()


def _good(booking: Booking) -> list[Ticket]:
    return [ticket for ticket in booking.tickets.all() if ticket.admits]


def _attach(message: PicturedMail, booking: Booking, pdf: bytes | None, ics: bytes | None) -> None:
    if pdf is not None:
        message.attach(f"tickets-{booking.reference}.pdf", pdf, PDF)
    if ics is not None:
        message.attach(f"booking-{booking.reference}.ics", ics.decode(), ICS)


def _with_codes(
    booking: Booking, key: str, subject: str, template: str, tickets: list[Ticket], facts: dict[str, Any]
) -> PicturedMail:
    shown = [(ticket.seat, f"ticket-{number}@{_sender_domain()}", ticket) for number, ticket in enumerate(tickets, 1)]
    facts = {"seats": ", ".join(ticket.seat for ticket in tickets), "codes": [one[:2] for one in shown], **facts}
    return _message(booking, key, subject, template, facts, {cid: qr_png(ticket.code) for _, cid, ticket in shown})


def _message(
    booking: Booking | WaitlistEntry,
    key: str,
    subject: str,
    template: str,
    facts: dict[str, Any],
    pictures: Mapping[str, bytes] | None = None,
) -> PicturedMail:
    """`template` is a text template; where it has no HTML beside it, the HTML part shows the text."""
    show, theatre = booking.show, booking.show.screen.theatre
    common = {
        "booking": booking,
        "movie": show.movie.title,
        "screen": show.screen.name,
        "theatre": f"{theatre.name}, {theatre.city.name}",
        "starts": f"{show.starts_at.astimezone(theatre.zone):%A, %d %B %Y, %H:%M}",
        "link": _link(booking),
        "ticket_link": _link(booking, "ticket/"),
        "subject": subject,
    }
    body = render_to_string(f"checkout/mail/{template}.txt", common | facts).strip() + "\n"
    html = select_template([f"checkout/mail/{template}.html", "checkout/mail/plain.html"])
    number = hashlib.sha256(key.encode()).hexdigest()[:32]
    message = PicturedMail(
        subject=" ".join(subject.split()),
        body=body,
        to=[booking.email],
        headers={"Message-ID": f"<{number}@{_sender_domain()}>"},
        pictures=pictures or {},
    )
    message.attach_alternative(html.render(common | facts | {"body": body}), "text/html")
    return message


def _link(booking: Booking | WaitlistEntry, below: str = "") -> str:
    """A page of the booking, on any device, with a link that lets whoever has it look."""
    if not booking.site or not isinstance(booking, Booking):
        return ""
    return f"{booking.site}/bookings/{booking.pk}/{below}{link_query(booking)}"


def _sender_domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ") or "localhost"
