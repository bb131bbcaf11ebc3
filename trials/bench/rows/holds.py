"""Holds: three seats held over the socket, and released again, as often as one web process manages.

Every socket stays within its limit of five messages a second, so there are enough of them; each has its own three
seats and waits for every answer. Twice: spread over a programme of thirty shows, and all at one show. Every holder also
watches, so each gets what all others at its show do: at one show of 900 the fan-out alone takes a third of the core.
"""

import asyncio
import json
from collections.abc import Sequence
from statistics import median
from time import perf_counter

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from trials.bench import machine
from trials.bench.crowd import OPENING_AT_ONCE, SOURCES
from trials.bench.figures import Incomplete, Row, Spread
from trials.bench.house import BenchShow, House, settle_rubbish
from trials.bench.subjects import Housefull

HOLDERS = 900
SEATS = 3
MESSAGE_SECONDS = 0.21  # between two messages of one socket: a little less than five a second
IN_FLIGHT = (1, 16)  # the bare loop's: the better of the two counts
WARM_UP_SECONDS = 6.0  # by then the burst that a new socket is allowed is used up


class Holder(WSListener):
    """Holds and releases its seats in turn. Broadcast frames are only counted."""

    def __init__(self, book: "Book", seats: list[str]) -> None:
        self.book = book
        self.texts = [
            json.dumps({"type": verb, "ref": 1, "seats": seats}, separators=(",", ":")).encode()
            for verb in ("hold", "release")
        ]
        self.turn = 0
        self.spoke_at = 0.0

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        book = self.book
        book.loop.call_later(len(book.holders) * MESSAGE_SECONDS / HOLDERS, self.speak)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type != WSMsgType.TEXT:
            return
        payload = frame.get_payload_as_bytes()
        self.book.frames += 1
        if payload.startswith((b'{"type":"held"', b'{"type":"released"')):
            self.book.answered(self.turn, perf_counter() - self.spoke_at)
            self.turn = 1 - self.turn
            self.book.loop.call_at(max(self.spoke_at + MESSAGE_SECONDS, self.book.loop.time()), self.speak)
        elif payload.startswith((b'{"type":"refused"', b'{"type":"error"')):
            self.book.refused.append(payload.decode())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not self.book.over:
            self.book.refused.append("a socket was closed")

    def speak(self) -> None:
        if not self.book.over:
            self.spoke_at = perf_counter()  # the same clock as the loop's
            self.transport.send(WSMsgType.TEXT, self.texts[self.turn])


class Book:
    """All holders, and what they have achieved."""

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


async def measure(house: House) -> list[Row]:
    seconds = 4.0 if house.options.quick else 10.0
    settings = {f"{len(house.programme)} shows": house.programme, "one show": (house.large,)}
    rates: dict[str, list[float]] = {name: [] for name in settings}
    told: dict[str, list[tuple[float, int]]] = {name: [] for name in settings}
    bare: dict[int, list[float]] = {count: [] for count in IN_FLIGHT}
    for number in range(house.options.rounds):
        for mine in (True, False) if number % 2 == 0 else (False, True):
            if mine:
                for name, shows in settings.items():
                    rate, *rest = await over_sockets(house, shows, seconds)
                    rates[name].append(rate)
                    told[name].append((rest[0], rest[1]))
            else:
                for count, found in bare.items():
                    found.append(await bare_loop(house, seconds, count))
        mine_said = ", ".join(f"{found[-1]:.0f}/s at {name}" for name, found in rates.items())
        bare_said = ", ".join(f"{found[-1]:.0f}/s with {count} in flight" for count, found in bare.items())
        house.say(f"holds: {mine_said}; bare loop: {bare_said}")
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
            f"{sum(frames for _, frames in told[name]):,} frames went to those who held; the server used "
            f"{max(share for share, _ in told[name]):.0%} of its core",
            facts={"sockets": HOLDERS, "share_of_core": [share for share, _ in told[name]], "bare_by_in_flight": bare},
        )
        for name in settings
    ]


async def over_sockets(house: House, shows: Sequence[BenchShow], seconds: float) -> tuple[float, float, int]:
    """Holds per second, share of the server's core, frames written to the holders meanwhile."""
    subject = Housefull(house)
    places = []
    for number in range(HOLDERS):
        turn, show = number // len(shows), shows[number % len(shows)]
        url = subject.url.replace(f"/{house.viewed.id}/", f"/{show.id}/")
        places.append((url, list(show.seats[turn * SEATS : (turn + 1) * SEATS])))
    try:
        async with subject.running():
            book = Book()
            try:
                await book.open(places)
                await asyncio.sleep(WARM_UP_SECONDS)
                settle_rubbish()
                held, frames, cpu, began = book.held, book.frames, machine.cpu_seconds(subject.pid), perf_counter()
                await asyncio.sleep(seconds)
                taken = perf_counter() - began
                rate, got = (book.held - held) / taken, book.frames - frames
                share = (machine.cpu_seconds(subject.pid) - cpu) / taken
                if book.refused:
                    raise Incomplete(f"{len(book.refused)} refusals, such as {book.refused[0]}")
                return rate, share, got
            finally:
                book.close()
    finally:
        for show in shows:
            await house.forget(show)


async def bare_loop(house: House, seconds: float, in_flight: int) -> float:
    """Holds per second of a program that does nothing but call the scripts, on the server's core."""
    import redis.asyncio

    from seating import scripts, store

    show = house.large
    client = redis.asyncio.Redis.from_url(house.redis_url(0), decode_responses=True)
    await house.hold(show.seats[:SEATS], show=show.id)  # both scripts are loaded from here on
    await house.release(show=show.id)
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

    machine.pin(0, house.cores.server)
    try:
        began = perf_counter()
        until = began + seconds
        await asyncio.gather(*(loop(number) for number in range(in_flight)))
        return held / (perf_counter() - began)
    finally:
        machine.pin(0, house.cores.load)
        await client.aclose()
