"""One process's subscription to Redis: which channels it listens to, over one connection that is kept alive.

After a loss the connection is made again with full-jitter backoff. A connection that was cut silently looks idle, so it
is pinged, and dropped when a ping is not answered. `on_connected` is called after every new connection: what was
published meanwhile is lost, so the listener must read everything again.
"""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Callable, Iterable
from typing import Any

import redis
import structlog

from seating import connections

log = structlog.get_logger(__name__)

IDLE_CHANNEL = "housefull:idle"  # nothing is published here; without any channel, listening would return at once
CONFIRM_SECONDS = 5.0
SILENCE_SECONDS = 7.0  # longer than three calls of `check`, each of which pings
LONGEST_BACKOFF_SECONDS = 2.0


class NotListening(Exception):
    """There is no connection now; `on_connected` is called when there is one."""


class Subscription:
    def __init__(
        self,
        channels: Callable[[], Iterable[str]],
        on_message: Callable[[str, dict[str, Any]], None],
        on_connected: Callable[[], None],
    ) -> None:
        """`channels` returns the channels to listen to after a reconnect."""
        self._channels = channels
        self._on_message = on_message
        self._on_connected = on_connected
        self._confirmed: dict[str, asyncio.Event] = {}
        self._pubsub: Any = None
        self._heard_at = 0.0

    @property
    def connected(self) -> bool:
        return self._pubsub is not None

    async def add(self, channel: str) -> None:
        """Returns once Redis has confirmed: from then on no message is missed. Raises NotListening."""
        if self._pubsub is None:
            raise NotListening
        confirmed = self._confirmed.get(channel)
        if confirmed is None:
            confirmed = self._confirmed[channel] = asyncio.Event()
            await self._pubsub.subscribe(channel)
        try:
            await asyncio.wait_for(confirmed.wait(), CONFIRM_SECONDS)
        except TimeoutError:
            raise NotListening from None
        if self._confirmed.get(channel) is not confirmed:
            raise NotListening  # the connection was lost meanwhile

    async def remove(self, channel: str) -> None:
        self._confirmed.pop(channel, None)
        if self._pubsub is not None:
            await self._pubsub.unsubscribe(channel)

    async def check(self) -> None:
        """Call it about every two seconds."""
        if self._pubsub is None:
            return
        if time.monotonic() - self._heard_at > SILENCE_SECONDS:
            await self._pubsub.connection.disconnect()
        else:
            await self._pubsub.ping()

    async def listen(self) -> None:
        """Runs as long as the process."""
        failures = 0
        while True:
            began = time.monotonic()
            try:
                await self._listen_once()
            except (redis.RedisError, OSError) as error:
                log.warning("subscription_lost", reason=str(error))
            except Exception:
                # A bug must not stop the maps of this process for good.
                log.exception("subscription_failed")
            failures = 0 if time.monotonic() - began > LONGEST_BACKOFF_SECONDS else failures + 1
            await asyncio.sleep(random.uniform(0.05, min(LONGEST_BACKOFF_SECONDS, 0.2 * 2**failures)))  # noqa: S311

    async def _listen_once(self) -> None:
        client = connections.subscriber()
        try:
            async with client.pubsub() as pubsub:
                await pubsub.connect()
                self._confirmed = {channel: asyncio.Event() for channel in self._channels()}
                await pubsub.subscribe(IDLE_CHANNEL, *self._confirmed)
                self._pubsub, self._heard_at = pubsub, time.monotonic()
                self._on_connected()
                while True:
                    message = await pubsub.get_message(timeout=None)
                    if message is not None:
                        self._receive(message)
        finally:
            self._pubsub = None
            waiting, self._confirmed = self._confirmed, {}
            for confirmed in waiting.values():
                confirmed.set()  # `add` then finds that the connection was lost
            with contextlib.suppress(redis.RedisError, OSError):
                await client.aclose()

    def _receive(self, message: dict[str, Any]) -> None:
        self._heard_at = time.monotonic()
        if message["type"] == "subscribe":
            confirmed = self._confirmed.get(message["channel"])
            if confirmed is not None:
                confirmed.set()
        elif message["type"] == "message":
            self._on_message(message["channel"], json.loads(message["data"]))
