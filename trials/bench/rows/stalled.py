"""Stalled: 500 of 5,000 viewers shake hands and never read again. What each costs, and whether the others notice.

The same seats move at the same pace in two fresh servers, one with stalled viewers and one without. Before anything is
timed, broad changes go out until the kernel's buffers of the stalled are full. They are not sent away meanwhile: the
server is told to bear them for ten minutes.
"""

import asyncio
import base64
import os
import socket
from collections.abc import Sequence

from trials.bench import machine
from trials.bench.figures import Row, Spread, percentile
from trials.bench.house import House, paced, settle_rubbish
from trials.bench.rows.burst import OneSeat, delays
from trials.bench.subjects import Housefull

VIEWERS, STALLED = 5000, 500
CHANGES_PER_SECOND = 100.0
BROAD_SEATS = 100  # in one change: about a kilobyte a frame
BROAD_PER_SECOND, BROAD_SECONDS = 20.0, 20.0
SAMPLED = 50


class Patient(Housefull):
    """Bears viewers who do not read."""

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "STUCK_VIEWER_SECONDS": "600"}


async def measure(house: House) -> list[Row]:
    viewers, stalled, seconds = (500, 50, 3.0) if house.options.quick else (VIEWERS, STALLED, 10.0)
    beside, alone, sizes = [], [], []
    for number in range(house.options.rounds):
        for some in (stalled, 0) if number % 2 == 0 else (0, stalled):
            late, size = await one_round(house, viewers - some, some, seconds)
            (beside if some else alone).append(late)
            sizes += [size] if some else []
        house.say(f"stalled: p99 {beside[-1]:.0f} ms, {alone[-1]:.0f} ms without; {sizes[-1]:.1f} KiB a stalled viewer")
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


async def one_round(house: House, reading: int, stalled: int, seconds: float) -> tuple[float, float]:
    """p99 from calling hold to the frame in ms for those who read; KiB that each stalled viewer has grown by."""
    subject = Patient(house)
    async with subject.running():
        crowd = subject.crowd()
        sockets: list[socket.socket] = []
        change = OneSeat(house)
        try:
            await crowd.open(reading)
            sockets = [await stall(subject) for _ in range(stalled)]
            await asyncio.sleep(1)
            before = machine.resident_bytes(subject.pid)
            _, number = await paced(BROAD_PER_SECOND, BROAD_SECONDS, Broad(house, house.viewed.seats[-BROAD_SEATS:]))
            await crowd.everyone_has(number)
            grown = (machine.resident_bytes(subject.pid) - before) / 1024 / max(stalled, 1)
            sampled = crowd.sample(SAMPLED)
            settle_rubbish()
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
            await house.release()
            for place in range(len(house.viewed.seats)):
                await house.release(f"guest_{place:024x}")


class Broad:
    """Each call holds many seats at once, or frees them again."""

    def __init__(self, house: House, seats: Sequence[str]) -> None:
        self._house, self._seats = house, seats
        self._held = False

    async def __call__(self) -> int:
        self._held = not self._held
        return await self._house.hold(self._seats) if self._held else await self._house.release()


async def stall(subject: Housefull) -> socket.socket:
    """A socket that shakes hands and never reads again, with as small a buffer of its own as the system allows."""
    loop = asyncio.get_running_loop()
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await loop.sock_connect(connection, ("127.0.0.1", subject.port))
    key = base64.b64encode(os.urandom(16)).decode()
    asked = (
        f"GET /ws/shows/{subject.house.viewed.id}/ HTTP/1.1\r\nHost: 127.0.0.1:{subject.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await loop.sock_sendall(connection, asked.encode())
    await loop.sock_recv(connection, 64)
    return connection
