"""Holds: three seats are held over the socket and released again, as often as one web process can do it.

Every socket stays within its limit of five messages a second, so there are many of them; each has its own three seats
and waits for every answer. It is measured twice: over thirty shows, and with all sockets at one show. Every holder also
watches and gets the changes of all others at its show: at one show of 900 the fan-out alone takes a third of the core.
"""

import asyncio
import json
from collections.abc import Sequence
from statistics import median
from time import perf_counter

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from trials.bench import machine
from trials.bench.crowd import OPENING_AT_ONCE, SOURCES
from trials.bench.environment import Bench, collect_garbage
from trials.bench.figures import Incomplete, Row, Spread
from trials.bench.shows import BenchShow
from trials.bench.subjects import Housefull

HOLDERS = 900
SEATS = 3
MESSAGE_SECONDS = 0.21  # between two messages of one socket: a little less than five a second
IN_FLIGHT = (1, 16)  # the bare loop's: the better of the two counts
WARM_UP_SECONDS = 6.0  # by then the burst that a new socket is allowed is used up


class Holder(WSListener):
    """Holds and releases its seats in turn. Broadcast frames are only counted."""

    def __init__(self, group: "Holders", seats: list[str]) -> None:
        self.group = group
        self.texts = [
            json.dumps({"type": verb, "ref": 1, "seats": seats}, separators=(",", ":")).encode()
            for verb in ("hold", "release")
        ]
        self.turn = 0
        self.sent_at = 0.0

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        group = self.group
        group.loop.call_later(len(group.holders) * MESSAGE_SECONDS / HOLDERS, self.send_next)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type != WSMsgType.TEXT:
            return
        payload = frame.get_payload_as_bytes()
        self.group.frames += 1
        if payload.startswith((b'{"type":"held"', b'{"type":"released"')):
            self.group.answered(self.turn, perf_counter() - self.sent_at)
            self.turn = 1 - self.turn
            self.group.loop.call_at(max(self.sent_at + MESSAGE_SECONDS, self.group.loop.time()), self.send_next)
        elif payload.startswith((b'{"type":"refused"', b'{"type":"error"')):
            self.group.refused.append(payload.decode())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not self.group.over:
            self.group.refused.append("a socket was closed")

    def send_next(self) -> None:
        if not self.group.over:
            self.sent_at = perf_counter()  # the same clock as the loop's
            self.transport.send(WSMsgType.TEXT, self.texts[self.turn])


