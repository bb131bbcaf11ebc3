"""What beat does for seats. Every task may run twice, or late, and does no harm."""

import time

import structlog
from celery import shared_task

from seating.errors import HoldsUnavailable
from seating.services import execute, holds
from seating.services.execute import reconcile_show, shows_to_reconcile

log = structlog.get_logger(__name__)

# `expires`: a beat that finds the worker busy must not leave a pile of identical tasks behind.
BEAT = {
    "expire holds": {"task": "seating.expire_holds", "schedule": 1.0, "options": {"expires": 2}},
    "reconcile shows": {"task": "seating.reconcile_shows", "schedule": 5.0, "options": {"expires": 5}},
    "forget past shows": {
        "task": "seating.forget_past_shows",
        "schedule": 3600.0,
        "options": {"expires": 600},
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
    """Corrects shows whose claims changed lately: a process may have died between commit and mirror."""
    began = time.monotonic()
    for show_id in shows_to_reconcile():
        try:
            reconcile_show(show_id)
        except HoldsUnavailable:
            return
        if time.monotonic() - began > 4:
            return  # the next run goes on: changes stay on the list for longer than one round


@shared_task(name="seating.forget_past_shows")
def forget_past_shows() -> None:
    execute.forget_past_shows()
