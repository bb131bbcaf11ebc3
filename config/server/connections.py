"""Who is connected, and whom the server waits for.

How many connections an address has is counted where they are accepted and lost (`counted`), so that a live socket,
which has left HTTP behind, still counts. Twisted's own limit (`policies.LimitConnectionsByPeer`) would put a wrapper
around each connection for as long as it lives.

How long a client may take is one table of those that something is expected of, looked through once a second. A request
that the application works on and a live socket are not in it: thousands of viewers cost nothing here, and no connection
has a timer of its own.
"""

import time
from collections import Counter
from functools import lru_cache
from typing import Any, Protocol

import structlog
from twisted.internet import tcp

from cinema.addresses import plain_address

log = structlog.get_logger(__name__)
known_address = lru_cache(maxsize=4096)(plain_address)


class Awaited(Protocol):
    """A connection of which something is expected."""

    def time_is_up(self) -> None:
        """Called once the time is over; the connection is in the table no more."""

    def drop(self) -> None:
        """Ends it at once, whatever is under way."""


class Connections:
    """All connections of one server. `most_of_address` 0: no limit. `most_awaited`: above it the one that has been
    waited for longest is let go, so that those that say nothing leave room for others."""

    def __init__(self, most_of_address: int, most_awaited: int) -> None:
        self.most_of_address, self.most_awaited = most_of_address, most_awaited
        self._of_address: Counter[str] = Counter()
        self._awaited: dict[Awaited, float] = {}
        self.large: set[Awaited] = set()  # those with a large body under way

    # ------------------------------------------------------------------------------------------- by address
    def enter(self, host: str) -> None:
        self._of_address[known_address(host)] += 1

    def leave(self, host: str) -> None:
        address = known_address(host)
        self._of_address[address] -= 1
        if self._of_address[address] <= 0:
            del self._of_address[address]

    def has_too_many(self, host: str) -> bool:
        """Whether this address has more than it may, the newest of them included."""
        return 0 < self.most_of_address < self._of_address[known_address(host)]

    # --------------------------------------------------------------------------------------------- by time
    def expect(self, connection: Awaited, seconds: float | None) -> None:
        """It has so many seconds from now; None: nothing is expected of it (any more)."""
        self._awaited.pop(connection, None)
        if seconds is None:
            return
        self._awaited[connection] = time.monotonic() + seconds
        if len(self._awaited) > self.most_awaited:
            oldest = next(iter(self._awaited))
            del self._awaited[oldest]
            oldest.drop()

    def sweep(self) -> None:
        """Tells those whose time is up. Called every second; never raises, or it would not be called again."""
        now = time.monotonic()
        for connection in [one for one, until in self._awaited.items() if until <= now]:
            self._awaited.pop(connection, None)
            try:
                connection.time_is_up()
            except Exception:
                log.exception("connection_not_ended")


def counted(connections: Connections) -> type[tcp.Server]:
    """Twisted's class for accepted connections, which also counts them by address."""

    class Counted(tcp.Server):
        def __init__(self, sock: Any, protocol: Any, client: tuple[Any, ...], *more: Any) -> None:
            super().__init__(sock, protocol, client, *more)
            connections.enter(client[0])

        def connectionLost(self, reason: Any) -> None:
            if hasattr(self, "socket"):  # Twisted may call it twice
                connections.leave(str(self.client[0]))
            super().connectionLost(reason)

    return Counted
