"""This process's connections to the seat locks' Redis: one synchronous client, one for each event loop."""

import weakref
from asyncio import AbstractEventLoop, get_running_loop
from functools import cache
from typing import Any

import redis
import redis.asyncio
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from seating.batches import Batches

# After a lost connection a command is sent once more: a hold that was granted before is found granted. If that fails
# too, the caller gets HoldsUnavailable.
_OPTIONS: dict[str, Any] = {
    "decode_responses": True,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "retry": Retry(NoBackoff(), 1),
    "health_check_interval": 15,
}


@cache
def client() -> redis.Redis:
    """This process's synchronous client."""
    maker: Any = redis.RedisCluster if settings.REDIS_CLUSTER else redis.Redis
    made: redis.Redis = maker.from_url(settings.REDIS_URL, **_OPTIONS)
    return made


_async_clients: weakref.WeakKeyDictionary[AbstractEventLoop, Any] = weakref.WeakKeyDictionary()


def async_client() -> Any:
    """The asyncio client of the running loop."""
    loop = get_running_loop()
    if loop not in _async_clients:
        maker: Any = redis.asyncio.RedisCluster if settings.REDIS_CLUSTER else redis.asyncio.Redis
        pool = {} if settings.REDIS_CLUSTER else {"max_connections": 1000}
        _async_clients[loop] = maker.from_url(settings.REDIS_URL, **_OPTIONS, **pool)
    return _async_clients[loop]


_batches: weakref.WeakKeyDictionary[AbstractEventLoop, Batches] = weakref.WeakKeyDictionary()


def batches() -> Batches:
    """The running loop's `Batches`."""
    loop = get_running_loop()
    if loop not in _batches:
        _batches[loop] = Batches(async_client())
    return _batches[loop]


def subscriber() -> Any:
    """A connection for listening: it may be silent for hours, and a loss must raise instead of being retried."""
    url = settings.REDIS_URL
    options = {**_OPTIONS, "socket_timeout": None, "retry": Retry(NoBackoff(), 0), "health_check_interval": 0}
    return redis.asyncio.Redis.from_url(url, **options)
