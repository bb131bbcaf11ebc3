"""A booking as a calendar entry (RFC 5545)."""

from datetime import UTC

from django.utils import timezone
from icalendar import Calendar, Event

from checkout.models import Booking


def calendar_entry(booking: Booking) -> bytes:
    """The show as one event. Times are UTC, so that no calendar needs the theatre's zone to get them right."""
    show, theatre = booking.show, booking.show.screen.theatre
    seats = ", ".join(ticket.seat for ticket in booking.tickets.all() if ticket.cancelled_at is None)
    event = Event()
    event.add("uid", f"{booking.id}@housefull")  # the same after a change: calendars replace the old entry
    event.add("dtstamp", (booking.confirmed_at or timezone.now()).astimezone(UTC))
    event.add("dtstart", show.starts_at.astimezone(UTC))
    event.add("dtend", show.ends_at.astimezone(UTC))
    event.add("summary", show.movie.title)
    event.add("location", f"{show.screen.name}, {theatre.name}, {theatre.address or theatre.city.name}")
    event.add("description", f"Seats {seats}. Booking {booking.reference}.")
    event.add("status", "CONFIRMED" if booking.status == Booking.Status.CONFIRMED else "CANCELLED")
    event.add("transp", "OPAQUE")
    calendar = Calendar()
    calendar.add("prodid", "-//Housefull//Tickets//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical()
