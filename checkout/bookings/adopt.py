"""Bookings of guests join the account whose verified address they were made with.

Only what is settled: a pending booking's seats are held in Redis in its guest's name, and stays theirs until it is paid
or over. Nobody loses a link by it, and the guest's browser sees the booking by the account from then on.
"""

import structlog
from django.db import transaction

from checkout.models import Booking, Redemption

log = structlog.get_logger(__name__)
SETTLED = (Booking.Status.CONFIRMED, Booking.Status.CANCELLED)


@transaction.atomic
def adopt_bookings_of_address(owner: str, email: str) -> int:
    """Settled bookings of guests with this address, in any case of its letters, are `owner`'s from now on.

    Answers with how many; again, it is none. Their coupons count as used by the account. `email` must be verified.
    """
    guests = Booking.objects.select_for_update().filter(
        email__iexact=email, owner__startswith="guest_", status__in=SETTLED
    )
    ids = list(guests.order_by("pk").values_list("pk", flat=True))
    count = Booking.objects.filter(pk__in=ids).update(owner=owner)
    Redemption.objects.filter(booking__in=ids).update(person=owner)
    if count:
        log.info("bookings_adopted", owner=owner, count=count)
    return count
