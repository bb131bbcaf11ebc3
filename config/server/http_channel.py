"""One HTTP connection, with an end to everything: how large a body may be, how long headers and body may take, how
many connections an address may have.

A body that is too large is refused before it is read: by its Content-Length as soon as the headers are there, without
one as soon as too much has come. What is still on its way is read and forgotten, because a client whose connection is
cut while it sends never sees the answer. Behind a proxy all of this happens in front of us, too.
"""

from enum import Enum
from http import HTTPStatus
from io import BytesIO
from typing import Any

from daphne.http_protocol import WebRequest
from django.http import HttpResponse
from twisted.internet.protocol import connectionDone as CLOSED
from twisted.web import http

from cinema.metrics import count_refusal
from cinema.plans import LARGEST_FILE
from cinema.problems import problem
from config.server.connections import Connections
from config.server.frame_writer import backlog_of

KIB = 1024
LARGEST_BODY = 64 * KIB
# By the beginning of the path: what programs and people of the cinema send that is larger, and by its nature.
LARGER_BODIES = {
    b"/admin/cinema/": LARGEST_FILE + 1024 * KIB,  # a seating plan, and the form around it; a poster
    b"/api/check-in/sync/": 256 * KIB,  # five hundred scans of a gate that was offline
}
LARGEST_IN_MEMORY = 256 * KIB  # above it Twisted writes the body to a file, and few may come at once
MOST_LARGE = 4  # at once: the application holds each of them in memory


class Phase(Enum):
    """What is expected of a client."""

    HEADERS = "headers"
    BODY = "body"
    IDLE = "idle"  # between two requests, and while an answer is taken
    REFUSED = "refused"  # to read the refusal


SECONDS = {Phase.HEADERS: 10.0, Phase.BODY: 30.0, Phase.IDLE: 60.0, Phase.REFUSED: 2.0}


class TooLarge(Exception):
    """More of a body has come than it may have."""


def largest_body(path: bytes) -> int:
    """In bytes; `path` as in the request's first line."""
    return next((size for beginning, size in LARGER_BODIES.items() if path.startswith(beginning)), LARGEST_BODY)


def _refusal(status: int, title: str, detail: str, code: str, retry_after: int | None = None) -> bytes:
    """The whole answer, after which the connection ends."""
    answer: HttpResponse = problem(status, title, detail, code)
    headers = {**answer.headers, "Content-Length": str(len(answer.content)), "Connection": "close"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.content


REFUSALS = {
    "body": _refusal(413, "Body too large", "The request's body is too large. Send less.", "body_too_large"),
    "uploads": _refusal(503, "Too many uploads", "Others are uploading now. Try again soon.", "too_many_uploads", 5),
    "slow-requests": _refusal(408, "Request timeout", "The request took too long to come.", "request_timeout"),
    "connections": _refusal(
        429, "Too many connections", "Your network has too many open connections.", "too_many_connections", 5
    ),
}


class LimitedRequest(WebRequest):
    """Daphne's request, whose body has an end. Django reads the forms, so Twisted need not."""

    def __init__(self, channel: Any, queued: object = False) -> None:
        super().__init__(channel, queued, parsePOSTFormSubmission=False)
        self.received = 0

    def gotLength(self, length: int | None) -> None:
        if length is None or length <= LARGEST_IN_MEMORY:
            self.content = BytesIO()
        else:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:
        self.received += len(data)
        if self.received > self.channel.most:
            raise TooLarge
        super().handleContentChunk(data)


class LimitedChannel(http.HTTPChannel):
    """`phase` is what is expected of the client; None while the application works."""

    transport: Any
    factory: Any
    requestFactory: Any
    phase: Phase | None = None
    most = LARGEST_BODY
    left_to_send = 0

    @property
    def connections(self) -> Connections:
        found: Connections = self.factory.server.open_connections
        return found

    # ------------------------------------------------------------------------------------- coming and going
    def connectionMade(self) -> None:
        super().connectionMade()
        self.requestFactory = LimitedRequest  # after Daphne has set its own
        if self.connections.has_too_many(getattr(self.transport.getPeer(), "host", "")):
            self.refuse("connections")
        else:
            self._expect(Phase.HEADERS)

    def connectionLost(self, reason: Any = CLOSED) -> None:
        self._expect(None)
        self.connections.large.discard(self)
        super().connectionLost(reason)

    def drop(self) -> None:
        self.transport.abortConnection()

    def refuse(self, limit: str, seconds: float | None = None) -> None:
        """Answers, and takes no notice of what still comes."""
        count_refusal(limit)
        self.transport.write(REFUSALS[limit])
        self._expect(Phase.REFUSED, seconds)
        half_close = getattr(self.transport, "loseWriteConnection", None)  # TLS has none
        if half_close is not None:
            half_close()

    # ------------------------------------------------------------------------------------------------- time
    def _expect(self, phase: Phase | None, seconds: float | None = None) -> None:
        self.phase = phase
        self.connections.expect(self, seconds or SECONDS[phase] if phase else None)

    def time_is_up(self) -> None:
        if self.phase is Phase.IDLE:
            self._end_or_wait_on()
        elif self.phase is Phase.REFUSED or self.transport.disconnecting:
            self.drop()
        elif self.phase is Phase.BODY or self.requests or self._buffer:
            self.refuse("slow-requests")
        else:
            count_refusal("slow-requests")
            self.loseConnection()  # it has not said a word

    def _end_or_wait_on(self) -> None:
        """A long answer on a slow line is not idle, as long as some of it is taken."""
        left, before = backlog_of(self.transport), self.left_to_send
        if left and (not before or left < before):
            self.left_to_send = left
            self._expect(Phase.IDLE)
        elif left or self.transport.disconnecting:
            self.drop()
        else:
            self.loseConnection()

    # ------------------------------------------------------------------------------------------- a request
    def dataReceived(self, data: bytes) -> None:
        if self.phase is Phase.REFUSED:
            return
        if self.phase is Phase.IDLE:
            self._expect(Phase.HEADERS)
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:
        if self.length != 0:
            self._begin_body()
        if self.phase is not Phase.REFUSED:
            super().allHeadersReceived()  # which also asks for a body that was announced

    def _begin_body(self) -> None:
        path: Any = self._path
        self.most = largest_body(path)
        if self.length is None:
            self.most = min(self.most, LARGEST_IN_MEMORY)
        elif self.length > self.most:
            self.refuse("body", SECONDS[Phase.BODY])
            return
        elif self.length > LARGEST_IN_MEMORY:
            if len(self.connections.large) >= MOST_LARGE:
                self.refuse("uploads", SECONDS[Phase.BODY])
                return
            self.connections.large.add(self)
        self._expect(Phase.BODY)

    def rawDataReceived(self, data: bytes) -> None:
        if self.phase is Phase.REFUSED:
            return
        try:
            super().rawDataReceived(data)
        except TooLarge:
            self.refuse("body", SECONDS[Phase.BODY])

    def allContentReceived(self) -> None:
        self._expect(None)
        super().allContentReceived()

    def requestDone(self, request: Any) -> None:
        self.connections.large.discard(self)
        self.left_to_send = 0
        self._expect(Phase.IDLE)  # first: the next request may have come already
        super().requestDone(request)
