"""Celery beat's tasks for seats. Every task may run twice, or late, and does no harm."""

import time

import structlog
from celery import shared_task

from seating.errors import HoldsUnavailable
from seating.services import holds, reconcile

log = structlog.get_logger(__name__)

# One message of each task waits at most (config.celery), so `expires` may be longer than the time between two.
BEAT = {
    "expire holds": {
        "task": "seating.expire_holds",
        "schedule": 1.0,
        "options": {"queue": "seats", "expires": 10},
    },
    "reconcile shows": {
        "task": "seating.reconcile_shows",
        "schedule": 5.0,
        "options": {"queue": "seats", "expires": 30},
    },
    "forget past shows": {
        "task": "seating.forget_past_shows",
        "schedule": 3600.0,
        "options": {"queue": "seats", "expires": 3600},
    },
}


@shared_task(name="seating.expire_holds")
def expire_holds() -> None:
    try:
        freed = holds.expire_holds()
    except HoldsUnavailable as error:
        log.warning("expiry_waits", reason=error.detail)
        return
    if freed:
        log.info("holds_expired", seats=freed)


@shared_task(name="seating.reconcile_shows")
def reconcile_shows() -> None:
    """Corrects shows whose claims changed lately: a process may have died between its commit and the script."""
    began = time.monotonic()
    for show_id in reconcile.shows_to_reconcile():
        try:
            reconcile.reconcile_show(show_id)
        except HoldsUnavailable:
            return
        if time.monotonic() - began > 4:
            return  # the next run continues: a change stays on the list for longer than one run


@shared_task(name="seating.forget_past_shows")
def forget_past_shows() -> None:
    reconcile.forget_past_shows()
