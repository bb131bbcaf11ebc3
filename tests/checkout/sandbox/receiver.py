"""A web server that takes webhooks as a shop would, and can be told to misbehave."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_SECONDS = 20.0  # a busy machine is no failure


def until(question: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Asks until the answer is true, and gives it."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return answer


@dataclass(frozen=True)
class Received:
    at: float
    body: bytes
    headers: dict[str, str]

    @property
    def event(self) -> str:
        return self.json["event"]

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def payment(self) -> dict:
        return self.json["payload"]["payment"]["entity"]

    @property
    def event_id(self) -> str:
        return self.headers["x-razorpay-event-id"]


@dataclass
class Receiver:
    """`answer` gives the status for each request; it may also wait before it answers."""

    url: str
    answer: Callable[[Received], int] = lambda received: 200
    seen: list[Received] = field(default_factory=list)

    def of(self, order_id: str) -> list[Received]:
        return [one for one in list(self.seen) if one.payment["order_id"] == order_id]

    def wait_for(self, order_id: str, count: int, seconds: float = PATIENCE_SECONDS) -> list[Received]:
        """The order's webhooks in the order they came, once there are `count` of them."""
        deadline = time.monotonic() + seconds
        while len(self.of(order_id)) < count:
            came = [one.event for one in self.of(order_id)]
            assert time.monotonic() < deadline, f"{count} webhooks were expected, only these came: {came}"
            time.sleep(0.02)
        return self.of(order_id)


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(time.monotonic(), body, headers)
            receiver.seen.append(received)
            status = receiver.answer(received)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            """A sandbox that gave up waiting, or was killed, is part of the tests."""

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hooks/")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
