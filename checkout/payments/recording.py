"""Payments as the gateway reports them: recorded forward only, refunded when they buy nothing.

Everything here runs inside a transaction that has locked the booking's row.
"""

from collections.abc import Iterable
from typing import Any

import structlog
from django.db.models import Q
from django.utils import timezone

from checkout import crash_points
from checkout.models import Booking, Order, Payment
from checkout.outbox import queue
from checkout.payments.refunds import decide_refund

log = structlog.get_logger(__name__)
Status = Payment.Status

# A late message must not undo a later one. `failed` stands below `authorized`: a payment may be authorised late.
RANK: dict[Payment.Status, int] = {
    Status.CREATED: 0,
    Status.FAILED: 1,
    Status.AUTHORIZED: 2,
    Status.VOID: 3,
    Status.CAPTURED: 4,
    Status.REFUNDED: 5,
}
RETURN = "return-"  # begins the keys of refunds of whole payments that bought nothing
FROM_GATEWAY: dict[str, Payment.Status] = {str(status): status for status in RANK if status != Status.VOID}


def record_payments(order: Order, entities: Iterable[dict[str, Any]]) -> set[int]:
    """Notes what the gateway says of the order's payments.

    Answers with the keys of those that we had let go and that somebody has taken all the same.
    """
    reported = list(entities)
    ids = [entity["id"] for entity in reported if isinstance(entity.get("id"), str)]
    rows = Payment.objects.filter(Q(booking_id=order.booking_id) | Q(payment_id__in=ids))
    known = {payment.payment_id: payment for payment in rows}
    noted = [_record(order, entity, known) for entity in reported]
    return {key for key in noted if key is not None}


def standing_payments(booking: Booking) -> list[Payment]:
    """What may still buy the booking: authorised or captured, and not on its way back; oldest first.

    A refund takes days, and its payment stays captured meanwhile: it must not buy seats that come free by then.
    """
    good = Payment.objects.filter(booking=booking, status__in=[Status.AUTHORIZED, Status.CAPTURED])
    return list(good.exclude(refunds__key__startswith=RETURN).order_by("id"))


def _record(order: Order, entity: dict[str, Any], known: dict[str, Payment]) -> int | None:
    payment_id, amount = entity.get("id"), entity.get("amount")
    status = FROM_GATEWAY.get(str(entity.get("status")))
    ours = entity.get("order_id") == order.order_id
    if status is None or not isinstance(payment_id, str) or not isinstance(amount, int) or not ours:
        log.error("payment_unreadable", order=order.order_id, payment=str(payment_id)[:64])
        return None
    # Under the booking's lock nobody else records its payments.
    payment = known.get(payment_id) or Payment(
        booking_id=order.booking_id,
        order_id=order.order_id,
        payment_id=payment_id,
        amount=amount,
        currency=str(entity.get("currency") or "")[:3],
    )
    if payment.order_id != order.order_id:
        log.error("payment_of_two_orders", order=order.order_id, payment=payment.payment_id)
        return None
    if amount != payment.amount:
        log.error("payment_changed_its_amount", payment=payment.payment_id, amount=amount, before=payment.amount)
    let_go = payment.status == Status.VOID
    if payment.pk is None or RANK[status] > RANK[Status(payment.status)]:
        payment.status = status
        payment.method = str(entity.get("method") or "")[:24]
        payment.error = str(entity.get("error_description") or "")[:300]
        payment.changed_at = timezone.now()
        payment.save(update_fields=None if payment.pk is None else ["status", "method", "error", "changed_at"])
        known[payment_id] = payment
    return payment.pk if let_go and payment.status == Status.CAPTURED else None


def give_back(booking: Booking, payment: Payment, rule: str) -> None:
    """This payment buys nothing: authorised, it is not captured; captured, it is refunded. The customer gets a mail.

    Once per payment, however often it is asked for. `rule` is `late`, `cancelled`, `second_payment` or
    `wrong_amount`.
    """
    if payment.status == Status.AUTHORIZED:
        payment.status = Status.VOID
        payment.changed_at = timezone.now()
        payment.save(update_fields=["status", "changed_at"])
        queue.put(booking, "returned", f"void:{payment.payment_id}", payment=payment.pk, rule=rule)
    elif payment.status == Status.CAPTURED:
        key = f"{RETURN}{payment.payment_id}"[:40]
        decide_refund(booking, payment, payment.amount, rule, key)
        queue.put(booking, "returned", f"returned:{payment.payment_id}", payment=payment.pk, rule=rule)
    crash_points.reached(crash_points.GIVEN_BACK)
