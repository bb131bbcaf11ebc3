"""What our own server offers an application in the scope: it writes whole frames, and lets the application return.

Why a frame writer: through ASGI's `send` every frame costs a coroutine, a dictionary, and Autobahn's and Twisted's
buffering, three to four times the cost of the system call. A frame that is the same for everybody is encoded once and
given to the kernel. The order with Autobahn's own frames is kept, because the socket is written to directly only while
the transport has nothing buffered; what the kernel does not take goes through the transport.

The private names of Twisted and Daphne used here are listed in `config.server.private_names`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import tcp

from seating.outlet import MOST_PERSONAL_BYTES, Sendable

log = structlog.get_logger(__name__)
OPEN = WebSocketProtocol.STATE_OPEN
Take = Callable[[dict[str, Any]], Awaitable[None]]


class Connection(Protocol):
    """What a frame writer needs of a connection. Daphne's websocket protocol has all of it."""

    state: int
    transport: Any
    application_queue: Any
    server: Any

    def handle_exception(self, exception: Exception) -> None:
        """Closes the socket with 1011."""


def backlog_of(transport: Any) -> int:
    """Bytes that the socket has not taken yet; under TLS those of the connection below."""
    while not isinstance(transport, tcp.Connection):
        transport = getattr(transport, "transport", None)
        if transport is None:
            return 0
    return len(transport.dataBuffer) - transport.offset + transport._tempDataLen


class FrameWriter:
    """The scope's extension: an outlet that writes whole frames to one socket and never waits."""

    __slots__ = ("_protocol", "_socket_send", "_transport")

    def __init__(self, protocol: Connection) -> None:
        self._protocol = protocol
        self._transport: Any = protocol.transport
        self._socket_send: Any = None  # the socket's own `send`, where frames may bypass the transport

    def bypass(self, connection: tcp.Connection) -> None:
        self._socket_send = connection.socket.send

    def broadcast(self, frame: Sendable) -> bool:
        """Writes the frame if nothing waits in front of it; False when it was skipped."""
        if self._protocol.state != OPEN:
            return True  # closing: it does not need the frame
        transport, wire = self._transport, frame.wire
        if self._socket_send is None:
            if self.backlog():
                return False
            transport.write(wire)
            return True
        if transport._tempDataBuffer or transport.dataBuffer:
            return False
        try:
            sent = self._socket_send(wire)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            return True  # the reactor finds the broken connection and ends it
        if sent < len(wire):
            transport.write(wire[sent:])
        return True

    def send(self, frame: Sendable) -> bool:
        """Writes the frame behind what is waiting; False when too much waits."""
        if not self.broadcast(frame) and self._protocol.state == OPEN:
            self._transport.write(frame.wire)
        return self.backlog() <= MOST_PERSONAL_BYTES

    def drained(self) -> bool:
        return self.backlog() == 0

    def backlog(self) -> int:
        return backlog_of(self._transport)

    def close(self) -> None:
        """Nothing to do: the server closes the socket."""

    def hand_over(self, take: Take) -> None:
        """The application may return: from now on the server gives each message to `take`, one after the other."""
        queue, inbox = self._protocol.application_queue, Inbox(self._protocol, take)
        self._protocol.application_queue = inbox
        while not queue.empty():
            inbox.put_nowait(queue.get_nowait())


class Inbox:
    """Replaces the application's queue after the hand-over. A task runs only while there are messages.

    Daphne treats that task like an application: it is cancelled if it runs for too long after the socket closed.
    """

    __slots__ = ("_protocol", "_take", "_waiting")

    def __init__(self, protocol: Connection, take: Take) -> None:
        self._protocol = protocol
        self._take = take
        self._waiting: list[dict[str, Any]] = []

    def put_nowait(self, message: dict[str, Any]) -> None:
        self._waiting.append(message)
        if len(self._waiting) == 1:
            details = self._protocol.server.connections[self._protocol]
            details["application_instance"] = asyncio.ensure_future(self._work())

    async def _work(self) -> None:
        while self._waiting:
            try:
                await self._take(self._waiting[0])
            except Exception as error:
                log.exception("socket_failed")
                self._protocol.handle_exception(error)
            del self._waiting[0]  # not earlier: `put_nowait` must see that a task is at work
