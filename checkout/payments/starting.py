"""Payment begins: the hold is extended once, the gateway opens one order; and the page's callback is checked."""

import secrets
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from checkout import crash_points
from checkout.bookings.create import locked_booking
from checkout.bookings.person import check_person
from checkout.errors import (
    AlreadyPaid,
    BadSignature,
    BookingCancelled,
    BookingExpired,
    GatewayRefused,
    GatewayUnavailable,
    PriceChanged,
)
from checkout.models import Booking, BookingLine, Order
from checkout.payments.gateways import razorpay as gateway
from checkout.payments.recording import standing_payments
from checkout.payments.settling import settle_payment
from seating.services.claims import extend_hold

log = structlog.get_logger(__name__)
FIRST_QUESTION = timedelta(seconds=60)
EXPIRED = "The time for these seats has run out. Choose your seats again."


def start_payment(booking_id: str) -> Order:
    """The booking's open order, made at the gateway if there is none; extends the hold the first time.

    Raises BookingExpired, HoldExpired (both 410), SeatUnavailable, AlreadyPaid, BookingCancelled,
    GatewayUnavailable (nothing is lost: ask again), HoldsUnavailable, TooManySeats (one person's), PriceChanged (look
    at the new total, then ask again).
    """
    with transaction.atomic():
        booking = locked_booking(booking_id)
        _check_payable(booking)
        seats = list(BookingLine.objects.filter(booking=booking).values_list("seat", flat=True))
        check_person(booking.show_id, booking.email, booking.phone, len(seats), besides=[booking.pk])
        booking.expires_at = extend_hold(booking.show_id, booking.owner, booking.hold, seats)
        booking.save(update_fields=["expires_at"])
        known = Order.objects.filter(booking=booking).first()
    crash_points.reached(crash_points.HOLD_EXTENDED)
    if known is not None:
        known.booking = booking
        return known
    order_id = _create_order(booking)
    crash_points.reached(crash_points.ORDER_CREATED)
    with transaction.atomic():
        # Of two requests at once, the order stored first counts; nobody has seen the other one.
        asked, booking = booking.total, locked_booking(booking_id)
        order, made = Order.objects.get_or_create(
            booking=booking,
            defaults={
                "order_id": order_id,
                "amount": asked,
                "due_at": timezone.now() + FIRST_QUESTION,
            },
        )
        _check_payable(booking)
        if made and booking.total != asked:
            # A coupon was added or removed while the gateway made the order: it is not stored, so nobody can pay it.
            raise PriceChanged("The price has changed. Look at the new total, then pay.", total=booking.total)
    crash_points.reached(crash_points.ORDER_STORED)
    order.booking = booking
    return order


def verify_callback(order_id: str, payment_id: str, signature: str) -> Booking:
    """What checkout.js handed to the page: checked against our stored order, then settled by asking the gateway.

    Raises BadSignature (also for an order that is not ours), GatewayUnavailable (the payment is found later).
    """
    order = Order.objects.filter(order_id=order_id).first() if "\x00" not in order_id else None
    if order is None or not gateway.callback_is_genuine(order.order_id, payment_id, signature):
        raise BadSignature("This is not a payment that the payment service signed for us.")
    crash_points.reached(crash_points.CALLBACK_CHECKED)
    return settle_payment(order.order_id)


def _create_order(booking: Booking) -> str:
    # The random part keeps receipts unique when the answer to an earlier attempt was lost.
    receipt = f"{booking.reference}-{secrets.token_hex(4)}"
    try:
        return gateway.create_order(
            booking.total, booking.currency, receipt, {"booking": booking.pk, "reference": booking.reference}
        )
    except GatewayRefused as error:
        log.error("order_refused", booking=booking.pk, why=error.detail)
        raise GatewayUnavailable("Payment cannot begin just now. Your seats are kept; try again.") from error


def _check_payable(booking: Booking) -> None:
    status = Booking.Status(booking.status)
    if status == Booking.Status.CONFIRMED:
        raise AlreadyPaid("This booking is paid for: your tickets are ready.")
    if status == Booking.Status.CANCELLED:
        raise BookingCancelled("This booking was cancelled. Choose your seats again.")
    if standing_payments(booking):
        raise AlreadyPaid("A payment for this booking has arrived and is being confirmed. Wait a moment.")
    if status == Booking.Status.EXPIRED or booking.expires_at <= timezone.now():
        raise BookingExpired(EXPIRED)
