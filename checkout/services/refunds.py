"""Refunds: decided in a transaction, sent through the outbox, followed until they are processed or have failed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from checkout import outbox
from checkout import razorpay as gateway
from checkout.errors import GatewayRefused, GatewayUnavailable
from checkout.models import Booking, Payment, Refund
from checkout.services import crash_points

log = structlog.get_logger(__name__)
Status = Refund.Status
FIRST_QUESTION = timedelta(minutes=1)
LONGEST_SILENCE = timedelta(hours=6)
AT_ONCE = 100


def decide_refund(
    booking: Booking, payment: Payment, amount: int, rule: str, key: str, seats: Sequence[str] = ()
) -> None:
    """Inside a transaction: `amount` paise go back, once per `key`; the gateway hears of it after the commit."""
    refund, created = Refund.objects.get_or_create(
        key=key,
        defaults={"booking": booking, "payment": payment, "amount": amount, "rule": rule, "seats": list(seats)},
    )
    if created:
        outbox.put(booking, "refund", f"refund:{key}", refund=refund.pk)


def send_refund(refund_pk: int) -> None:
    """Asks the gateway for the refund, unless that has been done. Raises GatewayUnavailable, GatewayRefused."""
    refund = Refund.objects.select_related("payment").get(pk=refund_pk)
    if refund.refund_id or refund.status != Status.PENDING:
        return
    entity = gateway.refund(refund.payment.payment_id, refund.amount, refund.key)
    crash_points.reached(crash_points.REFUND_SENT)
    _record(refund.pk, entity)


def settle_refund(refund_id: str) -> None:
    """Asks the gateway how the refund stands and notes it. Raises GatewayUnavailable."""
    try:
        entity = gateway.fetch_refund(refund_id)
    except GatewayRefused:
        log.warning("refund_unknown_at_gateway", refund=refund_id)
        return
    known = Refund.objects.filter(refund_id=refund_id).first() or (
        Refund.objects.filter(key=entity.get("receipt") or "", refund_id=None).first()
    )
    if known is None:
        log.info("refund_not_ours", refund=refund_id)  # made by hand, at the gateway's own desk
        return
    _record(known.pk, entity)


def reconcile_refunds() -> int:
    """Asks about refunds that are still pending, less and less often; answers with how many were asked about."""
    now = timezone.now()
    asked = 0
    for refund in _due(now):
        try:
            settle_refund(refund.refund_id or "")
            asked += 1
        except GatewayUnavailable:
            break
    unsent = Refund.objects.filter(status=Status.PENDING, refund_id=None)
    for refund in unsent.filter(created_at__lt=now - outbox.GIVE_UP_AFTER - LONGEST_SILENCE):
        log.error("refund_never_accepted", refund=refund.key, booking=refund.booking_id)
        Refund.objects.filter(pk=refund.pk, status=Status.PENDING).update(status=Status.FAILED, changed_at=now)
    return asked


def retry_refund(refund_pk: int) -> None:
    """A failed refund is tried again as a new one, with what the first one meant. Does nothing for others."""
    with transaction.atomic():
        failed = Refund.objects.select_related("booking", "payment").get(pk=refund_pk)
        if failed.status == Status.FAILED:
            key = f"{failed.key[:32]}-again{failed.pk % 100}"
            decide_refund(failed.booking, failed.payment, failed.amount, failed.rule, key, failed.seats)


def _due(now: Any) -> list[Refund]:
    with transaction.atomic():
        due = Refund.objects.select_for_update(skip_locked=True).filter(status=Status.PENDING, next_ask_at__lte=now)
        refunds = list(due.exclude(refund_id=None).order_by("next_ask_at")[:AT_ONCE])
        for refund in refunds:
            refund.asks += 1
            refund.next_ask_at = outbox.next_ask(refund.asks, now, FIRST_QUESTION, LONGEST_SILENCE)
            refund.save(update_fields=["asks", "next_ask_at"])
    return refunds


def _record(refund_pk: int, entity: dict[str, Any]) -> None:
    """Forward only: pending, then processed or failed for good."""
    with transaction.atomic():
        refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund_pk)
        if refund.refund_id is None:
            refund.refund_id = entity["id"]
            refund.next_ask_at = timezone.now() + FIRST_QUESTION
        if refund.status == Status.PENDING and entity.get("status") in {"processed", "failed"}:
            refund.status = Status(entity["status"])
            refund.next_ask_at = None
        refund.changed_at = timezone.now()
        refund.save(update_fields=["refund_id", "status", "changed_at", "next_ask_at"])
        if refund.status == Status.FAILED:
            log.error("refund_failed", refund=refund.key, booking=refund.booking_id)
        elif refund.status == Status.PROCESSED:
            _close_payment(refund.payment)


def _close_payment(payment: Payment) -> None:
    back = payment.refunds.filter(status=Status.PROCESSED).aggregate(sum=Sum("amount"))["sum"] or 0
    if back >= payment.amount:
        Payment.objects.filter(pk=payment.pk, status=Payment.Status.CAPTURED).update(
            status=Payment.Status.REFUNDED, changed_at=timezone.now()
        )
