"""How frames reach a socket. Nothing here ever waits for a viewer.

Broadcast frames are skipped while a socket does not drain. A viewer who was skipped gets a whole snapshot once the
socket drains, so the cost of a slow viewer is bounded: the kernel's buffer, the rest of one frame, and the few frames
meant for them alone.

Our own server offers an outlet in the scope (`config.server.protocol`), which writes straight to the socket. On any
other ASGI server frames go through ASGI's `send`, one at a time.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from seating.protocol import Frame

EXTENSION = "housefull.frames"
MOST_PERSONAL_FRAMES = 64
MOST_PERSONAL_BYTES = 64 * 1024


class Sendable(Protocol):
    """Anything that has the bytes of a whole websocket frame."""

    @property
    def wire(self) -> bytes: ...


class Outlet(Protocol):
    def broadcast(self, frame: Frame) -> bool:
        """A frame for everybody; False when it was skipped because the socket does not drain."""

    def send(self, frame: Frame) -> bool:
        """A frame for this person alone, kept until the socket takes it; False when too many wait already."""

    def drained(self) -> bool:
        """Whether the socket has taken everything."""

    def close(self) -> None: ...


class ServersOutlet(Outlet, Protocol):
    """The scope's extension on our own server."""

    def hand_over(self, take: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        """Lets the application return while its socket stays open: `take` is awaited for each message from now on."""


class SendOutlet:
    """Through ASGI's `send`, which may wait for the socket: a task waits, the hub does not."""

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: deque[Frame] = deque()
        self._writing: asyncio.Task[None] | None = None

    def broadcast(self, frame: Frame) -> bool:
        if self._writing is not None:
            return False
        self._begin(frame)
        return True

    def send(self, frame: Frame) -> bool:
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


def servers_outlet(scope: dict[str, Any]) -> ServersOutlet | None:
    """The outlet that our own server offers, None on any other server."""
    return (scope.get("extensions") or {}).get(EXTENSION)
