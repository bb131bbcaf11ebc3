"""A reminder three hours before the show, through the outbox.

A booking's reminder is one row with the booking's own key, so two beats, or one that comes again, write it once. What
was missed while no worker ran is made up for until the show begins; what is still unsent then is dropped.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from checkout.models import Booking, OutboxMessage
from checkout.outbox import queue
from cinema.models import Show

BEFORE = timedelta(hours=3)
KIND = "reminder"
AT_ONCE = 500  # bookings per run: the next one takes the rest


@transaction.atomic
def remind_customers(now: datetime | None = None) -> int:
    """Writes down the reminders that are due; answers with how many bookings were looked at. Safe to run again."""
    due = list(_due(now or timezone.now()).order_by("show__starts_at", "pk")[:AT_ONCE])
    queue.put_for_each(due, KIND)
    return len(due)


def _due(now: datetime) -> QuerySet[Booking]:
    """Whoever booked within the last three hours before the show has only just had the confirmation."""
    written = OutboxMessage.objects.filter(booking=OuterRef("pk"), kind=KIND)
    shows = Show.objects.filter(starts_at__gt=now, starts_at__lte=now + BEFORE).exclude(state=Show.State.CANCELLED)
    bookings = Booking.objects.filter(show__in=shows, status=Booking.Status.CONFIRMED)
    return bookings.filter(~Exists(written), confirmed_at__lte=F("show__starts_at") - BEFORE)


def still_wanted(booking: Booking) -> bool:
    """Asked just before sending: the show is yet to begin, and somebody is still to come. With show and tickets."""
    if booking.show.starts_at <= timezone.now() or booking.show.state == Show.State.CANCELLED:
        return False
    return any(ticket.admits and ticket.checked_in_at is None for ticket in booking.tickets.all())
