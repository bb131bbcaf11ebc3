"""How many new guests one address may bring in an hour.

A guest is counted once: when they ask for an identity, or else when they first take part (a hold, a place on the
waitlist). One who pays is taken back out, so that many buyers behind one address all get through. Over HTTP they are
counted in the cache; without it everybody passes, because holds must not depend on it.

The live sockets' guests are counted in this process (`GuestsOfSockets`): asking the cache before a guest's first hold
halved how many holds a process grants. So with four web processes an address has four times as many over sockets, and
once more over HTTP. How many seats they all get is counted exactly, in the scripts (`seating.budgets`).
"""

import math
import time
from collections import Counter

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
    raise _too_many(left)


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


def _too_many(seconds: float) -> TooManyNewGuests:
    detail = "Too many new visitors came from your network within an hour. Wait a while, or sign in."
    return TooManyNewGuests(detail, retry_after=max(1, math.ceil(seconds)))


class GuestsOfSockets:
    """The guests who have asked for seats over sockets of this process within the hour, by address."""

    def __init__(self) -> None:
        self._counted: dict[str, str] = {}  # guest → the address they count for; empty once they have paid
        self._number: Counter[str] = Counter()
        self._ends_at = 0.0

    def admit(self, owner: str, address: str) -> None:
        """`new_guests.admit`, without waiting. Raises TooManyNewGuests."""
        most = settings.NEW_GUESTS_PER_ADDRESS
        if not most or owner in self._counted or not is_guest(owner) or address in {"", UNKNOWN}:
            return
        now = time.monotonic()
        if now >= self._ends_at:
            self._counted, self._number, self._ends_at = {}, Counter(), now + WINDOW_SECONDS
        if self._number[address] >= most:
            raise _too_many(self._ends_at - now)
        self._counted[owner] = address
        self._number[address] += 1

    def paid(self, owner: str) -> None:
        """They count no more. Every process hears of every sale."""
        address = self._counted.get(owner)
        if address:
            self._counted[owner] = ""
            self._number[address] -= 1


GUESTS_OF_SOCKETS = GuestsOfSockets()
