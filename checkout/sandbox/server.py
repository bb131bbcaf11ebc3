"""The sandbox's HTTP server: Django's own development server, threaded, with connections kept open."""

import signal
import sys
from types import FrameType
from typing import Any, NoReturn

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application


class Server(ThreadedWSGIServer):
    request_queue_size = 256  # a stampede pays all at once

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who is gone, or a connection that closes because the process ends, is no failure of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class RequestHandler(WSGIRequestHandler):
    # Head and body go out in two writes: Nagle's algorithm would hold the second back for 40 ms.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the caller sees the answer, and failures are logged where they happen."""


def bind(host: str, port: int) -> Server:
    """A server that listens but does not answer yet. Raises OSError when the address cannot be had."""
    server = Server((host, port), RequestHandler, ipv6=":" in host)
    server.set_app(get_wsgi_application())
    return server


def serve(server: Server) -> NoReturn:
    """Answers until SIGTERM or SIGINT, and then ends the process at once: all that matters is in the store."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _end)
    try:
        server.serve_forever()
    finally:
        server.server_close()
    sys.exit(0)


def _end(signum: int, frame: FrameType | None) -> NoReturn:
    sys.exit(0)
