"""How many connections may wait to be accepted: a crowd that comes in one moment must not be reset."""

import contextlib
import socket
import subprocess
import sys

import pytest
from daphne.server import Server

from config.server.live_server import LISTEN_BACKLOG, LiveServer, with_backlog

CROWD = 400  # at once, while the server accepts nobody: more than Twisted's 50, less than the kernel's somaxconn


def test_a_tcp_or_tls_endpoint_gets_the_backlog_and_others_stay():
    assert (
        with_backlog("tcp:port=8000:interface=0.0.0.0") == f"tcp:port=8000:interface=0.0.0.0:backlog={LISTEN_BACKLOG}"
    )
    assert with_backlog("ssl:443:privateKey=k.pem").endswith(f":backlog={LISTEN_BACKLOG}")
    for endpoint in ("tcp:port=8000:backlog=7", "unix:/run/site.sock", "fd:fileno=3"):
        assert with_backlog(endpoint) == endpoint


@pytest.mark.parametrize(("server", "all_get_in"), [(LiveServer, True), (Server, False)])
def test_a_crowd_that_comes_while_nobody_is_accepted_waits_in_line(server, all_get_in):
    """With Daphne's own server the crowd does not get in: the backlog is what lets it."""
    description = server(None, endpoints=["tcp:port=0:interface=127.0.0.1"]).endpoints[0]
    with _listening(description) as port, contextlib.ExitStack() as crowd:
        connections = [crowd.enter_context(socket.socket()) for _ in range(CROWD)]
        for connection in connections:
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                connection.connect(("127.0.0.1", port))
        assert (sum(_is_connected(connection) for connection in connections) == CROWD) is all_get_in


def _is_connected(connection: socket.socket) -> bool:
    try:
        connection.getpeername()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _listening(description: str):
    """Another process that listens as described, says where, and accepts nobody."""
    program = (
        "import time; from twisted.internet import reactor, protocol; "
        "from twisted.internet.endpoints import serverFromString; "
        f"endpoint = serverFromString(reactor, {description!r}); "
        "endpoint.listen(protocol.Factory()).addCallback(lambda port: print(port.getHost().port, flush=True)); "
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
