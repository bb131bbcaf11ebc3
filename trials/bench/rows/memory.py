"""Memory: how much the server process grows for each viewer who only watches."""

import asyncio
import os
import signal

from trials.bench import machine
from trials.bench.environment import Bench, collect_garbage
from trials.bench.figures import Row, Skipped, Spread
from trials.bench.subjects import Housefull, SocketIO, Subject, socketio_or_skip

WARM_UP_VIEWERS = 100
CROWDS = (2000, 5000)
SETTLE_SECONDS = 3.0


async def measure(bench: Bench) -> list[Row]:
    crowds = (500, 1000) if bench.options.quick else CROWDS
    missing = ""
    try:
        socketio_or_skip(bench)
    except Skipped as reason:
        missing = str(reason)
    ours: list[list[float]] = []
    theirs: list[list[float]] = []
    for number in range(bench.options.rounds):
        pair = [(Housefull(bench), ours)] + ([] if missing else [(socketio_or_skip(bench), theirs)])
        for subject, found in pair if number % 2 == 0 else pair[::-1]:
            found.append(await growth(subject, crowds))
            bench.log(f"memory: {subject.name}: {', '.join(f'{size:.1f} KiB' for size in found[-1])} a viewer")
    return [
        Row(
            "memory",
            f"per idle viewer, {count:,} viewers",
            Spread(tuple(one[place] for one in ours), "KiB"),
            Spread(tuple(one[place] for one in theirs), "KiB") if theirs else None,
            "Socket.IO 4 + Redis adapter",
            1.0,
            skipped=missing,
            facts={"viewers": count},
        )
        for place, count in enumerate(crowds)
    ]


async def growth(subject: Subject, crowds: tuple[int, ...]) -> list[float]:
    """KiB of resident memory per viewer, for each size of the crowd, above what a hundred viewers need."""
    async with subject.running():
        crowd = subject.crowd()
        try:
            await crowd.open(WARM_UP_VIEWERS)
            collect_garbage()
            base = await _settled(subject)
            found = []
            for count in crowds:
                await crowd.open(count - len(crowd.viewers))
                more = await _settled(subject) - base
                crowd.check(0)
                found.append(more / (count - WARM_UP_VIEWERS) / 1024)
            return found
        finally:
            await crowd.close()


async def _settled(subject: Subject) -> int:
    """Resident bytes after a short wait; Node collects its garbage first."""
    await asyncio.sleep(SETTLE_SECONDS)
    if isinstance(subject, SocketIO):
        os.kill(subject.pid, signal.SIGUSR2)
        await asyncio.sleep(1)
    return machine.resident_bytes(subject.pid)
