"""The live board: every show of today and how full it is."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cinema.models import Show
from seating.selectors import figures

BOX_OFFICE_GROUP = "boxoffice"  # the channel layer's group of staff dashboards


def todays_shows() -> list[int]:
    """Ids of the shows that start today in their theatre's time zone, without cancelled ones."""
    now = timezone.now()
    nearby = (
        Show.objects.filter(starts_at__range=(now - timedelta(hours=36), now + timedelta(hours=36)))
        .exclude(state=Show.State.CANCELLED)
        .select_related("screen__theatre")
    )
    return [show.pk for show in nearby if _is_today(show)]


def _is_today(show: Show) -> bool:
    zone = show.screen.theatre.zone
    return show.starts_at.astimezone(zone).date() == timezone.now().astimezone(zone).date()


def box_office_figures() -> list[dict[str, Any]]:
    """`{show, available, held, sold, blocked, viewers}` for every show of today. Raises HoldsUnavailable."""
    return [asdict(entry) for entry in figures(todays_shows())]
