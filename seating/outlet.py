"""A socket's way out. Nothing here ever waits for a viewer.

Broadcast frames are skipped while a socket does not drain; who was skipped gets a whole snapshot once it does, so what
a slow viewer costs is bounded: the kernel's buffer, the rest of one frame, and the few frames meant for them alone.

Our own server offers a frame writer in the scope (`config.server`), which writes straight to the socket. On any other
ASGI server frames go through `send`, one at a time.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from seating.protocol import Frame

EXTENSION = "housefull.frames"
MOST_PERSONAL_FRAMES = 64
MOST_PERSONAL_BYTES = 64 * 1024


class FrameWriter(Protocol):
    """The extension of the scope: prepared websocket frames, written without waiting."""

    def offer(self, frame: bytes) -> bool:
        """Writes the frame if nothing waits in front of it; False when it was skipped."""

    def write(self, frame: bytes) -> None:
        """Writes the frame behind whatever waits."""

    def backlog(self) -> int:
        """Bytes that the socket has not taken yet."""


class Outlet(Protocol):
    def write(self, frame: Frame) -> bool:
        """A frame for everybody; False when the viewer was skipped because the socket does not drain."""

    def tell(self, frame: Frame) -> bool:
        """A frame for this person alone, kept until the socket takes it; False when too many wait already."""

    def drained(self) -> bool:
        """Whether the socket has taken everything."""

    def close(self) -> None: ...


class DirectOutlet:
    """Through the server's frame writer."""

    __slots__ = ("_writer",)

    def __init__(self, writer: FrameWriter) -> None:
        self._writer = writer

    def write(self, frame: Frame) -> bool:
        return self._writer.offer(frame.wire)

    def tell(self, frame: Frame) -> bool:
        self._writer.write(frame.wire)
        return self._writer.backlog() <= MOST_PERSONAL_BYTES

    def drained(self) -> bool:
        return self._writer.backlog() == 0

    def close(self) -> None:
        """The server cleans up after itself."""


class SendOutlet:
    """Through ASGI's `send`, which may wait for the socket: a task waits, the hub does not."""

    def __init__(self, send: Callable[[dict], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: deque[Frame] = deque()
        self._writing: asyncio.Task | None = None

    def write(self, frame: Frame) -> bool:
        if self._writing is not None:
            return False
        self._begin(frame)
        return True

    def tell(self, frame: Frame) -> bool:
        if self._writing is None:
            self._begin(frame)
        else:
            self._waiting.append(frame)
        return len(self._waiting) <= MOST_PERSONAL_FRAMES

    def drained(self) -> bool:
        return self._writing is None

    def close(self) -> None:
        if self._writing is not None:
            self._writing.cancel()

    def _begin(self, frame: Frame) -> None:
        self._writing = asyncio.ensure_future(self._drain(frame))

    async def _drain(self, frame: Frame | None) -> None:
        try:
            while frame is not None:
                await self._send({"type": "websocket.send", "text": frame.text})
                frame = self._waiting.popleft() if self._waiting else None
        finally:
            self._writing = None


def outlet_of(scope: dict, send: Callable[[dict], Awaitable[None]]) -> Outlet:
    writer = (scope.get("extensions") or {}).get(EXTENSION)
    return DirectOutlet(writer) if writer is not None else SendOutlet(send)
