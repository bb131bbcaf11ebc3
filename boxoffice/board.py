"""The live board: every show of today and how full it is, theatre by theatre."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from cinema.models import Show
from seating.protocol import Frame
from seating.selectors import figures

BOX_OFFICE_GROUP = "boxoffice"  # the channel layer's group of staff dashboards
MESSAGE_BYTES = 16 * 1024  # of one message of the board's socket
ENVELOPE_BYTES = 100  # of it, for everything but the shows


def todays_shows(theatres: Collection[int] | None = None) -> dict[int, int]:
    """Show id → theatre id of what starts today in its theatre's time zone, without cancelled shows.

    `theatres` are the ids of those to look at, None means all.
    """
    now = timezone.now()
    nearby = Show.objects.filter(starts_at__range=(now - timedelta(hours=36), now + timedelta(hours=36)))
    if theatres is not None:
        nearby = nearby.filter(screen__theatre__in=theatres)
    rows = nearby.exclude(state=Show.State.CANCELLED).values_list(
        "pk", "starts_at", "screen__theatre", "screen__theatre__time_zone"
    )
    zones = {name: ZoneInfo(name) for name in {row[3] for row in rows}}
    today = {name: now.astimezone(zone).date() for name, zone in zones.items()}
    return {
        pk: theatre for pk, starts_at, theatre, zone in rows if starts_at.astimezone(zones[zone]).date() == today[zone]
    }


def box_office_figures(theatres: Collection[int] | None = None) -> list[dict[str, Any]]:
    """`{show, theatre, available, held, sold, blocked, viewers}` for every show of today. Raises HoldsUnavailable."""
    theatre_of = todays_shows(theatres)
    return [{"theatre": theatre_of[entry.show], **asdict(entry)} for entry in figures(list(theatre_of))]


def figures_frames(shows: Iterable[dict[str, Any]]) -> list[Frame]:
    """`figures {shows, part, parts}`: as many messages as it takes to keep each below MESSAGE_BYTES; at least one."""
    parts = list(_parts(shows)) or [[]]
    return [
        Frame({"type": "figures", "shows": part, "part": number, "parts": len(parts)})
        for number, part in enumerate(parts, start=1)
    ]


def _parts(shows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    size = 0
    for entry in shows:
        length = len(Frame(entry).text.encode()) + 1
        if part and size + length > MESSAGE_BYTES - ENVELOPE_BYTES:
            yield part
            part, size = [], 0
        part.append(entry)
        size += length
    if part:
        yield part
