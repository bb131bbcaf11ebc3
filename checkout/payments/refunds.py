"""Refunds: decided in a transaction, sent through the outbox, followed until they are processed or have failed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from checkout import crash_points
from checkout.errors import GatewayRefused, GatewayUnavailable
from checkout.models import Booking, Payment, Refund
from checkout.outbox import queue
from checkout.payments.gateways import razorpay as gateway

log = structlog.get_logger(__name__)
Status = Refund.Status
FIRST_QUESTION = timedelta(minutes=1)
LONGEST_SILENCE = timedelta(hours=6)
LEASE = timedelta(seconds=60)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=24)  # of refunds that failed
AT_ONCE = 100


def decide_refund(
    booking: Booking, payment: Payment, amount: int, rule: str, key: str, seats: Sequence[str] = (), attempt: int = 1
) -> None:
    """Inside a transaction: `amount` paise go back, once per `key`; the gateway hears of it after the commit."""
    refund, created = Refund.objects.get_or_create(
        key=key,
        defaults={
            "booking": booking,
            "payment": payment,
            "amount": amount,
            "rule": rule,
            "seats": list(seats),
            "attempt": attempt,
        },
    )
    if created:
        queue.put(booking, "refund", f"refund:{key}", refund=refund.pk)
        crash_points.reached(crash_points.REFUND_DECIDED)


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
    """Asks about refunds that are still pending, less and less often, and tries failed ones again.

    Answers with how many were asked about.
    """
    now = timezone.now()
    asked = 0
    for refund in _due(now):
        try:
            settle_refund(refund.refund_id or "")
            asked += 1
        except GatewayUnavailable:
            break
        _asked(refund, now)
    unsent = Refund.objects.filter(status=Status.PENDING, refund_id=None)
    for refund in unsent.filter(created_at__lt=now - queue.GIVE_UP_AFTER - LONGEST_SILENCE):
        log.error("refund_never_accepted", refund=refund.key, booking=refund.booking_id)
        Refund.objects.filter(pk=refund.pk, status=Status.PENDING).update(
            status=Status.FAILED, changed_at=now, next_ask_at=_next_try(refund.attempt, now)
        )
    failed = Refund.objects.filter(status=Status.FAILED, next_ask_at__lte=now).order_by("next_ask_at")
    for refund_pk in failed.values_list("pk", flat=True)[:AT_ONCE]:
        retry_refund(refund_pk)
    return asked


def retry_refund(refund_pk: int) -> None:
    """A failed refund is tried again as a new one, once, with what it meant. Does nothing for others.

    One that the gateway never answered for may have worked: only its own key is sure not to do it twice.
    """
    with transaction.atomic():
        failed = Refund.objects.select_for_update(of=("self",)).select_related("booking", "payment").get(pk=refund_pk)
        if failed.status != Status.FAILED:
            return
        failed.next_ask_at = None
        if failed.refund_id is None:
            failed.status, failed.created_at, failed.attempt = Status.PENDING, timezone.now(), failed.attempt + 1
            queue.put_again(f"refund:{failed.key}")
        else:
            key = f"again-{failed.pk}-{failed.payment.payment_id}"[:40]
            decide_refund(
                failed.booking, failed.payment, failed.amount, failed.rule, key, failed.seats, failed.attempt + 1
            )
        failed.save(update_fields=["status", "created_at", "attempt", "next_ask_at"])
        crash_points.reached(crash_points.REFUND_RETRIED)


def _next_try(attempt: int, now: datetime) -> datetime:
    return now + min(FIRST_RETRY * 2 ** min(attempt - 1, 20), LONGEST_RETRY)


def _due(now: datetime) -> list[Refund]:
    with transaction.atomic():
        due = Refund.objects.select_for_update(skip_locked=True).filter(status=Status.PENDING, next_ask_at__lte=now)
        refunds = list(due.exclude(refund_id=None).order_by("next_ask_at")[:AT_ONCE])
        for refund in refunds:
            refund.next_ask_at = now + LEASE
            refund.save(update_fields=["next_ask_at"])
    crash_points.reached(crash_points.REFUNDS_TAKEN)
    return refunds


def _asked(refund: Refund, now: datetime) -> None:
    next_ask = queue.next_ask(refund.asks + 1, now, FIRST_QUESTION, LONGEST_SILENCE)
    Refund.objects.filter(pk=refund.pk, status=Status.PENDING).update(asks=refund.asks + 1, next_ask_at=next_ask)


def _record(refund_pk: int, entity: dict[str, Any]) -> None:
    """Forward only: pending, then processed or failed for good."""
    with transaction.atomic():
        refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund_pk)
        if refund.refund_id is None:
            refund.refund_id = entity["id"]
            refund.next_ask_at = timezone.now() + FIRST_QUESTION
        if refund.status == Status.PENDING and entity.get("status") in {"processed", "failed"}:
            refund.status = Status(entity["status"])
            failed = refund.status == Status.FAILED
            refund.next_ask_at = _next_try(refund.attempt, timezone.now()) if failed else None
        refund.changed_at = timezone.now()
        refund.save(update_fields=["refund_id", "status", "changed_at", "next_ask_at"])
        if refund.status == Status.FAILED:
            log.error("refund_failed", refund=refund.key, booking=refund.booking_id)
        elif refund.status == Status.PROCESSED:
            _close_payment(refund.payment)
        crash_points.reached(crash_points.REFUND_RECORDED)


def _close_payment(payment: Payment) -> None:
    back = payment.refunds.filter(status=Status.PROCESSED).aggregate(sum=Sum("amount"))["sum"] or 0
    if back >= payment.amount:
        Payment.objects.filter(pk=payment.pk, status=Payment.Status.CAPTURED).update(
            status=Payment.Status.REFUNDED, changed_at=timezone.now()
        )
