"""Our server in a process of its own, in front of a small application that reads a body and keeps sockets open.

`changes` are lines of Python that run before it starts: a test takes a guard away with them, or shortens a time.
"""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.dev.embedded import free_port
from config.dev.lifeline import end_with_parent

ROOT = Path(__file__).parents[3]
LARGE = 32 * 1024 * 1024
PROGRAM = """
import sys
import django
django.setup()
from config.server import connections, http_channel, live_server, protocol
{changes}
live_server.open_many_files()
live_server.LiveCommandLine().run(
    ["-b", "127.0.0.1", "-p", sys.argv[1], "-v", "0", "tests.config.server.server_process:application"]
)
"""


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers with how many bytes the body had, at `/large` with LARGE bytes; accepts every socket and takes no notice
    of it."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = bytes(LARGE) if scope["path"] == "/large" else str(length).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@dataclass
class ServerProcess:
    port: int
    process: subprocess.Popen[bytes]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def get(self) -> bytes:
        """The whole answer to a small request."""
        with self.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return everything(connection)

    def peak_memory(self) -> int:
        """The most that it has ever had in memory, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side is done; a reset is an end, too."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            found += piece
    return found


@contextlib.contextmanager
def server_process(changes: str = "", open_files: int | None = None, **environment: str) -> Iterator[ServerProcess]:
    port, follow_us = free_port(), end_with_parent(signal.SIGKILL)

    def before() -> None:
        follow_us()
        if open_files is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))

    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(changes=changes), str(port)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DRAIN_SECONDS": "0", **environment},
        preexec_fn=before,
    )
    running = ServerProcess(port, process)
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                if running.get().startswith(b"HTTP/1.1 200"):
                    break
            assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        yield running
    finally:
        process.kill()
        process.wait()
