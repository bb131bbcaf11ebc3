"""Latency: from calling the hold script until the last of 2,000 viewers has the frame.

The reference has as many plain Redis connections subscribed to the same channel, and Valkey itself, alone on the
server's core, does the fan-out: same script, same caller, same number of receivers, and no process in between.
"""

import asyncio
from time import perf_counter

from trials.bench import machine
from trials.bench.environment import Bench, collect_garbage
from trials.bench.figures import Incomplete, Row, Spread, percentile
from trials.bench.subjects import Housefull

VIEWERS = 2000
CALLS_PER_SECOND = 10.0
SEATS = 3


class Subscriber(asyncio.Protocol):
    """One plain connection that counts the messages of a channel."""

    def __init__(self, crowd: "Subscribers") -> None:
        self.crowd = crowd

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.crowd.arrived(data)


class Subscribers:
    def __init__(self, port: int, channel: str) -> None:
        self.port, self.channel = port, channel.encode()
        self.count = self._left = 0
        self._members: list[Subscriber] = []
        self._confirmed = 0
        self._ready = asyncio.Event()
        self._future: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def open(self, count: int) -> None:
        loop = asyncio.get_running_loop()
        self.count = count
        for _ in range(count):
            transport, member = await loop.create_connection(lambda: Subscriber(self), "127.0.0.1", self.port)
            transport.write(b"SUBSCRIBE " + self.channel + b"\r\n")
            self._members.append(member)
        await asyncio.wait_for(self._ready.wait(), 30)

    def arrived(self, data: bytes) -> None:
        self._confirmed += data.count(b"\r\nsubscribe\r\n")
        if self._confirmed == self.count:
            self._ready.set()
        messages = data.count(b"\r\nmessage\r\n")
        self._left -= messages
        if messages and self._left == 0:
            self._future.set_result(perf_counter())

    def expect(self) -> None:
        """The next message is the one to wait for."""
        self._left = self.count
        self._future = asyncio.get_running_loop().create_future()

    async def everyone_has(self) -> float:
        try:
            return await asyncio.wait_for(self._future, 10)
        except TimeoutError:
            raise Incomplete(f"{self._left} of {self.count} subscribers never had the message") from None

    def close(self) -> None:
        for member in self._members:
            member.transport.close()


async def measure(bench: Bench) -> list[Row]:
    viewers = 500 if bench.options.quick else VIEWERS
    calls = 60 if bench.options.quick else 200
    ours: list[list[float]] = []
    theirs: list[list[float]] = []
    alone: list[list[float]] = []
    for number in range(bench.options.rounds):
        for mine in (True, False) if number % 2 == 0 else (False, True):
            if mine:
                ours.append(await of_housefull(bench, viewers, calls))
            else:
                theirs.append(await of_subscribers(bench, viewers, calls))
                alone.append(await of_subscribers(bench, 1, calls // 2))
        bench.log(f"latency: p99 {_p(ours[-1:], 0.99).text()}, subscribers {_p(theirs[-1:], 0.99).text()}")
    facts = {
        "viewers": viewers,
        "p50": {"ours": _p(ours, 0.5).as_json(), "subscribers": _p(theirs, 0.5).as_json()},
        "one_subscriber_p99_ms": _p(alone, 0.99).as_json(),
    }
    delivered = (
        f"{calls * len(ours):,} changes of {SEATS} seats, a frame each for all {viewers:,}; medians "
        f"{_p(ours, 0.5).text()} and {_p(theirs, 0.5).text()}; a single subscriber's p99 is {_p(alone, 0.99).text()}"
    )
    return [
        Row(
            "latency",
            f"lock call → last of {viewers:,} viewers, p99",
            _p(ours, 0.99),
            _p(theirs, 0.99),
            f"{viewers:,} bare Redis subscribers",
            3.0,
            delivered=delivered,
            facts=facts,
        )
    ]


def _p(rounds: list[list[float]], share: float) -> Spread:
    return Spread(tuple(percentile(one, share) * 1e3 for one in rounds), "ms")


async def of_housefull(bench: Bench, viewers: int, calls: int) -> list[float]:
    subject = Housefull(bench)
    async with subject.running():
        crowd = subject.crowd()
        try:
            await crowd.open(viewers)
            for _ in range(10):
                await crowd.everyone_has(await subject.change())
            collect_garbage()
            found = []
            for _ in range(calls):
                began = perf_counter()
                number = await subject.change()
                found.append(await crowd.everyone_has(number) - began)
                await asyncio.sleep(max(0.0, 1 / CALLS_PER_SECOND - (perf_counter() - began)))
            crowd.check(number)
            return found
        finally:
            await crowd.close()


async def of_subscribers(bench: Bench, count: int, calls: int) -> list[float]:
    from seating import keys

    crowd = Subscribers(bench.valkey.port, keys.channel(bench.viewed.id))
    machine.pin(bench.valkey_pid(), bench.cores.server)
    try:
        await bench.release()
        await crowd.open(count)
        collect_garbage()
        found = []
        for call in range(calls + 10):
            crowd.expect()
            began = perf_counter()
            await (bench.release() if call % 2 else bench.hold(bench.viewed.seats[:SEATS]))
            found.append(await crowd.everyone_has() - began)
            await asyncio.sleep(max(0.0, 1 / CALLS_PER_SECOND - (perf_counter() - began)))
        return found[10:]
    finally:
        crowd.close()
        machine.pin(bench.valkey_pid(), bench.cores.stores)
