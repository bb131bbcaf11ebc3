"""Keeps thousands of viewers connected: opens sockets at a limited rate and reconnects those that were closed.

Reconnecting uses full jitter (docs/protocol.md): a random wait between zero and a limit that doubles with each attempt.
After 4400, 4401 and 4404 a viewer does not come back.
"""

import asyncio
import contextlib
import random
import sys
from collections import deque
from collections.abc import Iterator

from picows import WSError, WSHandshakeError, ws_connect

from trials.stampede.client import reason_of
from trials.stampede.frames import Delta, Frames, Snapshot
from trials.stampede.ledger import Ledger
from trials.stampede.matching import FrameMatcher
from trials.stampede.measures import Measures
from trials.stampede.target import Hall
from trials.stampede.viewers import Viewer

STOP_CODES = {4400, 4401, 4404}
BUSY_CODES = {1013, 4429}  # the site has too much to do
CONNECTS_AT_ONCE = 64
CONNECTS_PER_SECOND = 500.0
FIRST_WAIT_SECONDS, BUSY_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 4.0, 10.0
HANDSHAKE_SECONDS = 20.0
SILENCE_TICKS = 25  # docs/protocol.md: two and a half heartbeats without a frame
HELLO_TICKS = 5
LAG_TICKS = 4
TICK_SECONDS = 1.0
TICKS_PER_TURN = 5
READ_BUFFER_BYTES = 4096
SAMPLE = 50
# A source address has about 28,000 ports, each of which cannot be used again for a minute.
PORTS_OF_ONE_ADDRESS = 20_000
VIEWERS_PER_ADDRESS = 5_000
SOCKETS_PER_VIEWER = 3  # one open, two that cannot be used yet: reconnections within a minute


