"""Checkout's rhythm. Every task may run twice, at once, or not at all for a while: the next sweep makes up for it."""

from typing import Any

from celery import shared_task

from checkout.bookings import idempotency
from checkout.cancellations import shows
from checkout.outbox import handlers, queue, reminders
from checkout.payments import reconciling, refunds, webhooks
from checkout.waitlist import offers


@shared_task
def relay_outbox() -> None:
    """Everything but refunds, whose task is `send_refunds`; the name is what a running beat or worker knows."""
    queue.awake(relay_outbox.name)
    handlers.send_mails()


@shared_task
def send_refunds() -> None:
    queue.awake(send_refunds.name)
    handlers.send_refunds()


@shared_task
def process_webhooks() -> None:
    queue.awake(process_webhooks.name)
    webhooks.process_stored()


@shared_task
def expire_bookings() -> None:
    reconciling.expire_bookings()


@shared_task
def reconcile_orders() -> None:
    reconciling.reconcile_orders()


@shared_task
def reconcile_refunds() -> None:
    refunds.reconcile_refunds()


@shared_task
def give_back_cancelled_shows() -> None:
    queue.awake(give_back_cancelled_shows.name)
    shows.give_back_cancelled_shows()


@shared_task
def remind_customers() -> None:
    reminders.remind_customers()


@shared_task
def serve_waitlists() -> None:
    queue.awake(serve_waitlists.name)
    offers.serve_waitlists()


@shared_task
def forget_old_keys() -> None:
    idempotency.forget_old_keys()


def _every(seconds: float, task: str, queue: str) -> dict[str, Any]:
    return {"task": f"checkout.tasks.{task}", "schedule": seconds, "options": {"queue": queue, "expires": 6 * seconds}}


# config.celery collects it, and says what the queues are for.
BEAT = {
    "checkout: serve the waitlists": _every(2.0, "serve_waitlists", "seats"),
    "checkout: send refunds": _every(5.0, "send_refunds", "money"),
    "checkout: work on stored webhooks": _every(5.0, "process_webhooks", "money"),
    "checkout: end bookings whose time is over": _every(5.0, "expire_bookings", "money"),
    "checkout: ask about open orders": _every(15.0, "reconcile_orders", "money"),
    "checkout: ask about refunds": _every(60.0, "reconcile_refunds", "money"),
    "checkout: give back cancelled shows": _every(15.0, "give_back_cancelled_shows", "money"),
    "checkout: forget old idempotency keys": _every(3600.0, "forget_old_keys", "money"),
    "checkout: relay the outbox": _every(5.0, "relay_outbox", "mail"),
    "checkout: remind of shows": _every(30.0, "remind_customers", "mail"),
}
