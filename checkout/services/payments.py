"""Payments as the gateway tells of them: recorded forward only, given back when they buy nothing.

Everything here runs inside a transaction that has locked the booking's row.
"""

from collections.abc import Iterable
from typing import Any

import structlog
from django.utils import timezone

from checkout import outbox
from checkout.models import Booking, Order, Payment
from checkout.services.refunds import decide_refund

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
FROM_GATEWAY: dict[str, Payment.Status] = {str(status): status for status in RANK if status != Status.VOID}


def record_payments(order: Order, entities: Iterable[dict[str, Any]]) -> list[Payment]:
    """Notes what the gateway says of the order's payments; answers with all that we know, oldest first."""
    known = {one.payment_id: one for one in Payment.objects.filter(booking_id=order.booking_id).order_by("id")}
    for entity in entities:
        _record(order, entity, known)
    return list(known.values())


def _record(order: Order, entity: dict[str, Any], known: dict[str, Payment]) -> None:
    payment_id, amount = entity.get("id"), entity.get("amount")
    status = FROM_GATEWAY.get(str(entity.get("status")))
    ours = entity.get("order_id") == order.order_id
    if status is None or not isinstance(payment_id, str) or not isinstance(amount, int) or not ours:
        log.error("payment_unreadable", order=order.order_id, payment=str(payment_id)[:64])
        return
    payment = known.get(payment_id)
    if payment is None:
        # Under the booking's lock nobody else records its payments.
        currency = entity.get("currency") or "INR"
        payment = Payment(
            booking_id=order.booking_id,
            order_id=order.order_id,
            payment_id=payment_id,
            amount=amount,
            currency=currency,
        )
    elif RANK[status] <= RANK[Status(payment.status)]:
        return
    payment.status = status
    payment.method = str(entity.get("method") or "")[:24]
    payment.error = str(entity.get("error_description") or "")[:300]
    payment.changed_at = timezone.now()
    fields = ["status", "method", "error", "changed_at"]
    payment.save(update_fields=fields if payment_id in known else None)
    known[payment_id] = payment


def give_back(booking: Booking, payment: Payment, rule: str) -> None:
    """This payment buys nothing: authorised, it is left to lapse; captured, it is refunded. The customer is told.

    Once per payment, however often it is asked for. `rule` is `late`, `cancelled` or `second_payment`.
    """
    if payment.status == Status.AUTHORIZED:
        payment.status = Status.VOID
        payment.changed_at = timezone.now()
        payment.save(update_fields=["status", "changed_at"])
        outbox.put(booking, "returned", f"void:{payment.payment_id}", payment=payment.pk, rule=rule)
    elif payment.status == Status.CAPTURED:
        key = f"return-{payment.payment_id}"[:40]
        decide_refund(booking, payment, payment.amount, rule, key)
        outbox.put(booking, "returned", f"returned:{payment.payment_id}", payment=payment.pk, rule=rule)
