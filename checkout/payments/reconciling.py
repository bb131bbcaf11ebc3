"""What runs by the clock: bookings whose time is over end, and the gateway is asked about every open order.

Both go through `settle_payment`, so that a payment of which no message ever came is found all the same. While the
gateway cannot be reached nothing is concluded from its silence; the seats' claims lapse by themselves.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from checkout import crash_points
from checkout.bookings.create import locked_booking
from checkout.errors import CaptureRefused, GatewayRefused, GatewayUnavailable
from checkout.models import Booking, Order, Payment, WebhookEvent
from checkout.outbox import queue
from checkout.payments.recording import standing_payments
from checkout.payments.settling import expire, settle_payment
from checkout.payments.starting import FIRST_QUESTION

log = structlog.get_logger(__name__)
Status = Booking.Status
AT_ONCE = 200
LONGEST_SILENCE = timedelta(hours=12)  # between two questions about one order
LEASE = timedelta(seconds=60)
FINAL_AFTER = timedelta(days=3, hours=12)  # late authorisations come within three days
WEBHOOK_SILENCE = timedelta(minutes=10)


def expire_bookings() -> int:
    """Ends pending bookings whose time is over and that nobody paid; answers with how many. Safe to run again."""
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
            return False  # paid, and not yet settled: the next sweep sees to it
        expire(booking)
    return True


def reconcile_orders() -> int:
    """Asks the gateway about orders whose turn it is; answers with how many were asked about.

    After a minute, then after ever longer, until no late authorisation can come any more: also orders that are paid,
    because a second payment must be noticed too.
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
    _listen_for_silence()
    return asked


def _due_orders(now: datetime) -> list[str]:
    """Takes due orders under a lease, so that two reconcilers do not ask the same and a dead one loses nothing."""
    with transaction.atomic():
        due = Order.objects.select_for_update(skip_locked=True).filter(next_ask_at__lte=now)
        orders = list(due.order_by("next_ask_at")[:AT_ONCE])
        for order in orders:
            order.next_ask_at = now + LEASE
            order.save(update_fields=["next_ask_at"])
    crash_points.reached(crash_points.ORDERS_TAKEN)
    return [order.order_id for order in orders]


def _asked(order_id: str, now: datetime) -> None:
    """The answer is worked on: sets the order's next turn, within a minute while its booking is open."""
    order = Order.objects.select_related("booking").get(order_id=order_id)
    longest = FIRST_QUESTION if order.booking.status == Status.PENDING else LONGEST_SILENCE
    next_ask: datetime | None = queue.next_ask(order.asks + 1, now, FIRST_QUESTION, longest)
    if now - order.created_at > FINAL_AFTER and order.booking.status != Status.PENDING:
        next_ask = None
    Order.objects.filter(pk=order.pk).update(asks=order.asks + 1, next_ask_at=next_ask)


def _listen_for_silence() -> None:
    """Says so when payments arrive and no webhook does: Razorpay disables one that failed for a day."""
    since = timezone.now() - WEBHOOK_SILENCE
    paid = Payment.objects.filter(status=Payment.Status.CAPTURED, created_at__gte=since)
    if not WebhookEvent.objects.filter(received_at__gte=since).exists():
        first = paid.order_by("created_at").values_list("created_at", flat=True).first()
        if first is not None and timezone.now() - first > WEBHOOK_SILENCE / 2:
            log.error("webhooks_silent", minutes=int(WEBHOOK_SILENCE.total_seconds() // 60))
