"""Keeps thousands of viewers connected: opens sockets at a bounded rate, brings back who was cut off.

Coming back is full jitter: a random wait between zero and a limit that doubles with every attempt (contract, section
5). 4400, 4401 and 4404 mean stop.
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
from trials.stampede.measures import Measures
from trials.stampede.target import Hall
from trials.stampede.viewers import Viewer
from trials.stampede.watching import Watching

STOP_CODES = {4400, 4401, 4404}
BUSY_CODES = {1013, 4429}  # the site asked for room
CONNECTS_AT_ONCE = 64
CONNECTS_PER_SECOND = 500.0
FIRST_WAIT_SECONDS, BUSY_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 4.0, 10.0
HANDSHAKE_SECONDS = 20.0
SILENCE_TICKS = 25  # docs/protocol.md: two heartbeats and a half without a word
HELLO_TICKS = 5
LAG_TICKS = 4
TICK_SECONDS = 1.0
TICKS_PER_TURN = 5
READ_BUFFER_BYTES = 4096
SAMPLE = 50
# A source address has about 28,000 ports, each of which rests for a minute after it was used.
PORTS_OF_ONE_ADDRESS = 20_000
VIEWERS_PER_ADDRESS = 5_000
SOCKETS_PER_VIEWER = 3  # one open, two resting: reconnections within a minute


class Crowd:
    """Who looks at the show. `tick` is the number of seconds since the start, good enough for silence."""

    def __init__(self, hall: Hall, measures: Measures, ledger: Ledger, watching: Watching) -> None:
        self.hall = hall
        self.measures = measures
        self.ledger = ledger
        self.watching = watching
        self.frames = Frames(hall.index, self._note_delta)
        self.viewers: list[Viewer] = []
        self.tick = 0
        self.ending = False
        self._line: deque[Viewer] = deque()  # who waits for a connection
        self._somebody_waits = asyncio.Event()
        self._next_connect = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._epochs: set[str] = set()
        self._positions: deque[tuple[str, int]] = deque([("", -1)], maxlen=LAG_TICKS)  # of the newest map, each tick
        self.sample: list[Viewer] = []
        self._spread = False

    # ------------------------------------------------------------------------------------------ opening
    def start(self, count: int) -> None:
        """Lets `count` viewers in, as fast as the bounds allow; every so many of them is in the sample."""
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
        for work in [self._look_around(), *(self._connect_in_turn() for _ in range(CONNECTS_AT_ONCE))]:
            task = asyncio.ensure_future(work)
            self._tasks.add(task)

    def admit(self, viewer: Viewer) -> None:
        self.viewers.append(viewer)
        self.line_up(viewer)

    def line_up(self, viewer: Viewer) -> None:
        if self.ending or viewer.connected:
            return
        if viewer.in_line:  # closed before its connecting had quite ended
            asyncio.get_running_loop().call_later(FIRST_WAIT_SECONDS, self.line_up, viewer)
            return
        viewer.in_line = True
        self._line.append(viewer)
        self._somebody_waits.set()

    async def _connect_in_turn(self) -> None:
        while True:
            while not self._line:
                self._somebody_waits.clear()
                await self._somebody_waits.wait()
            viewer = self._line.popleft()
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
        except Exception as error:  # whatever a broken site makes of a handshake: the others go on
            self._failed(viewer, type(error).__name__)
        finally:
            viewer.in_line = False

    def _source_of(self, viewer: Viewer) -> tuple[str, int]:
        return f"127.0.0.{2 + viewer.number // VIEWERS_PER_ADDRESS % 200}", 0

    def _failed(self, viewer: Viewer, reason: str) -> None:
        self.measures.failed_connects[reason] += 1
        if viewer.transport is None:
            self._come_back_later(viewer, 0)

    # ---------------------------------------------------------------------------------- going and returning
    def left(self, viewer: Viewer) -> None:
        """The viewer's socket has ended; `viewer.close_code` says how."""
        if self.ending:
            return
        if viewer.leaving:
            viewer.leaving = False
            self.line_up(viewer)
            return
        code = viewer.close_code
        self.measures.closes[code] += 1
        if code in STOP_CODES:
            viewer.stopped = True
        else:
            self.measures.reconnects += 1
            self._come_back_later(viewer, code)

    def _come_back_later(self, viewer: Viewer, code: int) -> None:
        first = BUSY_WAIT_SECONDS if code in BUSY_CODES else FIRST_WAIT_SECONDS
        limit = min(LONGEST_WAIT_SECONDS, first * 2 ** min(viewer.attempts, 10))
        viewer.attempts += 1
        wait = random.uniform(0, limit)  # noqa: S311 - jitter, no secret
        asyncio.get_running_loop().call_later(wait, self.line_up, viewer)

    async def _look_around(self) -> None:
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
                    viewer.hang_up(politely=False)
                elif viewer.seq >= 0 and 0 <= viewer.asked_at <= self.tick - HELLO_TICKS:
                    viewer.hello()

    async def end(self) -> None:
        """Everybody leaves, and nobody comes back."""
        self.ending = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for number, viewer in enumerate(self.viewers):
            with contextlib.suppress(OSError, WSError):
                viewer.hang_up()
            if number % 200 == 199:
                await asyncio.sleep(0)
        await asyncio.sleep(0.1)

    # --------------------------------------------------------------------------------------- what they see
    def _note_delta(self, delta: Delta) -> None:
        self.watching.note_delta(delta, self.measures.clock())

    def note_snapshot(self, snapshot: Snapshot, viewer: Viewer) -> None:
        """Keeps the site's time, and notices that its memory of the seats was lost."""
        self.note_time(snapshot.now)
        if snapshot.epoch not in self._epochs:
            if self._epochs:
                self.ledger.note_loss(self.measures.clock(), "new epoch")
            self._epochs.add(snapshot.epoch)
        elif (snapshot.epoch == viewer.epoch and snapshot.seq < viewer.seq) or self._is_old(snapshot):
            self.ledger.note_loss(self.measures.clock(), "numbers went back")

    def _is_old(self, snapshot: Snapshot) -> bool:
        """Older than anybody's map was some ticks ago: no process of the site lags so far behind."""
        epoch, seq = self._positions[0]
        return snapshot.epoch == epoch and snapshot.seq < seq

    def note_time(self, server_now: float) -> None:
        self.ledger.note_server_time(server_now, self.measures.clock())

    def connected(self) -> int:
        return sum(viewer.on_map for viewer in self.viewers)

    def in_sample(self) -> int:
        return sum(viewer.on_map for viewer in self.sample)

    def most_recent(self) -> Viewer | None:
        """A viewer whose map is as new as any, for whoever asks how full the house is."""
        return max(self._on_map(), key=lambda viewer: viewer.seq, default=None)

    def _on_map(self) -> Iterator[Viewer]:
        return (viewer for viewer in self.viewers if viewer.on_map)
