"""Another name, address or telephone number for a booking that was paid.

A new address gets the tickets, and the former one a mail that says so. Links and codes that went to the former end.
"""

import structlog
from django.db import transaction
from django.utils import timezone

from checkout.bookings.codes import forget_codes, subject_of_booking
from checkout.bookings.create import locked_booking
from checkout.errors import NotConfirmed
from checkout.links.tokens import end_links
from checkout.models import Booking
from checkout.outbox import queue

log = structlog.get_logger(__name__)
MOST_CHANGES = 20  # generations of links: each new address is a mail to somebody who has not asked for one


@transaction.atomic
def change_contact(booking_id: str, *, name: str, email: str, phone: str = "") -> Booking:
    """Raises UnknownBooking, and NotConfirmed where there is nothing to mail tickets for (any more)."""
    booking = locked_booking(booking_id)
    if booking.status != Booking.Status.CONFIRMED or booking.show.ends_at <= timezone.now():
        raise NotConfirmed("The contact can be changed from the payment on, until the show is over.")
    former, moved = booking.email, booking.email.lower() != email.lower()
    if moved and booking.link_generation >= MOST_CHANGES:
        raise NotConfirmed("This booking was changed too often. Please ask at the box office.")
    booking.name, booking.email, booking.phone = name, email, phone
    booking.save(update_fields=["name", "email", "phone"])
    if moved:
        end_links(booking)
        forget_codes(subject_of_booking(booking.pk))
        edition = f"{booking.pk}:{booking.link_generation}"
        queue.put(booking, "confirmation", f"confirmation:{edition}")
        queue.put(booking, "contact_changed", f"contact:{edition}", former=former)
        log.info("contact_changed", booking=booking.pk)
    return booking
