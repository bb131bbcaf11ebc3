"""The index of shows that may have holds, so that expiry and others need not look at every show."""

import time
from typing import Any

import redis

from seating import keys
from seating.connections import async_client, client
from seating.store import many, unavailable

INDEX_LIFE_SECONDS = 3600  # how long a show stays in the index after it was last touched
INDEX_AGAIN_SECONDS = 600
_indexed: dict[int, float] = {}


def index_is_fresh(show: int) -> bool:
    """Whether this process touched the show in the index recently enough to rely on it."""
    return time.monotonic() - _indexed.get(show, -INDEX_AGAIN_SECONDS) < INDEX_AGAIN_SECONDS


def index_command(show: int) -> list[Any]:
    """Puts the show into the index, or renews it, long before any of its holds can run out; see `shows_to_sweep`."""
    _indexed[show] = time.monotonic()
    return [
        "ZADD",
        keys.SHOWS_WITH_HOLDS,
        "GT",
        str(int((time.time() + INDEX_LIFE_SECONDS) * 1000)),
        str(show),
    ]


def touch(show: int) -> None:
    """Raises HoldsUnavailable."""
    try:
        client().execute_command(*index_command(show))
    except redis.RedisError as error:
        _indexed.pop(show, None)
        raise unavailable(error) from error


async def atouch(show: int) -> None:
    """`touch` for the event loop."""
    try:
        await async_client().execute_command(*index_command(show))
    except redis.RedisError as error:
        _indexed.pop(show, None)
        raise unavailable(error) from error


def shows_to_sweep() -> list[int]:
    """Shows that may have holds. An entry outlives the longest hold, so dropping old ones loses none."""
    connection = client()
    now = int(time.time() * 1000)
    members: Any = connection.zrange(keys.SHOWS_WITH_HOLDS, 0, -1)
    connection.zremrangebyscore(keys.SHOWS_WITH_HOLDS, "-inf", now)
    return [int(show) for show in members]


def shows_with_holds_of(owner: str) -> list[int]:
    """Shows at which this owner holds seats. Raises HoldsUnavailable."""
    try:
        shows = shows_to_sweep()
    except redis.RedisError as error:
        raise unavailable(error) from error
    replies = many([["HEXISTS", keys.of_show(show)[3], owner] for show in shows])
    return [show for show, holds in zip(shows, replies, strict=True) if holds]
