"""Daphne's websocket protocol for thousands of viewers who mostly look: what comes in, what goes out, what is kept.

In: messages are counted before they queue. Out: the scope offers a `FrameWriter` under `housefull.frames`, which never
waits. Kept: after the handshake a connection gives up what only the handshake needed, and once its application has
handed over (`FrameWriter.hand_over`) no task, queue or coroutine waits for a viewer who says nothing.
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

from config.server.frame_writer import FrameWriter
from seating.limits import Bucket
from seating.protocol import CloseCode

SEND_BUFFER_BYTES = 32 * 1024  # what the kernel keeps for a viewer who does not read; by itself it grows to megabytes
OPEN = WebSocketProtocol.STATE_OPEN
PING = SimpleNamespace(wire=b"\x89\x00")
PONG_BEGINS, PONG_BYTES = b"\x8a\x80", 6  # the answer to an empty ping: a masked frame without payload

# What a connection without a message under way looks like; a resting instance shares these with its class.
AT_REST: dict[str, Any] = {
    "connected": 1,
    "data": b"",
    "websocket_version": 13,
    **dict.fromkeys(("send_state", "autoPingPendingSeq", "pinged_at"), 0),
    **dict.fromkeys(
        (
            *("triggered", "inside_message", "_isMessageCompressed"),
            *("wasMaxFramePayloadSizeExceeded", "wasMaxMessagePayloadSizeExceeded", "closedByMe", "failedByMe"),
            *("stirred", "droppedByMe", "wasClean", "wasServerConnectionDropTimeout", "wasOpenHandshakeTimeout"),
            *("wasCloseHandshakeTimeout", "wasServingFlashSocketPolicyFile"),
        ),
        False,
    ),
    **dict.fromkeys(
        (
            *("_perMessageCompress", "trackedTimings", "current_frame", "control_frame_data", "frame_data", "bucket"),
            *("message_data", "wasNotCleanReason", "localCloseCode", "localCloseReason", "remoteCloseCode"),
            *("remoteCloseReason", "openHandshakeTimeoutCall", "closeHandshakeTimeoutCall", "autoPingTimeoutCall"),
            *("autoPingPending", "autoPingPendingCall", "autoPingPendingSent", "protocol_to_accept"),
        ),
        None,
    ),
}
# What the handshake leaves behind, what the next message sets anew, and what is made again when it is asked for.
NOT_KEPT = {
    *(
        "_raw_query_string",
        "_results",
        "_valid_events",
        "_transport_details",
        "_wskey",
        "application_deferred",
        "clean_headers",
        "path",
        "peer",
    ),
    *("http_headers", "http_request_data", "http_request_host", "http_request_params", "http_request_path"),
    *("http_request_uri", "http_response_data", "http_status_line", "root_path", "server_addr", "websocket_extensions"),
    *("websocket_extensions_in_use", "websocket_origin", "websocket_protocol_in_use", "websocket_protocols"),
    *(
        "current_frame_masker",
        "perMessageCompressionAccept",
        "message_is_binary",
        "message_data_total_length",
        "frame_length",
        "utf8validateLast",
    ),
    *("is_closed", "is_open", "send_queue", "trafficStats", "utf8validator", "utf8validateIncomingCurrentMessage"),
}


class LiveProtocol(WebSocketProtocol):
    """One viewer's connection."""

    writer: FrameWriter
    request: Any
    bucket: Bucket | None
    pinged_at: float
    stirred: bool  # whether something came in since it last settled
    trafficStats = TrafficStats()  # nobody reads it: one for all
    # Autobahn makes these for every connection, needed or not; a resting one makes them again when asked.
    is_closed: Any = cached_property(lambda self: Deferred())
    send_queue: Any = cached_property(lambda self: deque())
    utf8validator: Any = cached_property(lambda self: Utf8Validator())

    @classmethod
    def share_options(cls, factory: Any) -> None:
        """Options that Autobahn finds on the class it does not copy to every connection."""
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
        """Lets go of the HTTP channel, which would stay, request and all, as what the transport pauses when it is full.

        We take its place: who sends and does not read is not read either until the transport has drained.
        """
        channel = getattr(self.transport, "producer", None)
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        if channel is not None:
            channel.requests = []  # the request knows its channel, too: without this only the collector frees them

    def pauseProducing(self) -> None:
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:
        self.transport.resumeProducing()

    def stopProducing(self) -> None:
        """The connection is gone already."""

    def serverClose(self, code: int | None = None) -> None:
        # Autobahn's sendClose refuses the registered codes that say "come back later" (RFC 6455, 7.4.2).
        if code in {CloseCode.RESTARTING, CloseCode.TOO_SLOW}:
            self.sendCloseFrame(code=code, isReply=False)
        else:
            super().serverClose(code)

    # -------------------------------------------------------------------------------------------- listening
    def dataReceived(self, data: bytes) -> None:
        self.pinged_at = 0
        between_frames = self.state == OPEN and self.current_frame is None and not self.data
        if between_frames and len(data) == PONG_BYTES and data.startswith(PONG_BEGINS):
            self.last_ping = time.time()
            return
        super().dataReceived(data)
        self.stirred = True

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.bucket is None:
            self.bucket = Bucket()
        if self.bucket.takes():
            super().onMessage(payload, isBinary)
        elif self.state == OPEN:
            self.sendClose(code=CloseCode.TOO_MANY)

    def check_timeouts(self) -> None:
        """Daphne asks every two seconds. Who is silent is pinged, without Autobahn's timer and record for each ping."""
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
        """Between messages, keeps on the instance only what sets it apart; the rest is read from the class."""
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
    """Stands for the handshake's request, of which Daphne's log wants only the path; one for all at an address."""
    return SimpleNamespace(path=path)
