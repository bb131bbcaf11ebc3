"""One viewer: applies snapshots and deltas as docs/protocol.md says, and keeps its own copy of the map.

After a delta that does not follow, the viewer sends hello and waits for the snapshot. This code runs for every frame of
every viewer, so it does as little as it can.
"""

import json
from typing import Any, Protocol

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from trials.stampede.frames import Delta, Frames, Heartbeat, Snapshot, Unreadable
from trials.stampede.measures import Measures

ABNORMAL = 1006  # RFC 6455, 7.4.1: the connection ended without a close frame
TEXT, CLOSE = WSMsgType.TEXT, WSMsgType.CLOSE


class Host(Protocol):
    """What a viewer needs from the crowd that keeps it connected. `tick` counts seconds."""

    frames: Frames
    measures: Measures
    tick: int

    def left(self, viewer: "Viewer") -> None: ...

    def note_snapshot(self, snapshot: Snapshot, viewer: "Viewer") -> None: ...

    def note_time(self, server_now: float) -> None: ...


class Viewer(WSListener):
    """One person's map over any number of sockets. `seq` is -1 until the first map."""

    def __init__(self, crowd: Host, number: int, sampled: bool = False) -> None:
        self.crowd = crowd
        self.frames = crowd.frames
        self.measures = crowd.measures
        self.number = number
        self.sampled = sampled
        self.transport: WSTransport | None = None
        self.states = bytearray()
        self.epoch = ""
        self.seq = -1
        self.asked_at = -1  # tick of a hello that waits for its snapshot; -1 when there is none
        self.heard_at = 0  # tick of the last frame
        self.close_code = ABNORMAL
        self.last_close = 0
        self.attempts = 0
        self.began_connecting = 0.0
        self.stopped = False
        self.leaving = False  # closes on purpose, to come back at once
        self.queued = False  # waits for its turn to connect
        self._parts: list[bytes] = []

    @property
    def name(self) -> str:
        return f"viewer {self.number}"

    @property
    def connected(self) -> bool:
        return self.transport is not None

    @property
    def on_map(self) -> bool:
        """Whether the socket is open and the map needs no correction."""
        return self.transport is not None and self.seq >= 0 and self.asked_at < 0

    # ------------------------------------------------------------------------------------ called by picows
    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.close_code = ABNORMAL
        self.heard_at = self.crowd.tick
        self.asked_at, self.seq = self.crowd.tick, -1  # the first snapshot comes unasked
        self.on_open()

    def on_open(self) -> None:
        """The socket is open; here a buyer says who they are."""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind == CLOSE:
            self.close_code = int(frame.get_close_code())  # type: ignore[call-overload]
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
            return
        self.heard_at = self.crowd.tick
        payload = frame.get_payload_as_bytes()
        if kind != TEXT or not frame.fin:
            if kind != TEXT and kind != WSMsgType.CONTINUATION:
                return
            self._parts.append(payload)
            if not frame.fin:
                return
            payload = b"".join(self._parts)
            self._parts = []
        self.measures.frames += 1
        parsed: Any = self.frames.recent.get(payload) or self.frames.parse(payload)
        if parsed.__class__ is Delta:
            self._apply(parsed)
        else:
            self._take(parsed)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if transport is not self.transport:
            return
        self.transport = None
        self._parts = []
        self.last_close = self.close_code
        self.crowd.left(self)

    # ------------------------------------------------------------------------------------------- the map
    def _apply(self, delta: Delta) -> None:
        if self.asked_at >= 0 or delta.last <= self.seq:
            return
        if delta.first != self.seq:
            self._gap()
            return
        states = self.states
        for place, letter in delta.places:
            states[place] = letter
        self.seq = delta.last
        self.measures.seat_changes += len(delta.places)
        if self.sampled:
            delta.arrivals.append(self.measures.clock())

    def _take(self, parsed: Any) -> None:
        if isinstance(parsed, Snapshot):
            self._show(parsed)
        elif isinstance(parsed, Heartbeat):
            self.crowd.note_time(parsed.now)
            if parsed.seq == self.seq:
                self.asked_at = -1  # it also answers a hello when nothing was wrong
            elif self.asked_at < 0:
                self._gap()
        elif isinstance(parsed, Unreadable):
            self.measures.errors["unreadable_frame"] += 1
        else:
            self.on_message(parsed)

    def _show(self, snapshot: Snapshot) -> None:
        self.crowd.note_snapshot(snapshot, self)
        self.states = bytearray(snapshot.states)
        self.epoch, self.seq = snapshot.epoch, snapshot.seq
        self.asked_at = -1
        self.attempts = 0
        if self.began_connecting:
            self.measures.connect.add(self.measures.clock() - self.began_connecting)
            self.began_connecting = 0.0

    def _gap(self) -> None:
        self.measures.gaps += 1
        self.hello()

    def hello(self) -> None:
        """Asks for the whole map."""
        self.asked_at = self.crowd.tick
        self.send(
            {"type": "hello", "epoch": self.epoch, "seq": max(self.seq, 0)} if self.seq >= 0 else {"type": "hello"}
        )

    def on_message(self, message: dict[str, Any]) -> None:
        """A message for this person alone; somebody who only watches does not need it."""

    # --------------------------------------------------------------------------------------------- sending
    def send(self, message: dict[str, Any]) -> bool:
        """False when there is no socket."""
        if self.transport is None:
            return False
        self.transport.send(TEXT, json.dumps(message).encode())
        return True

    def close(self, cleanly: bool = True) -> None:
        if self.transport is not None:
            if cleanly:
                self.transport.send_close(WSCloseCode.OK)
            self.transport.disconnect(cleanly)
