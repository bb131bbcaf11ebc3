"""Beat's part of payments: bookings whose time is over end, and the gateway is asked about every open order.

Both go through `settle_payment`, so a payment is found even if no webhook about it ever came. While the gateway cannot
be reached nothing is concluded from its silence; the seats' claims lapse by themselves.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from checkout import crash_points
from checkout.bookings.create import locked_booking
from checkout.errors import CaptureRefused, GatewayRefused, GatewayUnavailable
from checkout.models import Booking, Order
from checkout.models.due import take, wait_after
from checkout.payments.recording import standing_payments
from checkout.payments.settling import expire, settle_payment
from checkout.payments.starting import FIRST_QUESTION
from checkout.payments.webhooks import SILENCE, webhooks_silent

log = structlog.get_logger(__name__)
Status = Booking.Status
AT_ONCE = 200
FIRST_WAIT, LONGEST_WAIT = 2 * FIRST_QUESTION, timedelta(hours=12)  # between two questions about one order
LEASE = timedelta(seconds=60)
FINAL_AFTER = timedelta(days=3, hours=12)  # late authorisations come within three days


def expire_bookings() -> int:
    """Ends pending bookings whose time is over and that nobody paid; returns how many. Safe to run again."""
    due = Booking.objects.filter(status=Status.PENDING, expires_at__lte=timezone.now()).order_by("expires_at")
    gateway_silent, ended = False, 0
    for booking_id, order_id in due.values_list("pk", "order__order_id")[:AT_ONCE]:
        if order_id and gateway_silent:
            continue
        try:
            ended += _end(booking_id, order_id)
        except CaptureRefused:
            log.warning("capture_waits", booking=booking_id)  # this one alone: the gateway does answer
        except GatewayUnavailable:
            # No reason to make every other customer wait for the same timeout; the next sweep asks again.
            log.warning("gateway_silent", booking=booking_id)
            gateway_silent = True
        except Exception:
            log.exception("expiring_failed", booking=booking_id)  # the others must not wait for it
    return ended


def _end(booking_id: str, order_id: str | None) -> bool:
    if order_id:
        try:
            settle_payment(order_id)
        except GatewayRefused as error:
            # The gateway knows no such order, so nobody can have paid it.
            log.warning("order_unknown_at_gateway", order=order_id, why=error.detail)
    crash_points.reached(crash_points.EXPIRY_DECIDED)
    with transaction.atomic():
        booking = locked_booking(booking_id)
        order_now = Order.objects.filter(booking=booking).values_list("order_id", flat=True).first()
        if booking.status != Status.PENDING or booking.expires_at > timezone.now() or order_now != order_id:
            return False  # it moved on while the gateway was asked
        if standing_payments(booking):
            return False  # paid, and not yet settled: left to the next sweep
        expire(booking)
    return True


def reconcile_orders() -> int:
    """Asks the gateway about orders that are due; returns how many were asked about.

    After a minute, then after ever longer waits, until no late authorisation can come any more. Paid orders are asked
    about as well, because a second payment must be noticed too.
    """
    asked = 0
    now = timezone.now()
    for order_id in _due_orders(now):
        try:
            settle_payment(order_id)
            asked += 1
        except CaptureRefused:
            log.warning("capture_waits", order=order_id)
            continue
        except GatewayUnavailable:
            log.warning("gateway_silent", order=order_id)
            break
        except GatewayRefused as error:
            log.warning("order_unknown_at_gateway", order=order_id, why=error.detail)
        except Exception:
            log.exception("settling_failed", order=order_id)  # the others must not wait for it
            continue
        crash_points.reached(crash_points.ORDER_ASKED)
        _asked(order_id, now)
    if webhooks_silent():
        log.error("webhooks_silent", minutes=int(SILENCE.total_seconds() // 60))
    return asked


def _due_orders(now: datetime) -> list[str]:
    # Counted only once the gateway has answered (`_asked`): nothing is learnt from its silence, so the next question
    # after it must not come any later.
    orders = take(Order.objects.all(), now, LEASE, AT_ONCE, counted=False)
    crash_points.reached(crash_points.ORDERS_TAKEN)
    return [order.order_id for order in orders]


def _asked(order_id: str, now: datetime) -> None:
    """The answer is worked on: sets when the order is due again, within a minute while its booking is open."""
    order = Order.objects.select_related("booking").get(order_id=order_id)
    attempts = order.attempts + 1
    longest = FIRST_QUESTION if order.booking.status == Status.PENDING else LONGEST_WAIT
    due_at: datetime | None = now + wait_after(attempts, FIRST_WAIT, longest)
    if now - order.created_at > FINAL_AFTER and order.booking.status != Status.PENDING:
        due_at = None
    Order.objects.filter(pk=order.pk).update(attempts=attempts, due_at=due_at)
