"""The web process's live shows: one Redis subscription each, however many viewers.

A show's first viewer starts a `ShowChannel`: subscribe, wait until Redis confirms, read the snapshot, drop the changes
it already has. Later viewers are answered from memory. Every two seconds the hub compares its position with that of
Redis, which finds a lost message. A lost connection is made again with backoff, and then every show is read again.
"""

import asyncio
import secrets
import time
from typing import Any

import redis
import structlog
from asgiref.sync import sync_to_async

from cinema.models import Show
from seating import connections, keys, protocol, store
from seating.channel import ShowChannel, Viewer
from seating.errors import HoldsUnavailable
from seating.facts import recent_show_facts
from seating.in_flight import InFlight
from seating.services.execute import arun_built, rebuild_show
from seating.subscription import NotListening, Subscription
from seating.throttle import Throttle

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 10.0
SLOW_LOOK_SECONDS = 0.25
DRAIN_SLICE_SECONDS = 0.1
LOOK_SECONDS = 2.0  # how often positions, viewer counts and sale states are compared
LINGER_SECONDS = 30.0  # how long a show without viewers keeps its channel, for a viewer who reloads the page


class Hub:
    """Use `current_hub()`; there is one per event loop."""

    def __init__(self) -> None:
        self.throttle = Throttle()
        self.name = secrets.token_hex(4)
        self.channels: dict[int, ShowChannel] = {}
        self._by_redis_channel: dict[str, ShowChannel] = {}
        self._starting: InFlight[ShowChannel] = InFlight()
        self._empty_since: dict[int, float] = {}
        self._reading: set[int] = set()
        self._subscription = Subscription(lambda: list(self._by_redis_channel), self._receive, self._read_all)
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------------------------------------ viewers
    async def join(self, show_id: int, viewer: Viewer, token: str | None = None) -> ShowChannel:
        """Adds a viewer and sends them the map, a stranger's `token` with it.

        Raises UnknownShow; without Redis the map comes once it is back.
        """
        self._start()
        channel = self.channels.get(show_id) or await self._starting.share(show_id, self._begin)
        self._empty_since.pop(show_id, None)
        channel.join(viewer, token)
        return channel

    def leave(self, channel: ShowChannel, viewer: Viewer) -> None:
        channel.leave(viewer)
        if not channel.viewers:
            self._empty_since[channel.show] = time.monotonic()

    async def _begin(self, show_id: int) -> ShowChannel:
        facts = await recent_show_facts(show_id)
        channel = ShowChannel(show_id, facts.hall, self._read_soon, self.throttle)
        channel.sale_state = facts.state
        self.channels[show_id] = self._by_redis_channel[keys.channel(show_id)] = channel
        await self._read(channel)
        return channel

    # ------------------------------------------------------------------------------------------ reading
    def _read_soon(self, channel: ShowChannel) -> None:
        if channel.show not in self._reading:
            self._spawn(self._read(channel))

    async def _read(self, channel: ShowChannel) -> None:
        """Subscribes, then reads, so that no change is missed between the two. While Redis is away, only logs."""
        if channel.show in self._reading:
            return
        self._reading.add(channel.show)
        try:
            channel.begin_read()
            await self._subscription.add(keys.channel(channel.show))
            reply = await arun_built(store.snapshot(channel.show))
            channel.load(store.read_snapshot(reply))
        except NotListening:
            pass  # every show is read as soon as there is a connection
        except (HoldsUnavailable, redis.RedisError, OSError) as error:
            log.warning("show_unread", show=channel.show, reason=str(error))
        finally:
            self._reading.discard(channel.show)

    def _read_all(self) -> None:
        for channel in self.channels.values():
            self._read_soon(channel)

    def _receive(self, redis_channel: str, body: dict[str, Any]) -> None:
        channel = self._by_redis_channel.get(redis_channel)
        if channel is None:
            return
        if "notice" in body:
            notice = body["notice"]
            channel.send_to_owner(notice["owner"], protocol.notice(notice["code"], notice["detail"]))
        else:
            channel.apply(body)

    def _start(self) -> None:
        if not self._tasks:
            self._spawn(self._subscription.listen())
            self._spawn(self._look_around())
            self._spawn(self._beat())
            self._spawn(self._look_after_slow())

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------------------------------ looking around
    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            for channel in list(self.channels.values()):
                if channel.loaded:
                    channel.heartbeat()

    async def _look_after_slow(self) -> None:
        while True:
            await asyncio.sleep(SLOW_LOOK_SECONDS)
            for channel in list(self.channels.values()):
                if channel.behind:
                    channel.look_after_slow()

    async def drain(self, seconds: float) -> None:
        """Closes every socket with 1012, in slices over so many seconds, so that viewers do not return all at once."""
        viewers = [viewer for channel in self.channels.values() for viewer in channel.viewers]
        if not viewers:
            return
        slices = max(1, min(len(viewers), int(seconds / DRAIN_SLICE_SECONDS)))
        for number in range(slices):
            for viewer in viewers[number::slices]:
                viewer.close_soon(protocol.CloseCode.RESTARTING)
            await asyncio.sleep(seconds / slices)

    async def _look_around(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._forget_empty()
                await self._subscription.check()
                if self.channels:
                    await self._count_viewers()
                    await self._compare_positions()
                    self._announce_sale_states(await sync_to_async(_sale_states)(list(self.channels)))
            except (HoldsUnavailable, redis.RedisError, OSError) as error:
                log.warning("look_failed", reason=str(error))
            except Exception:
                log.exception("look_failed")

    async def _forget_empty(self) -> None:
        now = time.monotonic()
        for show_id, since in list(self._empty_since.items()):
            channel = self.channels.get(show_id)
            if channel is None or channel.viewers or now - since < LINGER_SECONDS:
                continue
            redis_channel = keys.channel(show_id)
            del self.channels[show_id], self._empty_since[show_id], self._by_redis_channel[redis_channel]
            await self._subscription.remove(redis_channel)

    async def _count_viewers(self) -> None:
        """Reports how many sockets each show has here and reads the other processes' reports, in one pipeline."""
        pipeline = connections.async_client().pipeline(transaction=False)
        report = int(time.time() * 1000)
        for channel in self.channels.values():
            name = keys.viewers(channel.show)
            pipeline.hset(name, self.name, f"{len(channel.viewers)}:{report}")
            pipeline.pexpire(name, store.VIEWER_REPORT_SECONDS * 4000)
            pipeline.hgetall(name)
        channels = list(self.channels.values())
        replies = await pipeline.execute()
        for channel, reports in zip(channels, replies[2::3], strict=True):
            reports.pop(self.name, None)
            channel.elsewhere = store.sum_viewers(reports.values())

    async def _compare_positions(self) -> None:
        """Finds lost messages, a flushed show, and a failover to a replica that lacks the newest changes."""
        channels = [channel for channel in self.channels.values() if channel.show not in self._reading]
        before = {channel.show: (channel.epoch, channel.seq) for channel in channels}
        positions = await sync_to_async(store.positions)([channel.show for channel in channels])
        for channel, position in zip(channels, positions, strict=True):
            epoch, seq = before[channel.show]
            if not channel.loaded or position is None or position[0] != epoch:
                self._read_soon(channel)
            elif position[1] < seq:
                # The same epoch with a lower number than we have seen: a replica took over without the newest changes.
                await sync_to_async(rebuild_show)(channel.show, new_epoch=True)
                self._read_soon(channel)
            elif position[1] > seq:
                asyncio.get_running_loop().call_later(0.5, self._read_if_behind, channel, position[1])

    def _read_if_behind(self, channel: ShowChannel, seq: int) -> None:
        if channel.loaded and channel.seq < seq:
            self._read_soon(channel)

    def _announce_sale_states(self, states: dict[int, str]) -> None:
        notices = {
            Show.State.CLOSED: ("show_closed", "The sale for this show has ended."),
            Show.State.CANCELLED: ("show_cancelled", "This show is cancelled. Paid bookings are refunded."),
        }
        for show_id, state in states.items():
            channel = self.channels.get(show_id)
            if channel is not None and channel.sale_state != state:
                channel.sale_state = state
                if state in notices:
                    channel.broadcast(protocol.notice(*notices[Show.State(state)]))


def _sale_states(show_ids: list[int]) -> dict[int, str]:
    return dict(Show.objects.filter(pk__in=show_ids).values_list("pk", "state"))


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def current_hub() -> Hub:
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
