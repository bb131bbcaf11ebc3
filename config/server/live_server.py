"""The server: Daphne with what the live map needs.

It adds a frame limit with its close code, connections that cost little and frames that never wait
(`config.server.protocol`), and a shutdown that closes viewers' sockets in slices.
"""

import asyncio
import contextlib
import resource
from typing import Any

from daphne.cli import CommandLineInterface
from daphne.server import Server
from django.conf import settings
from twisted.internet import defer

from config.server.protocol import LiveProtocol
from seating.hub import current_hub
from seating.lifecycle import begin_stopping
from seating.outlet import EXTENSION

LONGEST_FRAME_BYTES = 4096  # docs/protocol.md: above it a socket is closed with 1009


LISTEN_BACKLOG = 4096  # connections that may wait to be accepted; the kernel takes at most net.core.somaxconn


def with_backlog(endpoint: str) -> str:
    """Twisted's description of a TCP or TLS endpoint with our backlog, unless it names one itself.

    Twisted's own is 50: when more than that connect in one moment, the others wait for seconds or are reset.
    """
    named = not endpoint.startswith(("tcp:", "ssl:")) or ":backlog=" in endpoint
    return endpoint if named else f"{endpoint}:backlog={LISTEN_BACKLOG}"


class LiveServer(Server):
    """Daphne's server, serving `LiveProtocol`."""

    endpoints: list[str]

    def __init__(self, *args: Any, **options: Any) -> None:
        limits = {
            "websocket_max_frame_size": LONGEST_FRAME_BYTES,
            "websocket_max_message_size": LONGEST_FRAME_BYTES,
        }
        super().__init__(*args, **{**options, **limits})
        self.endpoints = [with_backlog(endpoint) for endpoint in self.endpoints]

    def listen_success(self, port: object) -> None:
        super().listen_success(port)
        self.ws_factory.protocol = LiveProtocol
        # Otherwise Autobahn drops the connection without a close code.
        self.ws_factory.setProtocolOptions(failByDrop=False)
        LiveProtocol.share_options(self.ws_factory)

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        """Daphne's access log, without the query: the token of a mail's link is in there."""
        super().log_action(protocol, action, {**details, "path": str(details.get("path", "")).partition("?")[0]})

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if isinstance(protocol, LiveProtocol):
            scope.setdefault("extensions", {})[EXTENSION] = protocol.writer
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> Any:
        """Daphne cancels every application at once; here the viewers' sockets are closed first."""
        begin_stopping()
        drained = defer.Deferred.fromFuture(asyncio.ensure_future(_drain()))
        return drained.addBoth(lambda _: self._end_applications())

    def _end_applications(self) -> Any:
        # Daphne expects an application behind every connection; those that handed over their socket have ended.
        ended: asyncio.Future[None] = asyncio.get_event_loop().create_future()
        ended.set_result(None)
        for details in self.connections.values():
            details.setdefault("application_instance", ended)
        return super().kill_all_applications()


async def _drain() -> None:
    await current_hub().drain(settings.DRAIN_SECONDS)


class LiveCommandLine(CommandLineInterface):
    server_class = LiveServer


def open_many_files() -> None:
    """Raises the limit of open files to the most the system allows: each socket needs one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
