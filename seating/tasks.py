"""What beat does for seats. Every task may run twice, or late, and does no harm."""

import time

import structlog
from asgiref.sync import async_to_sync
from celery import shared_task
from channels.layers import get_channel_layer
from django.core.cache import cache

from seating import services
from seating.errors import HoldsUnavailable
from seating.selectors import BOX_OFFICE_GROUP, box_office_figures

log = structlog.get_logger(__name__)

# `expires`: a beat that finds the worker busy must not leave a pile of identical tasks behind.
BEAT = {
    "expire holds": {"task": "seating.expire_holds", "schedule": 1.0, "options": {"expires": 2}},
    "publish figures": {"task": "seating.publish_figures", "schedule": 1.0, "options": {"expires": 2}},
    "reconcile shows": {"task": "seating.reconcile_shows", "schedule": 5.0, "options": {"expires": 5}},
    "forget past shows": {
        "task": "seating.forget_past_shows",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
}
FIGURES_KEY = "boxoffice:figures"


@shared_task(name="seating.expire_holds")
def expire_holds() -> None:
    try:
        freed = services.expire_holds()
    except HoldsUnavailable as wrong:
        log.warning("expiry_waits", reason=wrong.detail)
        return
    if freed:
        log.info("holds_expired", seats=freed)


@shared_task(name="seating.publish_figures")
def publish_figures() -> None:
    """Tells the dashboards which shows have moved since the last time."""
    try:
        now = {str(entry["show"]): entry for entry in box_office_figures()}
    except HoldsUnavailable:
        return
    before = cache.get(FIGURES_KEY) or {}
    moved = [entry for show, entry in now.items() if before.get(show) != entry]
    if not moved:
        return
    cache.set(FIGURES_KEY, now, 60)
    message = {"type": "boxoffice.figures", "shows": moved}
    async_to_sync(get_channel_layer().group_send)(BOX_OFFICE_GROUP, message)


@shared_task(name="seating.reconcile_shows")
def reconcile_shows() -> None:
    """Corrects shows whose claims changed lately: a process may have died between commit and mirror."""
    began = time.monotonic()
    for show_id in services.shows_to_reconcile():
        try:
            services.reconcile_show(show_id)
        except HoldsUnavailable:
            return
        if time.monotonic() - began > 4:
            return  # the next run goes on: changes stay on the list for longer than one round


@shared_task(name="seating.forget_past_shows")
def forget_past_shows() -> None:
    services.forget_past_shows()
