"""A guest signs in or up: their seats, bookings and places on waitlists become the account's.

Redis moves the holds first, then one transaction moves the rows. If that fails in between, nothing is lost: the browser
keeps its guest, and the next request moves the rest, since every step may be done again. Bookings that wait for payment
are locked all the while, so nobody looks for a hold under the name that it had before.

Bookings that were made elsewhere, as some other guest with the account's verified address, join it too, but only what
is settled: the seats of a pending one are held in Redis in its guest's name, and stay theirs until it is paid or over.
"""

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from checkout.bookings.create import one_at_a_time
from checkout.models import Booking, IdempotencyKey, Redemption, WaitlistEntry
from seating.services.adoption import adopt_claims, adopt_holds, shows_with_holds_of

log = structlog.get_logger(__name__)
SETTLED = (Booking.Status.CONFIRMED, Booking.Status.CANCELLED)


@transaction.atomic
def adopt_guest(guest: str, account: str, *, verified: bool) -> None:
    """Everything of `guest_…` is `user_…`'s from now on. Idempotent. Raises HoldsUnavailable."""
    shows = sorted(shows_with_holds_of(guest))
    for show_id in shows:
        one_at_a_time([guest, account], show_id)
    bookings = [booking.pk for booking in Booking.objects.select_for_update().filter(owner=guest).order_by("pk")]
    seats = {show_id: adopt_holds(show_id, guest, account, verified=verified) for show_id in shows}
    adopt_claims(guest, account)
    Booking.objects.filter(pk__in=bookings).update(owner=account)
    entries = _adopt_waitlist(guest, account)
    answered = IdempotencyKey.objects.filter(owner=account, endpoint=OuterRef("endpoint"), key=OuterRef("key"))
    IdempotencyKey.objects.filter(~Exists(answered), owner=guest).update(owner=account)
    if seats or bookings or entries:
        log.info("guest_adopted", account=account, seats=seats, bookings=len(bookings), waitlist=entries)


def _adopt_waitlist(guest: str, account: str) -> int:
    """One party may stand on the list of a show once: where both do, the account's place stays, and the guest's too,
    under the guest's name; its mails go on."""
    taken = WaitlistEntry.objects.filter(owner=account, status__in=WaitlistEntry.OPEN).values("show")
    both = Q(status__in=WaitlistEntry.OPEN, show__in=taken)
    return WaitlistEntry.objects.filter(owner=guest).exclude(both).update(owner=account)


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
