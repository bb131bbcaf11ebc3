"""A booking as a calendar entry (RFC 5545, sent as RFC 5546 has it).

Every entry of a booking has one UID. Each cancellation, of some tickets or of all, raises SEQUENCE, so a calendar
replaces what it has; the last one takes the entry out of it.
"""

from datetime import UTC, datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event

from checkout.models import Booking


def calendar_entry(booking: Booking) -> bytes:
    """The show as one event. Times are UTC, so that no calendar needs the theatre's zone to get them right."""
    show, theatre = booking.show, booking.show.screen.theatre
    cancelled = booking.status != Booking.Status.CONFIRMED
    changes = changes_of(booking)
    event = Event()
    event.add("uid", f"{booking.id}@housefull")  # the same after a change: calendars replace the old entry
    event.add("sequence", len(changes))
    event.add("dtstamp", max([booking.confirmed_at or timezone.now(), *changes]).astimezone(UTC))
    event.add("organizer", f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    event.add("dtstart", show.starts_at.astimezone(UTC))
    event.add("dtend", show.ends_at.astimezone(UTC))
    event.add("summary", show.movie.title)
    event.add("location", f"{show.screen.name}, {theatre.name}, {theatre.address or theatre.city.name}")
    event.add("description", _description(booking))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    calendar = Calendar()
    calendar.add("prodid", "-//Housefull//Tickets//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    entry: bytes = calendar.to_ical()
    return entry


def changes_of(booking: Booking) -> list[datetime]:
    """The moments at which something of the booking was cancelled: tickets cancelled together have one."""
    return sorted({ticket.cancelled_at for ticket in booking.tickets.all() if ticket.cancelled_at})


def _description(booking: Booking) -> str:
    seats = ", ".join(ticket.seat for ticket in booking.tickets.all() if ticket.cancelled_at is None)
    return f"Seats {seats}. Booking {booking.reference}." if seats else f"Booking {booking.reference} is cancelled."