class Crowd:
    """All viewers of the show. `tick` is the seconds since the start, exact enough to notice silence."""

    def __init__(self, hall: Hall, measures: Measures, ledger: Ledger, matcher: FrameMatcher) -> None:
        self.hall = hall
        self.measures = measures
        self.ledger = ledger
        self.matcher = matcher
        self.frames = Frames(hall.index, self._note_delta)
        self.viewers: list[Viewer] = []
        self.tick = 0
        self.ending = False
        self._queue: deque[Viewer] = deque()  # viewers that wait for a connection
        self._has_queued = asyncio.Event()
        self._next_connect = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._epochs: set[str] = set()
        self._positions: deque[tuple[str, int]] = deque([("", -1)], maxlen=LAG_TICKS)  # of the newest map, each tick
        self.sample: list[Viewer] = []
        self._spread = False

    # ------------------------------------------------------------------------------------------ opening
    def start(self, count: int) -> None:
        """Connects `count` viewers as fast as the limits allow; SAMPLE of them, spread evenly, are in the sample."""
        self._spread = (
            self.hall.address.host.startswith("127.")
            and sys.platform.startswith("linux")  # elsewhere only 127.0.0.1 exists
            and count * SOCKETS_PER_VIEWER > PORTS_OF_ONE_ADDRESS
        )
        every = max(1, count // SAMPLE)
        for number in range(count):
            viewer = Viewer(self, number, sampled=number % every == 0 and len(self.sample) < SAMPLE)
            self.admit(viewer)
            if viewer.sampled:
                self.sample.append(viewer)
        for work in [self._check_every_tick(), *(self._connect_queued() for _ in range(CONNECTS_AT_ONCE))]:
            task = asyncio.ensure_future(work)
            self._tasks.add(task)

    def admit(self, viewer: Viewer) -> None:
        self.viewers.append(viewer)
        self.enqueue(viewer)

    def enqueue(self, viewer: Viewer) -> None:
        if self.ending or viewer.connected:
            return
        if viewer.queued:  # closed while its connecting was still ending
            asyncio.get_running_loop().call_later(FIRST_WAIT_SECONDS, self.enqueue, viewer)
            return
        viewer.queued = True
        self._queue.append(viewer)
        self._has_queued.set()

    async def _connect_queued(self) -> None:
        while True:
            while not self._queue:
                self._has_queued.clear()
                await self._has_queued.wait()
            viewer = self._queue.popleft()
            now = self.measures.clock()
            self._next_connect = max(self._next_connect, now) + 1 / CONNECTS_PER_SECOND
            await asyncio.sleep(self._next_connect - now)
            await self._connect(viewer)

    async def _connect(self, viewer: Viewer) -> None:
        viewer.began_connecting = self.measures.clock()
        local_addr = self._source_of(viewer) if self._spread else None
        try:
            await ws_connect(
                lambda: viewer,
                self.hall.socket,
                ssl_context=self.hall.address.tls,
                websocket_handshake_timeout=HANDSHAKE_SECONDS,
                read_buffer_init_size=READ_BUFFER_BYTES,
                local_addr=local_addr,
            )
        except WSHandshakeError as error:
            status = error.response.status if error.response is not None else 0
            self._failed(viewer, f"HTTP {int(status)}" if status else "handshake broken off")
        except TimeoutError:
            self._failed(viewer, "no answer to the handshake")
        except OSError as error:
            self._failed(viewer, reason_of(error))
        except Exception as error:  # whatever a broken site answers: the others go on
            self._failed(viewer, type(error).__name__)
        finally:
            viewer.queued = False

    def _source_of(self, viewer: Viewer) -> tuple[str, int]:
        return f"127.0.0.{2 + viewer.number // VIEWERS_PER_ADDRESS % 200}", 0

    def _failed(self, viewer: Viewer, reason: str) -> None:
        self.measures.failed_connects[reason] += 1
        if viewer.transport is None:
            self._reconnect_later(viewer, 0)

    # ---------------------------------------------------------------------------------- closed and reconnecting
    def left(self, viewer: Viewer) -> None:
        """The viewer's socket has ended; `viewer.close_code` says how."""
        if self.ending:
            return
        if viewer.leaving:
            viewer.leaving = False
            self.enqueue(viewer)
            return
        code = viewer.close_code
        self.measures.closes[code] += 1
        if code in STOP_CODES:
            viewer.stopped = True
        else:
            self.measures.reconnects += 1
            self._reconnect_later(viewer, code)

    def _reconnect_later(self, viewer: Viewer, code: int) -> None:
        first = BUSY_WAIT_SECONDS if code in BUSY_CODES else FIRST_WAIT_SECONDS
        limit = min(LONGEST_WAIT_SECONDS, first * 2 ** min(viewer.attempts, 10))
        viewer.attempts += 1
        wait = random.uniform(0, limit)  # noqa: S311 - jitter, no secret
        asyncio.get_running_loop().call_later(wait, self.enqueue, viewer)

    async def _check_every_tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.tick += 1
            newest = self.most_recent()
            if newest is not None:
                self._positions.append((newest.epoch, newest.seq))
            if self.tick % TICKS_PER_TURN == 0:
                self.frames.turn()
            for viewer in self.viewers:
                if viewer.transport is None:
                    continue
                if self.tick - viewer.heard_at > SILENCE_TICKS:
                    self.measures.silences += 1
                    viewer.close(cleanly=False)
                elif viewer.seq >= 0 and 0 <= viewer.asked_at <= self.tick - HELLO_TICKS:
                    viewer.hello()

    async def end(self) -> None:
        """Closes every socket for good."""
        self.ending = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for number, viewer in enumerate(self.viewers):
            with contextlib.suppress(OSError, WSError):
                viewer.close()
            if number % 200 == 199:
                await asyncio.sleep(0)
        await asyncio.sleep(0.1)

    # --------------------------------------------------------------------------------------- what the maps say
    def _note_delta(self, delta: Delta) -> None:
        self.matcher.note_delta(delta, self.measures.clock())

    def note_snapshot(self, snapshot: Snapshot, viewer: Viewer) -> None:
        """Notes the site's time, and notices when Redis has lost the seats."""
        self.note_time(snapshot.now)
        if snapshot.epoch not in self._epochs:
            if self._epochs:
                self.ledger.note_loss(self.measures.clock(), "new epoch")
            self._epochs.add(snapshot.epoch)
        elif (snapshot.epoch == viewer.epoch and snapshot.seq < viewer.seq) or self._is_old(snapshot):
            self.ledger.note_loss(self.measures.clock(), "numbers went back")

    def _is_old(self, snapshot: Snapshot) -> bool:
        """Older than every map was some ticks ago: no process of the site is so far behind."""
        epoch, seq = self._positions[0]
        return snapshot.epoch == epoch and snapshot.seq < seq

    def note_time(self, server_now: float) -> None:
        self.ledger.note_server_time(server_now, self.measures.clock())

    def connected(self) -> int:
        return sum(viewer.on_map for viewer in self.viewers)

    def in_sample(self) -> int:
        return sum(viewer.on_map for viewer in self.sample)

    def most_recent(self) -> Viewer | None:
        """A viewer whose map is as new as any, to see how full the hall is."""
        return max(self._on_map(), key=lambda viewer: viewer.seq, default=None)

    def _on_map(self) -> Iterator[Viewer]:
        return (viewer for viewer in self.viewers if viewer.on_map)
