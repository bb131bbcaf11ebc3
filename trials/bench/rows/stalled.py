"""Stalled: 500 of 5,000 viewers connect and never read again. What each costs, and whether the others notice.

The same seats move at the same pace in two fresh servers, one with stalled viewers and one without. Before anything is
timed, changes of many seats fill the kernel's buffers of the stalled viewers. The server does not close them meanwhile:
its STUCK_VIEWER_SECONDS are ten minutes here.
"""

import asyncio
import base64
import os
import socket
from collections.abc import Sequence

from trials.bench import machine
from trials.bench.environment import Bench, collect_garbage, paced
from trials.bench.figures import Row, Spread, percentile
from trials.bench.rows.burst import OneSeat, delays
from trials.bench.subjects import Housefull

VIEWERS, STALLED = 5000, 500
CHANGES_PER_SECOND = 100.0
BROAD_SEATS = 100  # in one change: about a kilobyte a frame
BROAD_PER_SECOND, BROAD_SECONDS = 20.0, 20.0
SAMPLED = 50


class KeepsStalled(Housefull):
    """Does not close viewers who do not read."""

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "STUCK_VIEWER_SECONDS": "600"}


async def measure(bench: Bench) -> list[Row]:
    viewers, stalled, seconds = (500, 50, 3.0) if bench.options.quick else (VIEWERS, STALLED, 10.0)
    beside: list[float] = []
    alone: list[float] = []
    sizes: list[float] = []
    for number in range(bench.options.rounds):
        for some in (stalled, 0) if number % 2 == 0 else (0, stalled):
            late, size = await one_round(bench, viewers - some, some, seconds)
            (beside if some else alone).append(late)
            sizes += [size] if some else []
        bench.log(f"stalled: p99 {beside[-1]:.0f} ms, {alone[-1]:.0f} ms without; {sizes[-1]:.1f} KiB a stalled viewer")
    return [
        Row(
            "stalled",
            f"hold → frame p99 for the others, {stalled} of {viewers:,} viewers stalled",
            Spread(tuple(beside), "ms"),
            Spread(tuple(alone), "ms"),
            f"{viewers:,} viewers, none stalled",
            1.25,
            delivered=f"{CHANGES_PER_SECOND:g} seat changes/s; every viewer who reads ended on the last one",
            facts={"viewers": viewers, "stalled": stalled},
        ),
        Row(
            "stalled",
            "memory of the process per stalled viewer, above an idle one's",
            Spread(tuple(sizes), "KiB"),
            None,
            "",
            64.0,
            absolute=True,
        ),
    ]


async def one_round(bench: Bench, reading: int, stalled: int, seconds: float) -> tuple[float, float]:
    """p99 from calling hold to the frame in ms for those who read; KiB that each stalled viewer has grown by."""
    subject = KeepsStalled(bench)
    async with subject.running():
        crowd = subject.crowd()
        sockets: list[socket.socket] = []
        change = OneSeat(bench)
        try:
            await crowd.open(reading)
            sockets = [await stall(subject) for _ in range(stalled)]
            await asyncio.sleep(1)
            before = machine.resident_bytes(subject.pid)
            _, number = await paced(BROAD_PER_SECOND, BROAD_SECONDS, Broad(bench, bench.viewed.seats[-BROAD_SEATS:]))
            await crowd.everyone_has(number)
            grown = (machine.resident_bytes(subject.pid) - before) / 1024 / max(stalled, 1)
            sampled = crowd.sample(SAMPLED)
            collect_garbage()
            _, number = await paced(CHANGES_PER_SECOND, seconds, change)
            await crowd.everyone_has(number)
            await asyncio.sleep(0.1)
            crowd.check(number)
            late = [delay for viewer in sampled for delay in delays(viewer, change.held)]
            return percentile(late, 0.99) * 1e3, grown
        finally:
            for connection in sockets:
                connection.close()
            await crowd.close()
            await bench.release()
            for place in range(len(bench.viewed.seats)):
                await bench.release(f"guest_{place:024x}")


class Broad:
    """Each call holds many seats at once, or frees them again."""

    def __init__(self, bench: Bench, seats: Sequence[str]) -> None:
        self._house, self._seats = bench, seats
        self._held = False

    async def __call__(self) -> int:
        self._held = not self._held
        return await self._house.hold(self._seats) if self._held else await self._house.release()


async def stall(subject: Housefull) -> socket.socket:
    """A socket that makes the handshake and never reads again, with the smallest buffer that the system allows."""
    loop = asyncio.get_running_loop()
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await loop.sock_connect(connection, ("127.0.0.1", subject.port))
    key = base64.b64encode(os.urandom(16)).decode()
    handshake = (
        f"GET /ws/shows/{subject.bench.viewed.id}/ HTTP/1.1\r\nHost: 127.0.0.1:{subject.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await loop.sock_sendall(connection, handshake.encode())
    await loop.sock_recv(connection, 64)
    return connection
