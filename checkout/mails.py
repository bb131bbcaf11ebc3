"""Mails to the customer. Plain text, times in the theatre's own zone, one Message-ID per outbox key, so that a mail
program that gets the same message twice, because a worker died between sending and noting it, can tell."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from checkout.models import Booking, Payment, WaitlistEntry
from checkout.money import rupees
from seating.identity import is_guest, token_for

PDF, ICS = "application/pdf", "text/calendar"


def send_confirmation(booking: Booking, pdf: bytes, ics: bytes, key: str) -> None:
    """The tickets, attached as PDF and as a calendar entry, and a link to the booking's page."""
    seats = [ticket.seat for ticket in booking.tickets.all() if ticket.cancelled_at is None]
    message = _message(
        booking,
        key,
        f"Your tickets for {booking.show.movie.title} ({booking.reference})",
        "confirmation",
        {"seats": ", ".join(seats), "total": rupees(booking.total)},
    )
    message.attach(f"tickets-{booking.reference}.pdf", pdf, PDF)
    message.attach(f"booking-{booking.reference}.ics", ics.decode(), ICS)
    message.send()


def send_returned(booking: Booking, payment: Payment, rule: str, key: str) -> None:
    """A payment that bought nothing: not taken, or on its way back; `rule` as in `services.payments.give_back`."""
    taken = payment.status in {Payment.Status.CAPTURED, Payment.Status.REFUNDED}
    facts = {"amount": rupees(payment.amount), "payment": payment.payment_id, "rule": rule, "taken": taken}
    subject = f"Your payment for {booking.show.movie.title} goes back to you ({booking.reference})"
    _message(booking, key, subject, "returned", facts).send()


def send_cancellation(booking: Booking, seats: Sequence[str], refund: int, why: str, key: str) -> None:
    """What was cancelled, what comes back and by which rule; `refund` in paise."""
    facts = {"seats": ", ".join(seats), "refund": rupees(refund) if refund else "", "why": why}
    subject = f"Cancelled: {booking.show.movie.title} ({booking.reference})"
    _message(booking, key, subject, "cancellation", facts).send()


def send_offer(entry: WaitlistEntry, token: str, key: str) -> None:
    """Seats for somebody on the waitlist, and the link that takes them, on any device, while the offer lasts."""
    zone = entry.show.screen.theatre.zone
    until = f"{entry.offer_ends_at.astimezone(zone):%H:%M}" if entry.offer_ends_at else ""
    link = f"{entry.site}/shows/{entry.show_id}/offer/?t={token}" if entry.site else ""
    facts = {"seats": ", ".join(entry.seats), "adjacent": entry.adjacent, "until": until, "link": link}
    _message(entry, key, f"Seats for {entry.show.movie.title}, held for you until {until}", "offer", facts).send()


def send_waitlist_closed(entry: WaitlistEntry, key: str) -> None:
    """No seats came free, or the show is off."""
    facts = {"cancelled": entry.show.state == "cancelled", "link": f"{entry.site}/" if entry.site else ""}
    _message(entry, key, f"The waitlist for {entry.show.movie.title} is closed", "waitlist_closed", facts).send()


def _message(
    booking: Booking | WaitlistEntry, key: str, subject: str, template: str, facts: dict[str, Any]
) -> EmailMessage:
    show, theatre = booking.show, booking.show.screen.theatre
    common = {
        "booking": booking,
        "film": show.movie.title,
        "screen": show.screen.name,
        "theatre": f"{theatre.name}, {theatre.city.name}",
        "starts": f"{show.starts_at.astimezone(theatre.zone):%A, %d %B %Y, %H:%M}",
        "link": _link(booking),
    }
    body = render_to_string(f"checkout/mail/{template}.txt", common | facts)
    number = hashlib.sha256(key.encode()).hexdigest()[:32]
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        to=[booking.email],
        headers={"Message-ID": f"<{number}@{_sender_domain()}>"},
    )


def _link(booking: Booking | WaitlistEntry) -> str:
    """The booking's page. A guest has no account to sign in to, so their link carries their token."""
    if not booking.site:
        return ""
    page = f"{booking.site}/bookings/{booking.pk}/"
    return f"{page}?t={token_for(booking.owner)}" if is_guest(booking.owner) else page


def _sender_domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ") or "localhost"
