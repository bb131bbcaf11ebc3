"""The web process's live shows: one Redis subscription each, however many viewers.

A show's first viewer starts a watch: subscribe, wait until Redis confirms, read the snapshot, drop what it already
holds. Later viewers are answered from memory. Every two seconds the hub compares its position with Redis's, so
that a message lost without a trace is noticed; a lost connection is made again with backoff and every show re-read.
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
from seating.channel import ShowWatch, Viewer
from seating.errors import HoldsUnavailable
from seating.in_flight import InFlight
from seating.layouts import recent_show_facts
from seating.services.execute import arun_built, rebuild_show
from seating.subscription import NotListening, Subscription
from seating.throttle import Pace

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 10.0
SLOW_LOOK_SECONDS = 0.25
DRAIN_SLICE_SECONDS = 0.1
LOOK_SECONDS = 2.0  # how often positions, viewer counts and sale states are compared
LINGER_SECONDS = 30.0  # a show without viewers stays watched so long, for the one who reloads the page


class Hub:
    """Use `current_hub()`; there is one per event loop."""

    def __init__(self) -> None:
        self.pace = Pace()
        self.name = secrets.token_hex(4)
        self.watches: dict[int, ShowWatch] = {}
        self._by_channel: dict[str, ShowWatch] = {}
        self._starting: InFlight[ShowWatch] = InFlight()
        self._empty_since: dict[int, float] = {}
        self._reading: set[int] = set()
        self._subscription = Subscription(lambda: list(self._by_channel), self._receive, self._read_all)
        self._tasks: set[asyncio.Task] = set()

    # ------------------------------------------------------------------------------------------ viewers
    async def join(self, show_id: int, viewer: Viewer) -> ShowWatch:
        """Adds a viewer and shows them the map. Raises UnknownShow; without Redis the map comes once it is back."""
        self._start()
        watch = self.watches.get(show_id) or await self._starting.share(show_id, self._begin)
        self._empty_since.pop(show_id, None)
        watch.viewers.add(viewer)
        if watch.loaded:
            watch.tell(viewer, watch.snapshot_for(viewer.owner))
        return watch

    def leave(self, watch: ShowWatch, viewer: Viewer) -> None:
        watch.viewers.discard(viewer)
        watch.behind.pop(viewer, None)
        if not watch.viewers:
            self._empty_since[watch.show] = time.monotonic()

    async def _begin(self, show_id: int) -> ShowWatch:
        facts = await recent_show_facts(show_id)
        watch = ShowWatch(show_id, facts.layout, self._read_soon, self.pace)
        watch.sale_state = facts.state
        self.watches[show_id] = self._by_channel[keys.channel(show_id)] = watch
        await self._read(watch)
        return watch

    # ------------------------------------------------------------------------------------------ reading
    def _read_soon(self, watch: ShowWatch) -> None:
        if watch.show not in self._reading:
            self._spawn(self._read(watch))

    async def _read(self, watch: ShowWatch) -> None:
        """Listens, then reads: no change can fall between the two. Gives up quietly while Redis is away."""
        if watch.show in self._reading:
            return
        self._reading.add(watch.show)
        try:
            watch.begin_read()
            await self._subscription.add(keys.channel(watch.show))
            reply = await arun_built(store.snapshot(watch.show))
            watch.load(store.read_snapshot(reply))
        except NotListening:
            pass  # every show is read as soon as there is a connection
        except (HoldsUnavailable, redis.RedisError, OSError) as error:
            log.warning("show_unread", show=watch.show, reason=str(error))
        finally:
            self._reading.discard(watch.show)

    def _read_all(self) -> None:
        for watch in self.watches.values():
            self._read_soon(watch)

    def _receive(self, channel: str, body: dict) -> None:
        watch = self._by_channel.get(channel)
        if watch is None:
            return
        if "notice" in body:
            told = body["notice"]
            watch.tell_owner(told["owner"], protocol.notice(told["code"], told["detail"]))
        else:
            watch.apply(body)

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
            for watch in list(self.watches.values()):
                if watch.loaded:
                    watch.heartbeat()

    async def _look_after_slow(self) -> None:
        while True:
            await asyncio.sleep(SLOW_LOOK_SECONDS)
            for watch in list(self.watches.values()):
                if watch.behind:
                    watch.look_after_slow()

    async def drain(self, seconds: float) -> None:
        """Sends every viewer away with 1012, in slices over so many seconds, so that they do not return as one."""
        viewers = [viewer for watch in self.watches.values() for viewer in watch.viewers]
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
                if self.watches:
                    await self._count_viewers()
                    await self._compare_positions()
                    self._tell_sale_states(await sync_to_async(_sale_states)(list(self.watches)))
            except (HoldsUnavailable, redis.RedisError, OSError) as error:
                log.warning("look_failed", reason=str(error))
            except Exception:
                log.exception("look_failed")

    async def _forget_empty(self) -> None:
        now = time.monotonic()
        for show_id, since in list(self._empty_since.items()):
            watch = self.watches.get(show_id)
            if watch is None or watch.viewers or now - since < LINGER_SECONDS:
                continue
            channel = keys.channel(show_id)
            del self.watches[show_id], self._empty_since[show_id], self._by_channel[channel]
            await self._subscription.remove(channel)

    async def _count_viewers(self) -> None:
        """Reports our sockets and learns the others'. One pipeline, however many shows."""
        pipeline = connections.async_client().pipeline(transaction=False)
        report = int(time.time() * 1000)
        for watch in self.watches.values():
            name = keys.viewers(watch.show)
            pipeline.hset(name, self.name, f"{len(watch.viewers)}:{report}")
            pipeline.pexpire(name, store.VIEWER_REPORT_SECONDS * 4000)
            pipeline.hgetall(name)
        watches = list(self.watches.values())
        replies = await pipeline.execute()
        for watch, reports in zip(watches, replies[2::3], strict=True):
            reports.pop(self.name, None)
            watch.elsewhere = store.sum_viewers(reports.values())

    async def _compare_positions(self) -> None:
        """Notices what no message told: lost messages, a flushed show, a failover that went back in time."""
        watches = [watch for watch in self.watches.values() if watch.show not in self._reading]
        before = {watch.show: (watch.epoch, watch.seq) for watch in watches}
        positions = await sync_to_async(store.positions)([watch.show for watch in watches])
        for watch, position in zip(watches, positions, strict=True):
            epoch, seq = before[watch.show]
            if not watch.loaded or position is None or position[0] != epoch:
                self._read_soon(watch)
            elif position[1] < seq:
                # The same life, but younger than what we have seen: a replica took over and lost the newest.
                await sync_to_async(rebuild_show)(watch.show, new_life=True)
                self._read_soon(watch)
            elif position[1] > seq:
                asyncio.get_running_loop().call_later(0.5, self._read_if_behind, watch, position[1])

    def _read_if_behind(self, watch: ShowWatch, seq: int) -> None:
        if watch.loaded and watch.seq < seq:
            self._read_soon(watch)

    def _tell_sale_states(self, states: dict[int, str]) -> None:
        told = {
            Show.State.CLOSED: ("show_closed", "The sale for this show has ended."),
            Show.State.CANCELLED: ("show_cancelled", "This show is cancelled. Paid bookings are refunded."),
        }
        for show_id, state in states.items():
            watch = self.watches.get(show_id)
            if watch is not None and watch.sale_state != state:
                watch.sale_state = state
                if state in told:
                    watch.write_all(protocol.notice(*told[Show.State(state)]))


def _sale_states(show_ids: list[int]) -> dict[int, str]:
    return dict(Show.objects.filter(pk__in=show_ids).values_list("pk", "state"))


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def current_hub() -> Hub:
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
