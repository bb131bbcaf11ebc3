"""What beat does for the box office. May run twice, or late, and does no harm."""

from asgiref.sync import async_to_sync
from celery import shared_task
from channels.layers import get_channel_layer
from django.core.cache import cache

from boxoffice.board import BOX_OFFICE_GROUP, box_office_figures
from seating.errors import HoldsUnavailable

# The task keeps the name it had in seating's room: a running beat or worker knows it by that.
# `expires`: a beat that finds the worker busy must not leave a pile of identical tasks behind.
BEAT = {
    "publish figures": {"task": "seating.publish_figures", "schedule": 1.0, "options": {"expires": 2}},
}
FIGURES_KEY = "boxoffice:figures"


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
