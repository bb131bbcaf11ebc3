"""One person is one e-mail address or one telephone number, whatever identities they use.

`MAX_SEATS_PER_BOOKING` limits what one person may have at a show: paid for, or booked and not yet paid. Identities cost
nothing; an address to which tickets are mailed and a number that staff can call do.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from checkout.models import Booking, BookingLine, Ticket
from seating.errors import TooManySeats

SUBSCRIBER_DIGITS = 10  # of an Indian number; with or without +91 or 0 in front it is the same telephone


def names_of(email: str, phone: str) -> list[str]:
    """What to lock so that two bookings of one person wait for each other (`checkout.bookings.create`)."""
    return [f"email {email.lower()}", *([f"phone {_subscriber(phone)}"] if _subscriber(phone) else [])]


def check_person(show_id: int, email: str, phone: str, seats: int, *, besides: Iterable[str] = ()) -> None:
    """Whether this person may have so many more seats at this show; bookings `besides` are not counted.

    Raises TooManySeats.
    """
    most = settings.MAX_SEATS_PER_BOOKING
    theirs = _bookings_of(show_id, email, phone).exclude(pk__in=list(besides))
    unpaid = theirs.filter(status=Booking.Status.PENDING, expires_at__gt=timezone.now())
    paid = theirs.filter(status=Booking.Status.CONFIRMED)
    have = BookingLine.objects.filter(booking__in=unpaid).count()
    have += Ticket.objects.filter(booking__in=paid, cancelled_at=None).count()
    if have + seats > most:
        raise TooManySeats(
            f"With this e-mail address or telephone number {have} seats of this show are booked already; "
            f"{most} is the most for one person. Book at most {max(0, most - have)} more."
        )


def _bookings_of(show_id: int, email: str, phone: str) -> QuerySet[Booking]:
    same = Q(email__iexact=email)
    if _subscriber(phone):
        same |= Q(phone__endswith=_subscriber(phone))
    return Booking.objects.filter(same, show=show_id)


def _subscriber(phone: str) -> str:
    """The digits that name the telephone; empty for none, and for what is too short to name one."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    return digits[-SUBSCRIBER_DIGITS:] if len(digits) >= SUBSCRIBER_DIGITS else ""
