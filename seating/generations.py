"""Guests whose tokens were ended before their time: a lost telephone, a token in the wrong hands.

A token carries the generation it was made in (`seating.identity`). Raising a guest's generation ends every copy of
their token at once; so many are raised that each process keeps them all in memory, at most `FRESH_SECONDS` old. While
the database is away, what was known last counts.
"""

import asyncio
import time
from contextlib import suppress

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.utils import timezone

from seating.in_flight import InFlight
from seating.models import GuestGeneration

FRESH_SECONDS = 5.0
EVERYBODY = GuestGeneration.EVERYBODY

PATIENCE_SECONDS = 2.0  # how long a socket waits for the database before what was known last counts

_raised: dict[str, int] = {}
_read_at = -FRESH_SECONDS
_reading: InFlight[None] = InFlight()


def generation_of(owner: str) -> str:
    """What a valid token of this guest carries."""
    return f"{_raised.get(EVERYBODY, 0)}.{_raised.get(owner, 0)}"


def end_tokens(owner: str) -> None:
    """Ends every token of this guest, or of `EVERYBODY`, within `FRESH_SECONDS` in every process."""
    GuestGeneration.objects.get_or_create(owner=owner)
    GuestGeneration.objects.filter(owner=owner).update(generation=F("generation") + 1, raised_at=timezone.now())
    _read()


def refresh() -> None:
    """Reads who was raised, unless that was done a moment ago."""
    if time.monotonic() - _read_at >= FRESH_SECONDS:
        _read()


async def arefresh() -> None:
    """`refresh` for the event loop."""
    if time.monotonic() - _read_at >= FRESH_SECONDS:
        with suppress(TimeoutError):
            await asyncio.wait_for(_reading.share(0, sync_to_async(lambda _: _read())), PATIENCE_SECONDS)


def _read() -> None:
    global _read_at, _raised
    _read_at = time.monotonic()  # first, so that one caller waits for a database that is away, and not all of them
    with suppress(OperationalError, InterfaceError):
        _raised = dict(GuestGeneration.objects.values_list("owner", "generation"))
