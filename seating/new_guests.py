"""How many new guests one address may bring in an hour.

A guest is counted once: when they ask for an identity, or else when they first take part (a hold, a place on the
waitlist). One who pays is taken back out, so that many buyers behind one address all get through. Counted in the cache;
without it everybody passes, because holds must not depend on it.
"""

import math
import time

import structlog
from django.conf import settings
from django.core.cache import cache
from redis import RedisError

from cinema.addresses import UNKNOWN
from seating.errors import TooManyNewGuests
from seating.identity import is_guest

log = structlog.get_logger(__name__)
WINDOW_SECONDS = 3600
REMEMBERED_SECONDS = 24 * 3600


def admit(owner: str, address: str) -> None:
    """Counts this guest, unless they were counted before. Raises TooManyNewGuests."""
    if not settings.NEW_GUESTS_PER_ADDRESS or not is_guest(owner) or address in {"", UNKNOWN}:
        return
    try:
        if not cache.add(_guest(owner), address, REMEMBERED_SECONDS):
            return
        cache.add(_end(address), time.time() + WINDOW_SECONDS, WINDOW_SECONDS)
        cache.add(_address(address), 0, WINDOW_SECONDS)
        if cache.incr(_address(address)) <= settings.NEW_GUESTS_PER_ADDRESS:
            return
        cache.decr(_address(address))
        cache.delete(_guest(owner))
        left = cache.get(_end(address), 0) - time.time()
    except ValueError:
        return  # the hour ended between two of the lines
    except RedisError as error:
        log.warning("new_guests_uncounted", reason=str(error))
        return
    raise TooManyNewGuests(
        "Too many new visitors came from your network within an hour. Wait a while, or sign in.",
        retry_after=max(1, math.ceil(left)),
    )


def paid(owner: str) -> None:
    """This guest has bought something, so they count no more. Never raises."""
    if not settings.NEW_GUESTS_PER_ADDRESS or not is_guest(owner):
        return
    try:
        address = cache.get(_guest(owner))
        if address:
            cache.set(_guest(owner), "", REMEMBERED_SECONDS)  # known, and counted nowhere
            cache.decr(_address(address))
    except (ValueError, RedisError):
        return  # the hour is over, or the cache is away


def _guest(owner: str) -> str:
    return f"new-guest:{owner}"


def _address(address: str) -> str:
    return f"new-guests:{address}"


def _end(address: str) -> str:
    return f"new-guests:{address}:end"
