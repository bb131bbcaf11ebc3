"""Razorpay's webhooks: verified over the raw body, stored, answered, and worked on afterwards.

Flow: `receive` (from the API) stores and wakes a worker → `process_stored` (that worker, and a sweep) takes what is due
(`checkout.models.due`) and asks the gateway about the order or refund concerned. A message comes at least once, in any
order, and shows a past state: it is a hint to ask, never believed. Event ids are not signed, so a replayed body under a
new id has no second effect, and another body under an id that is already known is stored all the same.
"""

import hashlib
import json
from datetime import timedelta
from typing import Any

import structlog
from django.utils import timezone

from checkout import crash_points
from checkout.errors import BadSignature, GatewayRefused, UnknownBooking
from checkout.models import Payment, WebhookEvent
from checkout.models.due import take, wait_after
from checkout.outbox import queue
from checkout.payments.gateways import razorpay as gateway
from checkout.payments.refunds import settle_refund
from checkout.payments.settling import settle_payment

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=60)
GIVE_UP_AFTER = timedelta(days=3)
AT_ONCE = 200
SILENCE = timedelta(minutes=10)  # without a single message, while payments come


def receive(body: bytes, signature: str, event_id: str) -> WebhookEvent:
    """Stores a genuine message, once. Raises BadSignature."""
    if not gateway.webhook_is_genuine(body, signature):
        raise BadSignature("X-Razorpay-Signature does not fit the body and the webhook's secret.")
    digest = hashlib.sha256(body).hexdigest()
    event_id = _printable(event_id, 150) or f"body-{digest}"
    known = WebhookEvent.objects.filter(event_id=event_id).first()
    if known is not None and hashlib.sha256(known.body.encode()).hexdigest() != digest:
        # A known id with another body: an id must not be able to silence another event.
        event_id = f"{event_id}#{digest[:24]}"
    event, created = WebhookEvent.objects.get_or_create(
        event_id=event_id, defaults={**_subject_of(body), "body": body.decode("utf-8", "replace").replace("\x00", "")}
    )
    crash_points.reached(crash_points.WEBHOOK_STORED)
    if created:
        queue.wake("checkout.tasks.process_webhooks")
    return event


def process_stored() -> int:
    """Works on stored messages that are due; returns how many were finished. Safe to run anywhere, any time."""
    finished = 0
    for _ in range(AT_ONCE):
        event = _take_one()
        if event is None:
            break
        finished += _process(event)
    return finished


def _take_one() -> WebhookEvent | None:
    now = timezone.now()
    taken = take(WebhookEvent.objects.filter(processed_at=None, received_at__gt=now - GIVE_UP_AFTER), now, LEASE)
    if not taken:
        return None
    crash_points.reached(crash_points.WEBHOOK_TAKEN)
    return taken[0]


def _process(event: WebhookEvent) -> bool:
    try:
        outcome = _effect_of(event)
    except Exception as error:
        # Kept with its reason and tried again: the gateway has had its 200 and will not send it once more.
        wait = wait_after(event.attempts, queue.FIRST_WAIT, queue.LONGEST_WAIT)
        WebhookEvent.objects.filter(pk=event.pk).update(
            due_at=timezone.now() + wait, error=f"{type(error).__name__}: {error}"[:300]
        )
        log.warning("webhook_failed", event_name=event.event, entity=event.entity_id, why=str(error))
        return False
    crash_points.reached(crash_points.WEBHOOK_EFFECTED)
    WebhookEvent.objects.filter(pk=event.pk).update(processed_at=timezone.now(), error=outcome)
    crash_points.reached(crash_points.WEBHOOK_MARKED)
    return True


def _effect_of(event: WebhookEvent) -> str:
    """Asks the gateway; returns a remark where there was nothing to do, else an empty string."""
    done = WebhookEvent.objects.filter(event=event.event, entity_id=event.entity_id).exclude(processed_at=None)
    if event.entity_id and done.exclude(pk=event.pk).exists():
        return "the same was worked on before"
    kind = event.event.partition(".")[0]
    if kind in {"payment", "order"} and event.order_id:
        try:
            settle_payment(event.order_id)
        except UnknownBooking:
            return "not an order of ours"
        except GatewayRefused as error:
            return f"the gateway refused: {error.detail}"[:300]
        return ""
    if kind == "refund" and event.entity_id:
        settle_refund(event.entity_id)
        return ""
    return "nothing to do"


def webhooks_silent() -> int:
    """1 when payments have come for some minutes and no webhook has: Razorpay disables one that failed for a day."""
    now = timezone.now()
    if WebhookEvent.objects.filter(received_at__gte=now - SILENCE).exists():
        return 0
    taken = Payment.objects.filter(status=Payment.Status.CAPTURED, created_at__gte=now - SILENCE)
    return int(taken.filter(created_at__lt=now - SILENCE / 2).exists())


def _subject_of(body: bytes) -> dict[str, str]:
    """Event name, and ids of the entity and the order it is about; empty where the body has none."""
    try:
        message: Any = json.loads(body)
    except (ValueError, RecursionError):
        message = {}
    event = message.get("event") if isinstance(message, dict) else ""
    kind = event.partition(".")[0] if isinstance(event, str) else ""
    entity = _entity(message, kind)
    order_id = entity.get("id") if kind == "order" else entity.get("order_id")
    return {
        "event": _printable(event, 60),
        "entity_id": _printable(entity.get("id"), 64),
        "order_id": _printable(order_id, 64),
    }


def _entity(message: Any, kind: str) -> dict[str, Any]:
    inner = message
    for name in ("payload", kind, "entity"):
        inner = inner.get(name) if isinstance(inner, dict) else None
    return inner if isinstance(inner, dict) else {}


def _printable(value: Any, longest: int) -> str:
    return value[:longest] if isinstance(value, str) and value.isascii() and value.isprintable() else ""