class Holders:
    """All holders, and how many holds they got."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.holders: list[Holder] = []
        self.refused: list[str] = []
        self.frames = self.held = 0
        self.over = False
        self.waits: list[float] = []

    def answered(self, turn: int, seconds: float) -> None:
        if turn == 0:
            self.held += 1
            self.waits.append(seconds)

    async def open(self, places: list[tuple[str, list[str]]]) -> None:
        """One holder for each (address, seats)."""
        queue = iter(enumerate(places))

        async def connect() -> None:
            for number, (url, seats) in queue:
                holder = Holder(self, seats)
                source = (SOURCES[number % len(SOURCES)], 0)
                await ws_connect(lambda holder=holder: holder, url, local_addr=source, proxy=None)
                self.holders.append(holder)

        await asyncio.gather(*(connect() for _ in range(OPENING_AT_ONCE)))

    def close(self) -> None:
        self.over = True
        for holder in self.holders:
            holder.transport.disconnect()


async def measure(bench: Bench) -> list[Row]:
    seconds = 4.0 if bench.options.quick else 10.0
    settings = {f"{len(bench.programme)} shows": bench.programme, "one show": (bench.large,)}
    rates: dict[str, list[float]] = {name: [] for name in settings}
    details: dict[str, list[tuple[float, int]]] = {name: [] for name in settings}
    bare: dict[int, list[float]] = {count: [] for count in IN_FLIGHT}
    for number in range(bench.options.rounds):
        for mine in (True, False) if number % 2 == 0 else (False, True):
            if mine:
                for name, shows in settings.items():
                    rate, share, frames = await over_sockets(bench, shows, seconds)
                    rates[name].append(rate)
                    details[name].append((share, frames))
            else:
                for count, found in bare.items():
                    found.append(await bare_loop(bench, seconds, count))
        mine_text = ", ".join(f"{found[-1]:.0f}/s at {name}" for name, found in rates.items())
        bare_text = ", ".join(f"{found[-1]:.0f}/s with {count} in flight" for count, found in bare.items())
        bench.log(f"holds: {mine_text}; bare loop: {bare_text}")
    best = max(bare, key=lambda count: median(bare[count]))
    return [
        Row(
            "holds",
            f"three-seat holds/s, {HOLDERS:,} sockets at {name}, each hold released again",
            Spread(tuple(rates[name]), "holds/s"),
            Spread(tuple(bare[best]), "holds/s"),
            f"redis.asyncio EVALSHA loop of the same scripts, {best} in flight",
            0.35,
            at_least=True,
            delivered=f"at {name} {sum(rates[name]) * seconds:,.0f} holds and as many releases, none refused, while "
            f"{sum(frames for _, frames in details[name]):,} frames went to those who held; the server used "
            f"{max(share for share, _ in details[name]):.0%} of its core",
            facts={
                "sockets": HOLDERS,
                "share_of_core": [share for share, _ in details[name]],
                "bare_by_in_flight": bare,
            },
        )
        for name in settings
    ]


async def over_sockets(bench: Bench, shows: Sequence[BenchShow], seconds: float) -> tuple[float, float, int]:
    """Holds per second, share of the server's core, frames written to the holders meanwhile."""
    subject = Housefull(bench)
    places = []
    for number in range(HOLDERS):
        turn, show = number // len(shows), shows[number % len(shows)]
        url = subject.url.replace(f"/{bench.viewed.id}/", f"/{show.id}/")
        places.append((url, list(show.seats[turn * SEATS : (turn + 1) * SEATS])))
    try:
        async with subject.running():
            group = Holders()
            try:
                await group.open(places)
                await asyncio.sleep(WARM_UP_SECONDS)
                collect_garbage()
                held, frames, cpu, began = group.held, group.frames, machine.cpu_seconds(subject.pid), perf_counter()
                await asyncio.sleep(seconds)
                taken = perf_counter() - began
                rate, got = (group.held - held) / taken, group.frames - frames
                share = (machine.cpu_seconds(subject.pid) - cpu) / taken
                if group.refused:
                    raise Incomplete(f"{len(group.refused)} refusals, such as {group.refused[0]}")
                return rate, share, got
            finally:
                group.close()
    finally:
        for show in shows:
            await bench.forget(show)


async def bare_loop(bench: Bench, seconds: float, in_flight: int) -> float:
    """Holds per second of a program that does nothing but call the scripts, on the server's core."""
    import redis.asyncio

    from seating import scripts, store

    show = bench.large
    client = redis.asyncio.Redis.from_url(bench.redis_url(0), decode_responses=True)
    await bench.hold(show.seats[:SEATS], show=show.id)  # both scripts are loaded from here on
    await bench.release(show=show.id)
    held, until = 0, 0.0

    async def loop(number: int) -> None:
        nonlocal held
        owner, seats = f"guest_{number:024x}", show.seats[number * SEATS : (number + 1) * SEATS]
        hold = ["EVALSHA", scripts.digest("hold"), *store.hold(show.id, owner, "1009", 300_000, 10, seats).parts()]
        release = ["EVALSHA", scripts.digest("release"), *store.release(show.id, owner, seats=seats).parts()]
        while perf_counter() < until:
            await client.execute_command(*hold)
            await client.execute_command(*release)
            held += 1

    machine.pin(0, bench.cores.server)
    try:
        began = perf_counter()
        until = began + seconds
        await asyncio.gather(*(loop(number) for number in range(in_flight)))
        return held / (perf_counter() - began)
    finally:
        machine.pin(0, bench.cores.load)
        await client.aclose()
