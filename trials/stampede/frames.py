"""The site's frames, each parsed once: thousands of viewers get the same bytes and share the result."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any


class Delta:
    """`places` are (place in the layout's order, letter as a byte); `arrivals` when the sampled viewers had it."""

    __slots__ = ("arrivals", "first", "held", "last", "places")

    def __init__(self, message: dict[str, Any], index: dict[str, int]) -> None:
        changes = message["changes"]
        self.first: int = message["from"]
        self.last: int = message["to"]
        self.places = [(index[seat], ord(letter)) for seat, letter in changes.items()]
        self.held = [seat for seat, letter in changes.items() if letter == "h"]
        self.arrivals: list[float] = []


class Snapshot:
    __slots__ = ("epoch", "now", "seq", "states")

    def __init__(self, message: dict[str, Any]) -> None:
        self.epoch: str = message["epoch"]
        self.seq: int = message["seq"]
        self.states: bytes = message["states"].encode("ascii")
        self.now = server_time(message["now"])


class Heartbeat:
    __slots__ = ("now", "seq")

    def __init__(self, message: dict[str, Any]) -> None:
        self.seq: int = message["seq"]
        self.now = server_time(message["now"])


class Unreadable:
    """A frame that docs/protocol.md does not have."""


Parsed = Delta | Snapshot | Heartbeat | Unreadable | dict[str, Any]


def server_time(text: str) -> float:
    """Seconds since 1970 by the site's clock. Raises ValueError."""
    return datetime.fromisoformat(text).timestamp()


class Frames:
    """Remembers what was parsed while other viewers may still get it: for one to two `turn`s."""

    def __init__(self, index: dict[str, int], on_delta: Callable[[Delta], None]) -> None:
        self.recent: dict[bytes, Parsed] = {}
        self._before: dict[bytes, Parsed] = {}
        self._index = index
        self._on_delta = on_delta

    def turn(self) -> None:
        """Forgets what is old. The same bytes may mean another change by then, after a new epoch."""
        self._before, self.recent = self.recent, {}

    def parse(self, payload: bytes) -> Parsed:
        """For a frame that is not in `recent`."""
        known = self._before.get(payload)
        if known is not None:
            return known
        parsed = self._read(payload)
        self.recent[payload] = parsed
        if isinstance(parsed, Delta):
            self._on_delta(parsed)
        return parsed

    def _read(self, payload: bytes) -> Parsed:
        try:
            message: Any = json.loads(payload)
            kind = message["type"]
            if kind == "delta":
                return Delta(message, self._index)
            if kind == "snapshot":
                return self._checked(Snapshot(message))
            return Heartbeat(message) if kind == "heartbeat" else message
        except (ValueError, KeyError, TypeError, AttributeError):
            return Unreadable()

    def _checked(self, snapshot: Snapshot) -> Parsed:
        return snapshot if len(snapshot.states) == len(self._index) else Unreadable()
