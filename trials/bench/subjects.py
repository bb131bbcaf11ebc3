"""The servers that are measured: Housefull and its references. Each is one process on the server's core.

A subject is started, changes seats for its viewers (`change`), and is stopped. Changes come from the load's core and
reach every server as they would from another process: through Redis. Only the bare picows loop gets them directly. The
references send the same message with as many seats in it.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgpack
import redis.asyncio
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer
from picows import WSListener, WSMsgType, ws_connect

from config.dev.embedded import free_port
from trials.bench import machine
from trials.bench.crowd import Crowd
from trials.bench.environment import Bench
from trials.bench.figures import Skipped

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
START_SECONDS = 30.0
SEATS_PER_CHANGE = 3


def start_pinned(
    command: list[str], core: int, log: Path, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Starts a program on one core; its output is appended to `log`."""
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )


class Subject:
    name = ""
    socketio = False

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._number = 0
        self._seats = bench.viewed.seats[:SEATS_PER_CHANGE]

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    async def begin(self) -> None:
        """Prepares what the first viewer needs."""

    async def end(self) -> None:
        """Undoes `begin`."""

    async def change(self) -> int:
        """Changes some seats and returns the number of the change that viewers will see."""
        raise NotImplementedError

    def crowd(self) -> Crowd:
        return Crowd(self.url, socketio=self.socketio)

    def next_message(self) -> dict[str, Any]:
        """What a reference sends: Housefull's own delta, with as many seats."""
        self._number += 1
        letter = "h" if self._number % 2 else "a"
        changes = dict.fromkeys(self._seats, letter)
        return {"type": "delta", "from": self._number - 1, "to": self._number, "changes": changes}

    # ---------------------------------------------------------------------------------- starting, ending
    @asynccontextmanager
    async def running(self) -> AsyncIterator["Subject"]:
        self._start()
        try:
            await self._until_it_listens()
            await self.begin()
            yield self
        finally:
            await self.end()
            if self.process is not None:
                self.process.terminate() if self.bench.options.profile else self.process.kill()
                self.process.wait()

    def _start(self) -> None:
        log = self.bench.logs / f"{self.name.replace(' ', '-')}.log"
        self.process = start_pinned(self.command(), self.bench.cores.server, log, self.environment())

    async def _until_it_listens(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start; see {self.bench.logs}")
            await asyncio.sleep(0.1)


class Housefull(Subject):
    """The web process as the Procfile starts it; seats change by the same scripts as in production."""

    name = "housefull"

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/shows/{self.bench.viewed.id}/"

    def command(self) -> list[str]:
        program = ["-m", "config.server"]
        if self.bench.options.profile:
            program = ["-m", "trials.bench.servers.profiled", str(self.bench.profile_file())]
        return [sys.executable, *program, "-b", "127.0.0.1", "-p", str(self.port), "config.asgi:application"]

    def environment(self) -> dict[str, str]:
        return {"DRAIN_SECONDS": "0"}

    async def begin(self) -> None:
        await self.bench.release()  # an earlier subject may have left seats held
        self._held = False

    async def change(self) -> int:
        """Holds three seats, or releases them again."""
        self._held = not self._held
        return await self.bench.hold(self._seats) if self._held else await self.bench.release()


class Plain(Subject):
    """A plain consumer and a group, on one of the two channel layers."""

    def __init__(self, bench: Bench, layer: str) -> None:
        super().__init__(bench)
        self.layer = layer
        self.name = f"plain consumer, {layer} layer"

    def command(self) -> list[str]:
        where = ["-b", "127.0.0.1", "-p", str(self.port)]
        return [sys.executable, "-m", "daphne", *where, "trials.bench.servers.plain:application"]

    def environment(self) -> dict[str, str]:
        return {"LAYER": self.layer, "LAYER_URL": self.bench.redis_url(10)}

    async def begin(self) -> None:
        client = redis.asyncio.Redis.from_url(self.bench.redis_url(10))
        await client.flushdb()  # it would still send to the members of earlier rounds
        await client.aclose()
        kind = RedisChannelLayer if self.layer == "core" else RedisPubSubChannelLayer
        self._layer: Any = kind(hosts=[{"address": self.bench.redis_url(10), "socket_timeout": None}])

    async def end(self) -> None:
        if hasattr(self, "_layer"):
            await (self._layer.close_pools() if self.layer == "core" else self._layer.flush())

    async def change(self) -> int:
        await self._layer.group_send("show", {"type": "seats.changed", "message": self.next_message()})
        return self._number


class SocketIO(Subject):
    """Socket.IO 4 with its Redis adapter on Node."""

    name = "socket.io"
    socketio = True

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=websocket"

    def command(self) -> list[str]:
        script = HERE / "socketio" / "server.mjs"
        return ["node", "--expose-gc", str(script), str(self.port), self.bench.redis_url(11)]

    async def begin(self) -> None:
        self._redis = redis.asyncio.Redis.from_url(self.bench.redis_url(11))

    async def end(self) -> None:
        if hasattr(self, "_redis"):
            await self._redis.aclose()

    async def change(self) -> int:
        # What @socket.io/redis-emitter publishes for `to("show").emit("delta", message)`.
        packet = {"type": 2, "data": ["delta", self.next_message()], "nsp": "/"}
        options = {"rooms": ["show"], "except": [], "flags": {}}
        await self._redis.publish("socket.io#/#show#", msgpack.packb(["emitter", packet, options]))
        return self._number


class Broadcast(Subject):
    """picows: a loop over all transports, which gets its messages over a separate socket."""

    name = "picows"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "trials.bench.servers.broadcast", str(self.port)]

    async def begin(self) -> None:
        self._control, _ = await ws_connect(WSListener, f"{self.url}control", proxy=None)

    async def end(self) -> None:
        if hasattr(self, "_control"):
            self._control.disconnect()

    async def change(self) -> int:
        self._control.send(WSMsgType.TEXT, json.dumps(self.next_message(), separators=(",", ":")).encode())
        return self._number


def socketio_or_skip(bench: Bench) -> SocketIO:
    """Installs the packages of package-lock.json on first use. Raises Skipped without Node or without a registry."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Skipped("there is no Node (at least 20) with npm on this machine")
    folder = HERE / "socketio"
    if not (folder / "node_modules" / "socket.io").is_dir():
        bench.log("installing Socket.IO (npm ci)")
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True, text=True
        )
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
            raise Skipped(f"Socket.IO could not be installed: {lines[-1]}")
    return SocketIO(bench)


def memory_of(subject: Subject) -> int:
    """Resident bytes of the subject's process."""
    return machine.resident_bytes(subject.pid)
