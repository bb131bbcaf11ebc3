"""Daphne, extended for the live map. `python -m config.server` takes daphne's own options; `runserver` uses it too.

What is added: a frame limit with its close code, messages counted before they queue, a way out for frames that does not
wait (`FrameWriter`, in the scope under `housefull.frames`), and an end that sends viewers away in slices.

Why a frame writer: through ASGI's `send` every frame costs a coroutine, a dictionary, and Autobahn's and Twisted's
buffering, three to four times the price of the system call. A frame that is the same for everybody is encoded once and
handed to the kernel. The order with Autobahn's own frames is kept, because the socket is written directly only while
the transport has nothing buffered; whatever the kernel does not take goes through the transport.
"""

import asyncio
import contextlib
import resource
import socket
import sys
from typing import Any

import django
from daphne.cli import CommandLineInterface
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from django.apps import apps
from django.conf import settings
from twisted.internet import defer, tcp

if not apps.ready:
    django.setup()  # run as a program; what follows needs the models

from seating.hub import current_hub
from seating.lifecycle import begin_stopping
from seating.limits import Bucket
from seating.outlet import EXTENSION
from seating.protocol import CloseCode

LONGEST_FRAME_BYTES = 4096  # design section 5: above it a socket is closed with 1009
SEND_BUFFER_BYTES = 32 * 1024  # what the kernel keeps for a viewer who does not read; by itself it grows to megabytes


class FrameWriter:
    """Writes whole websocket frames to one socket and never waits."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: "LiveProtocol") -> None:
        self._protocol = protocol

    def offer(self, frame: bytes) -> bool:
        """Writes the frame if nothing waits in front of it; False when it was skipped."""
        protocol = self._protocol
        transport = protocol.transport
        if protocol.state != protocol.STATE_OPEN:
            return True  # closing: it will not miss the frame
        direct = protocol.direct
        if direct is None:
            if self.backlog():
                return False
            transport.write(frame)
            return True
        if transport._tempDataBuffer or transport.dataBuffer:
            return False
        try:
            sent = direct(frame)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            return True  # the reactor finds the broken connection and says goodbye
        if sent < len(frame):
            transport.write(frame[sent:])
        return True

    def write(self, frame: bytes) -> None:
        """Writes the frame behind whatever waits."""
        if not self.offer(frame) and self._protocol.state == self._protocol.STATE_OPEN:
            self._protocol.transport.write(frame)

    def backlog(self) -> int:
        """Bytes that the socket has not taken yet; under TLS those of the connection below."""
        transport = self._protocol.transport
        while not isinstance(transport, tcp.Connection):
            transport = getattr(transport, "transport", None)
            if transport is None:
                return 0
        return len(transport.dataBuffer) - transport.offset + transport._tempDataLen


class LiveProtocol(WebSocketProtocol):
    """Daphne's websocket protocol with a bucket for what comes in and a frame writer for what goes out."""

    direct: Any = None  # the socket's own send, where frames may bypass the transport

    def onOpen(self) -> None:
        super().onOpen()
        if isinstance(self.transport, tcp.Connection):
            connection = self.transport.socket
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            self.direct = connection.send

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.bucket.takes():
            super().onMessage(payload, isBinary)
        elif self.state == self.STATE_OPEN:
            self.sendClose(code=CloseCode.TOO_MANY)

    def onConnect(self, request: Any) -> Any:
        self.bucket = Bucket()
        return super().onConnect(request)

    def serverClose(self, code: int | None = None) -> None:
        # Autobahn's sendClose refuses the registered codes that say "come back later" (RFC 6455, 7.4.2).
        if code in {CloseCode.RESTARTING, CloseCode.TOO_SLOW}:
            self.sendCloseFrame(code=code, isReply=False)
        else:
            super().serverClose(code)

    def connectionLost(self, reason: Any = None) -> None:
        self.direct = None
        super().connectionLost(reason)


class LiveServer(Server):
    """Daphne's server, serving `LiveProtocol`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        limits = {
            "websocket_max_frame_size": LONGEST_FRAME_BYTES,
            "websocket_max_message_size": LONGEST_FRAME_BYTES,
        }
        super().__init__(*args, **{**options, **limits})

    def listen_success(self, port: object) -> None:
        super().listen_success(port)
        self.ws_factory.protocol = LiveProtocol
        # Autobahn would otherwise drop the connection without the close code that says why.
        self.ws_factory.setProtocolOptions(failByDrop=False)

    def create_application(self, protocol: Any, scope: dict) -> Any:
        if isinstance(protocol, LiveProtocol):
            scope.setdefault("extensions", {})[EXTENSION] = FrameWriter(protocol)
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> Any:
        """Daphne cancels every application at once; ours say goodbye to their viewers first."""
        begin_stopping()
        drained = defer.Deferred.fromFuture(asyncio.ensure_future(_drain()))
        return drained.addBoth(lambda _: super(LiveServer, self).kill_all_applications())


async def _drain() -> None:
    await current_hub().drain(settings.DRAIN_SECONDS)


class LiveCommandLine(CommandLineInterface):
    server_class = LiveServer


def open_many_files() -> None:
    """A socket is a file: asks for as many as the system lets this process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    open_many_files()
    LiveCommandLine().run(sys.argv[1:])
