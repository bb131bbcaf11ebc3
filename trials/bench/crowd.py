"""A crowd of plain websocket clients, the same for every server, so that the load costs the same.

Every viewer checks that a delta begins where the last one ended. The crowd counts frames and knows when the last viewer
got a change. For Socket.IO it also reads the few characters that Engine.IO and Socket.IO put before each message.
"""

import asyncio
import json
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from trials.bench.figures import Incomplete

OPENING_AT_ONCE = 32
SOURCES = tuple(f"127.0.0.{number}" for number in range(1, 9))  # each has some 28,000 ports
READY_SECONDS = 60.0


class Viewer(WSListener):
    """One websocket. `seq` is None until the first snapshot."""

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.seq: int | None = None
        self.log: list[tuple[int, float]] | None = None  # of a sampled viewer: (seq, time) for every change
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.crowd.arrived(self, frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.crowd.lost(self)

    def send(self, text: bytes) -> None:
        if self.transport is not None:
            self.transport.send(WSMsgType.TEXT, text)


class Crowd:
    def __init__(self, url: str, *, socketio: bool = False) -> None:
        self.url = url
        self.viewers: list[Viewer] = []
        self.frames = 0  # every text frame, heartbeats and snapshots too
        self.deltas = 0
        self.gaps = 0
        self.closed = 0
        self.repeated = 0  # snapshots to viewers who had the map already: the server skipped them, or they asked
        self.changes: dict[int, dict[str, str]] | None = None  # set to {}: what each delta changed
        self._socketio = socketio
        self._seen = b""
        self._parsed: dict[str, Any] = {}
        self._unready = 0
        self._ready = asyncio.Event()
        self._moved_at = 0.0  # when a viewer last went from one change to a later one
        self._awaited = -1  # the change that `everyone_has` waits for; how many viewers lack it; what it waits on
        self._missing = 0
        self._done: asyncio.Future[float] | None = None
        self._leaving = False

    # -------------------------------------------------------------------------------- coming and going
    async def open(self, count: int) -> None:
        """Adds this many viewers and waits until each has a snapshot. Raises Incomplete."""
        self._ready.clear()
        self._unready += count
        begun = len(self.viewers)
        joining = [Viewer(self) for _ in range(count)]
        self.viewers += joining
        queue = iter(enumerate(joining, begun))

        async def connect() -> None:
            for number, viewer in queue:
                source = (SOURCES[number % len(SOURCES)], 0)
                await ws_connect(
                    lambda viewer=viewer: viewer,
                    self.url,
                    local_addr=source,
                    websocket_handshake_timeout=READY_SECONDS,
                    read_buffer_init_size=1024,
                    proxy=None,
                )

        await asyncio.gather(*(connect() for _ in range(OPENING_AT_ONCE)))
        try:
            await asyncio.wait_for(self._ready.wait(), READY_SECONDS)
        except TimeoutError:
            raise Incomplete(f"{self._unready} of {count} viewers never got a snapshot") from None

    async def close(self) -> None:
        self._leaving = True
        for viewer in self.viewers:
            if viewer.transport is not None:
                viewer.transport.disconnect()
        await asyncio.sleep(0.2)

    def lost(self, viewer: Viewer) -> None:
        if not self._leaving:
            self.closed += 1

    # ---------------------------------------------------------------------------------------- listening
    def arrived(self, viewer: Viewer, payload: bytes) -> None:
        if self._socketio:
            stripped = self._of_socketio(viewer, payload)
            if stripped is None:
                return
            payload = stripped
        self.frames += 1
        if payload != self._seen:
            self._seen, self._parsed = payload, json.loads(payload)
            if self.changes is not None and self._parsed["type"] == "delta":
                self.changes[self._parsed["to"]] = self._parsed["changes"]
        message = self._parsed
        kind = message["type"]
        if kind == "delta":
            self.deltas += 1
            if viewer.seq is not None and message["to"] <= viewer.seq:
                return  # a snapshot came in between and has it already: docs/protocol.md says to ignore it
            if viewer.seq != message["from"]:
                self.gaps += 1
            self._moved(viewer, message["to"])
        elif kind == "snapshot":
            if viewer.seq is None:
                self._unready -= 1
                if not self._unready:
                    self._ready.set()
            else:
                self.repeated += 1
            self._moved(viewer, message["seq"])

    def _moved(self, viewer: Viewer, seq: int) -> None:
        now = self._moved_at = perf_counter()
        if viewer.log is not None:
            viewer.log.append((seq, now))
        before, viewer.seq = viewer.seq, seq
        if self._done is not None and (before or 0) < self._awaited <= seq:
            self._missing -= 1
            if not self._missing:
                self._done.set_result(now)
                self._done = None

    @staticmethod
    def _of_socketio(viewer: Viewer, payload: bytes) -> bytes | None:
        """The message without Engine.IO's and Socket.IO's framing; None for a frame that has no message."""
        if payload.startswith(b"42["):
            return payload[payload.index(b",") + 1 : -1]
        if payload == b"2":
            viewer.send(b"3")
        elif payload.startswith(b"0"):
            viewer.send(b"40")
        return None

    # ------------------------------------------------------------------------------------------ waiting
    async def everyone_has(self, number: int, seconds: float = 20.0) -> float:
        """Waits until every viewer has this change; returns when the last one got it. Raises Incomplete."""
        self._missing = sum(1 for viewer in self.viewers if (viewer.seq or 0) < number)
        if not self._missing:
            return self._moved_at
        self._awaited, self._done = number, asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(self._done, seconds)
        except TimeoutError:
            raise Incomplete(f"{self._missing} of {len(self.viewers)} viewers never had change {number}") from None

    def check(self, number: int) -> None:
        """Raises Incomplete unless every viewer followed without a gap up to this change."""
        behind = sum(1 for viewer in self.viewers if (viewer.seq or 0) < number)
        if behind or self.gaps or self.closed:
            raise Incomplete(
                f"of {len(self.viewers)} viewers {behind} are behind change {number}; "
                f"{self.gaps} gaps, {self.closed} sockets closed"
            )

    def sample(self, count: int) -> Sequence[Viewer]:
        """This many viewers, spread evenly, who log every change from now on."""
        step = max(1, len(self.viewers) // count)
        chosen = self.viewers[::step][:count]
        for viewer in chosen:
            viewer.log = []
        return chosen
