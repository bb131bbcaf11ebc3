"""Checkout's rhythm. Every task may run twice, at once, or not at all for a while: the next sweep makes up for it."""

from celery import shared_task
from celery.schedules import crontab

from checkout.bookings import idempotency
from checkout.cancellations import shows
from checkout.outbox import handlers, queue, reminders
from checkout.payments import reconciling, refunds, webhooks
from checkout.privacy import retention
from checkout.waitlist import offers


@shared_task
def relay_outbox() -> None:
    queue.awake(relay_outbox.name)
    handlers.relay_outbox()


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


@shared_task
def forget_personal_data() -> None:
    retention.forget_personal_data()


# name → task and seconds between two runs; config.celery collects it.
BEAT = {
    "checkout: relay the outbox": {"task": "checkout.tasks.relay_outbox", "schedule": 5.0},
    "checkout: work on stored webhooks": {"task": "checkout.tasks.process_webhooks", "schedule": 5.0},
    "checkout: end bookings whose time is over": {"task": "checkout.tasks.expire_bookings", "schedule": 5.0},
    "checkout: ask about open orders": {"task": "checkout.tasks.reconcile_orders", "schedule": 15.0},
    "checkout: ask about refunds": {"task": "checkout.tasks.reconcile_refunds", "schedule": 60.0},
    "checkout: give back cancelled shows": {"task": "checkout.tasks.give_back_cancelled_shows", "schedule": 15.0},
    "checkout: remind of shows": {"task": "checkout.tasks.remind_customers", "schedule": 30.0},
    # `expires`: a busy worker must not find a pile of them.
    "checkout: serve the waitlists": {
        "task": "checkout.tasks.serve_waitlists",
        "schedule": 2.0,
        "options": {"expires": 4},
    },
    "checkout: forget old idempotency keys": {"task": "checkout.tasks.forget_old_keys", "schedule": 3600.0},
    "checkout: forget personal data": {
        "task": "checkout.tasks.forget_personal_data",
        "schedule": crontab(hour=21, minute=40),  # UTC: ten past three in India
        "options": {"expires": 3600},
    },
}
