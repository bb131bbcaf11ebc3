"""A coupon on a pending booking: put on, taken off, and counted against its limits.

Two races matter. For the last uses of a coupon everybody who wants one waits for the lock of the coupon's row, and
counts only then; a booking's own row is always locked before it. And the price of a booking stands still once its
payment order exists, see `checkout.payments.starting`.
"""

from django.db.models import Q, QuerySet
from django.utils import timezone

from checkout.errors import (
    AlreadyPaid,
    BookingCancelled,
    BookingExpired,
    CouponAlreadyUsed,
    CouponExpired,
    CouponNotYetValid,
    CouponRefused,
    CouponTakesNothingOff,
    CouponUsedUp,
    CouponWrongShow,
    PaymentStarted,
    UnknownCoupon,
)
from checkout.models import Booking, BookingLine, Order
from checkout.models.booking import TICKET_PRICE, total_of
from checkout.models.coupon import Coupon, Redemption, plain_code, plain_email
from checkout.money import prices
from cinema.models import Show
from seating.identity import is_guest

Status = Booking.Status


def put_coupon(booking: Booking, code: str | None) -> None:
    """Inside a transaction that has locked the pending booking or just made it: puts this coupon on it.

    With None it takes the coupon off.

    Raises AlreadyPaid, BookingCancelled, BookingExpired (410), PaymentStarted, and a CouponRefused: then the booking
    keeps the coupon it had.
    """
    _check_changeable(booking)
    if code is None:
        Redemption.objects.filter(booking=booking).delete()
        _reprice(booking, 0)
        return
    coupon = _locked(Coupon.objects.filter(code=plain_code(code), active=True))
    if coupon is None:
        raise UnknownCoupon("There is no coupon with this code. Check the spelling.")
    _check_valid(coupon, booking.show_id)
    person = person_of(booking)
    _check_use_left(coupon, booking, person)
    discount = _reprice(booking, _discount(coupon, booking))
    Redemption.objects.update_or_create(
        booking=booking,
        defaults={"coupon": coupon, "code": coupon.code, "person": person, "discount": discount},
    )


def contact_changed(booking: Booking) -> None:
    """Inside a transaction: a guest's use is counted for the address given last. Raises CouponAlreadyUsed."""
    use = Redemption.objects.filter(booking=booking).first()
    person = person_of(booking)
    if use is None or use.person == person:
        return
    coupon = _locked(Coupon.objects.filter(pk=use.coupon_id))
    if coupon is not None:
        _check_use_left(coupon, booking, person)
    Redemption.objects.filter(pk=use.pk).update(person=person)


def use_is_left(booking: Booking) -> bool:
    """Inside a transaction: whether a booking that had expired may count again, because it was paid late.

    Its use had become free for others, as its seats had. The coupon's lock is kept to the end of the transaction,
    which confirms the booking or not.
    """
    use = Redemption.objects.filter(booking=booking).first()
    if use is None:
        return True
    coupon = _locked(Coupon.objects.filter(pk=use.coupon_id))
    try:
        if coupon is not None:
            _check_use_left(coupon, booking, use.person)
    except CouponRefused:
        return False
    return True


def person_of(booking: Booking) -> str:
    """Who uses the coupon: the signed-in user, or for guests the mail address, because guest ids cost nothing."""
    return f"mail:{plain_email(booking.email)}" if is_guest(booking.owner) else booking.owner


def _locked(coupons: QuerySet[Coupon]) -> Coupon | None:
    """Whoever comes second waits here, and then counts what the first has stored."""
    return coupons.select_for_update().first()


def _check_changeable(booking: Booking) -> None:
    if booking.status == Status.CONFIRMED:
        raise AlreadyPaid("This booking is paid for: its price does not change any more.")
    if booking.status == Status.CANCELLED:
        raise BookingCancelled("This booking was cancelled. Choose your seats again.")
    if booking.status == Status.EXPIRED or booking.expires_at <= timezone.now():
        raise BookingExpired("The time for these seats has run out. Choose your seats again.")
    if Order.objects.filter(booking=booking).exists():
        raise PaymentStarted("Payment has begun: coupons cannot be changed any more for this booking.")


def _check_valid(coupon: Coupon, show_id: int) -> None:
    now = timezone.now()
    if coupon.first_moment and now < coupon.first_moment:
        raise CouponNotYetValid("This coupon cannot be used yet.")
    if coupon.last_moment and now > coupon.last_moment:
        raise CouponExpired("This coupon has expired.")
    shows, movies = coupon.shows.all(), coupon.movies.all()
    if (shows.exists() or movies.exists()) and not (
        Show.objects.filter(pk=show_id).filter(Q(pk__in=shows.values("pk")) | Q(movie__in=movies.values("pk"))).exists()
    ):
        raise CouponWrongShow("This coupon is not for this show.")


def _check_use_left(coupon: Coupon, booking: Booking, person: str) -> None:
    """Under the coupon's lock; the booking's own use does not count. Raises CouponUsedUp, CouponAlreadyUsed."""
    others = Redemption.objects.counting().filter(coupon=coupon).exclude(booking=booking)
    if coupon.limit_per_person is not None and others.filter(person=person).count() >= coupon.limit_per_person:
        raise CouponAlreadyUsed("You have used this coupon already as often as one person may.")
    if coupon.limit_total is not None and others.count() >= coupon.limit_total:
        raise CouponUsedUp("This coupon has been used up.")


def _discount(coupon: Coupon, booking: Booking) -> int:
    lines = _lines(booking)
    fees = sum(line.fee + line.fee_gst for line in lines)
    listed = [line.listed for line in lines]
    discount = prices.discount_of(listed, fees, amount=coupon.amount, percent=coupon.percent, cap=coupon.cap)
    if not discount:
        raise CouponTakesNothingOff("This coupon takes nothing off these seats.")
    return discount


def _reprice(booking: Booking, discount: int) -> int:
    """Stores the lines and the total with so much taken off (paise); answers with the discount."""
    lines = _lines(booking)
    for line, share in zip(lines, prices.spread(discount, [line.listed for line in lines]), strict=True):
        # Taxed by the day the booking was made, so that putting on and taking off leads back to the same price.
        line.price_ticket(line.listed, booking.created_at, share)
    BookingLine.objects.bulk_update(lines, TICKET_PRICE)
    booking.total = total_of(lines)
    booking.save(update_fields=["total"])
    return discount


def _lines(booking: Booking) -> list[BookingLine]:
    return list(BookingLine.objects.filter(booking=booking).order_by("id"))
