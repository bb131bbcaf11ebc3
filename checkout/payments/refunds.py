"""Refunds: decided in a transaction, sent through the outbox, followed until they are processed or have failed.

Beat asks about pending ones and issues failed ones again, both when they are due (`checkout.models.due`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from checkout import crash_points
from checkout.errors import GatewayRefused, GatewayUnavailable
from checkout.models import Booking, Payment, Refund
from checkout.models.due import take, wait_after
from checkout.outbox import queue
from checkout.payments.gateways import razorpay as gateway

log = structlog.get_logger(__name__)
Status = Refund.Status
FIRST_QUESTION = timedelta(minutes=1)
FIRST_WAIT, LONGEST_WAIT = 2 * FIRST_QUESTION, timedelta(hours=6)  # between two questions about one refund
LEASE = timedelta(seconds=60)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=24)  # of refunds that failed
AT_ONCE = 100


def decide_refund(
    booking: Booking, payment: Payment, amount: int, rule: str, key: str, seats: Sequence[str] = (), edition: int = 1
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
            "edition": edition,
            "due_at": None,  # the outbox sends it; only then is there something to ask about
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
    """Asks the gateway for the refund's state and stores it. Raises GatewayUnavailable."""
    try:
        entity = gateway.fetch_refund(refund_id)
    except GatewayRefused:
        log.warning("refund_unknown_at_gateway", refund=refund_id)
        return
    known = Refund.objects.filter(refund_id=refund_id).first() or (
        Refund.objects.filter(key=entity.get("receipt") or "", refund_id=None).first()
    )
    if known is None:
        log.info("refund_not_ours", refund=refund_id)  # made by hand in the gateway's dashboard
        return
    _record(known.pk, entity)


def reconcile_refunds() -> int:
    """Asks about refunds that are still pending, less and less often, and issues failed ones again.

    Returns how many were asked about.
    """
    now = timezone.now()
    asked = 0
    for refund in _take(Refund.objects.filter(status=Status.PENDING).exclude(refund_id=None), now):
        try:
            settle_refund(refund.refund_id or "")
            asked += 1
        except GatewayUnavailable:
            break
        _asked(refund, now)
    unsent = Refund.objects.filter(status=Status.PENDING, refund_id=None)
    for refund in unsent.filter(created_at__lt=now - queue.GIVE_UP_AFTER - LONGEST_WAIT):
        log.error("refund_never_accepted", refund=refund.key, booking=refund.booking_id)
        Refund.objects.filter(pk=refund.pk, status=Status.PENDING).update(
            status=Status.FAILED, changed_at=now, due_at=_retry_at(refund, now)
        )
    for refund in _take(Refund.objects.filter(status=Status.FAILED), timezone.now()):
        retry_refund(refund.pk)
    return asked


def retry_refund(refund_pk: int) -> None:
    """Issues a failed refund again as a new one with the same amount and reason, once. Does nothing for others.

    One that the gateway never answered may have worked: it is sent again under its own key, so that it cannot happen
    twice.
    """
    with transaction.atomic():
        failed = Refund.objects.select_for_update(of=("self",)).select_related("booking", "payment").get(pk=refund_pk)
        if failed.status != Status.FAILED:
            return
        failed.due_at = None
        if failed.refund_id is None:
            failed.status, failed.created_at, failed.edition = Status.PENDING, timezone.now(), failed.edition + 1
            queue.put_again("refund", f"refund:{failed.key}")
        else:
            key = f"again-{failed.pk}-{failed.payment.payment_id}"[:40]
            decide_refund(
                failed.booking, failed.payment, failed.amount, failed.rule, key, failed.seats, failed.edition + 1
            )
        failed.save(update_fields=["status", "created_at", "edition", "due_at"])
        crash_points.reached(crash_points.REFUND_RETRIED)


def _retry_at(failed: Refund, now: datetime) -> datetime:
    return now + wait_after(failed.edition, FIRST_RETRY, LONGEST_RETRY)


def _take(refunds: QuerySet[Refund], now: datetime) -> list[Refund]:
    """Not counted: `attempts` are questions that were answered (`_asked`), and issuing again counts in `edition`."""
    taken = take(refunds, now, LEASE, AT_ONCE, counted=False)
    crash_points.reached(crash_points.REFUNDS_TAKEN)
    return taken


def _asked(refund: Refund, now: datetime) -> None:
    attempts = refund.attempts + 1
    due_at = now + wait_after(attempts, FIRST_WAIT, LONGEST_WAIT)
    Refund.objects.filter(pk=refund.pk, status=Status.PENDING).update(attempts=attempts, due_at=due_at)


def _record(refund_pk: int, entity: dict[str, Any]) -> None:
    """Forward only: pending, then processed or failed for good."""
    with transaction.atomic():
        refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund_pk)
        if refund.refund_id is None:
            refund.refund_id = entity["id"]
            refund.due_at = timezone.now() + FIRST_QUESTION
        if refund.status == Status.PENDING and entity.get("status") in {"processed", "failed"}:
            refund.status = Status(entity["status"])
            failed = refund.status == Status.FAILED
            refund.due_at = _retry_at(refund, timezone.now()) if failed else None
        refund.changed_at = timezone.now()
        refund.save(update_fields=["refund_id", "status", "changed_at", "due_at"])
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
