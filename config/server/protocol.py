"""Daphne's websocket protocol for thousands of viewers who mostly watch: what comes in, what goes out, what is kept.

In: every frame counts, before anything is queued: messages, their pieces, pings and pongs. Out: the scope offers a
`FrameWriter` under `housefull.frames`, which never waits. Kept: after the handshake a connection drops what only the
handshake needed, and once its application has handed over (`FrameWriter.hand_over`) no task, queue or coroutine waits
for a silent viewer.

Much of this depends on private names of three libraries; `config.server.private_names` lists them all.
"""

import socket
import time
from collections import deque
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

from autobahn.websocket.protocol import TrafficStats
from autobahn.websocket.utf8validator import Utf8Validator
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import tcp
from twisted.internet.defer import Deferred

from cinema.metrics import count_refusal
from config.server import private_names
from config.server.frame_writer import FrameWriter
from seating.limits import Bucket
from seating.protocol import CloseCode

SEND_BUFFER_BYTES = 32 * 1024  # what the kernel buffers for a viewer who does not read; by default megabytes
OPEN = WebSocketProtocol.STATE_OPEN
PING = SimpleNamespace(wire=b"\x89\x00")
CLOSE = 8  # a frame's opcode
PONG_BEGINS, PONG_BYTES = b"\x8a\x80", 6  # the answer to an empty ping: a masked frame without payload

# A connection without a message under way shares these with its class: the libraries' attributes and our own.
AT_REST: dict[str, Any] = {**private_names.AT_REST, "bucket": None, "pinged_at": 0, "stirred": False, "flooded": False}
NOT_KEPT = private_names.NOT_KEPT


class LiveProtocol(WebSocketProtocol):
    """One viewer's connection."""

    writer: FrameWriter
    request: Any
    bucket: Bucket | None
    pinged_at: float
    stirred: bool  # whether something came in since the last `_settle`
    flooded: bool  # whether it sent too much: nothing more is read of it
    trafficStats = TrafficStats()  # nothing reads it: one object for all connections
    # Autobahn makes these for every connection; here they are made when they are needed, also after a rest.
    is_closed: Any = cached_property(lambda self: Deferred())
    send_queue: Any = cached_property(lambda self: deque())
    utf8validator: Any = cached_property(lambda self: Utf8Validator())

    @classmethod
    def share_options(cls, factory: Any) -> None:
        """Sets the options on the class: what Autobahn finds there it does not copy to every connection."""
        for name in cls.CONFIG_ATTRS:
            if not callable(value := getattr(factory, name)):
                setattr(cls, name, value)

    def __repr__(self) -> str:
        return f"<LiveProtocol of {getattr(self, 'client_addr', None)}>"

    # ------------------------------------------------------------------------------------- coming and going
    def onConnect(self, request: Any) -> Any:
        self.writer = FrameWriter(self)
        return super().onConnect(request)

    def onOpen(self) -> None:
        super().onOpen()
        if isinstance(self.transport, tcp.Connection):
            self.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            self.writer.bypass(self.transport)

    def succeedHandshake(self, res: Any) -> None:
        super().succeedHandshake(res)
        if self.state == OPEN:
            self._leave_http()
            self.request = _asked_for(self.request.path)
            self._settle()

    def _leave_http(self) -> None:
        """Replaces the HTTP channel as the transport's producer; it would stay in memory with its request.

        A producer is paused while the transport is full: a client that sends and does not read is not read either.
        """
        channel = getattr(self.transport, "producer", None)
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        if channel is not None:
            channel.requests = []  # the request refers to its channel, too: this breaks the cycle

    def pauseProducing(self) -> None:
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:
        self.transport.resumeProducing()

    def stopProducing(self) -> None:
        """The connection is gone already."""

    def serverClose(self, code: int | None = None) -> None:
        # Autobahn's sendClose refuses the registered codes that mean "come back later" (RFC 6455, 7.4.2).
        if code in {CloseCode.RESTARTING, CloseCode.TOO_SLOW}:
            self.sendCloseFrame(code=code, isReply=False)
        else:
            super().serverClose(code)

    # -------------------------------------------------------------------------------------------- listening
    def dataReceived(self, data: bytes) -> None:
        if self.flooded:
            return
        pinged_at, self.pinged_at = self.pinged_at, 0
        between_frames = self.state == OPEN and self.current_frame is None and not self.data
        if pinged_at and between_frames and len(data) == PONG_BYTES and data.startswith(PONG_BEGINS):
            self.last_ping = time.time()
            return  # it was asked for, and does not count
        super().dataReceived(data)
        self.stirred = True

    def onFrameBegin(self) -> None:
        super().onFrameBegin()
        if self.state == OPEN and self.current_frame.opcode != CLOSE:
            if self.bucket is None:
                self.bucket = Bucket()
            if not self.bucket.takes():
                self._stop_reading()

    def _stop_reading(self) -> None:
        """Closes with 4429, whatever is still to come. Autobahn would go on to the last frame of what has been read,
        and read more until the client answers; now it waits for an answer that it does not read, for a second."""
        count_refusal("frames")
        self.sendClose(code=CloseCode.TOO_MANY)
        self.flooded, self.data = True, b""
        self.transport.pauseProducing()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.state == OPEN:
            super().onMessage(payload, isBinary)

    def check_timeouts(self) -> None:
        """Called by Daphne every two seconds. Pings idle connections, without Autobahn's timer for each ping."""
        if self.state != OPEN:
            super().check_timeouts()
            return
        if self.stirred:
            self._settle()
        now, server = time.time(), self.server
        if 0 <= server.websocket_timeout < now - self.socket_opened:
            self.serverClose()
        elif self.pinged_at:
            if now - self.pinged_at > server.ping_timeout:
                self.onAutoPingTimeout()
        elif now - self.last_ping > server.ping_interval:
            self.pinged_at = now
            self.writer.broadcast(PING)

    # ---------------------------------------------------------------------------------------------- resting
    def _settle(self) -> None:
        """Between messages, keeps on the instance only what differs from the class; the rest is read from the class."""
        if self.state != OPEN or self.current_frame is not None or self.inside_message:
            return
        self.stirred = False
        self.__dict__ = {
            name: value
            for name, value in vars(self).items()
            if name not in NOT_KEPT and (name not in AT_REST or value != AT_REST[name])
        }


for _name, _value in AT_REST.items():
    setattr(LiveProtocol, _name, _value)


@lru_cache(maxsize=1024)
def _asked_for(path: str) -> SimpleNamespace:
    """Replaces the handshake's request: Daphne's log needs only its path. All viewers of an address share one."""
    return SimpleNamespace(path=path)
