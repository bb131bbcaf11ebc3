"""The box office's periodic task. It may run twice or late without harm."""

from asgiref.sync import async_to_sync
from celery import shared_task
from channels.layers import get_channel_layer
from django.core.cache import cache

from boxoffice.board import BOX_OFFICE_GROUP, box_office_figures
from seating.errors import HoldsUnavailable

# The task keeps the name it had in `seating`, because a running beat or worker knows it by that name.
BEAT = {
    "publish figures": {
        "task": "seating.publish_figures",
        "schedule": 1.0,
        "options": {"queue": "seats", "expires": 10},
    },
}
FIGURES_KEY = "boxoffice:figures"


@shared_task(name="seating.publish_figures")
def publish_figures() -> None:
    """Sends the dashboards the shows whose figures have changed since the last run."""
    try:
        current = {str(entry["show"]): entry for entry in box_office_figures()}
    except HoldsUnavailable:
        return
    previous = cache.get(FIGURES_KEY) or {}
    changed = [entry for show, entry in current.items() if previous.get(show) != entry]
    if not changed:
        return
    cache.set(FIGURES_KEY, current, 60)
    message = {"type": "boxoffice.figures", "shows": changed}
    async_to_sync(get_channel_layer().group_send)(BOX_OFFICE_GROUP, message)
