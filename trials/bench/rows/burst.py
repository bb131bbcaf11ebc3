"""Burst: 500 seat changes a second for 2,000 viewers. How few frames each viewer gets for them, and how late."""

import asyncio
from bisect import bisect_left
from time import perf_counter

from trials.bench import machine
from trials.bench.crowd import Viewer
from trials.bench.environment import Bench, collect_garbage, paced
from trials.bench.figures import Row, Spread, percentile
from trials.bench.subjects import Housefull

VIEWERS = 2000
CHANGES_PER_SECOND = 500.0
SAMPLED = 50


class OneSeat:
    """Each call changes one seat: it holds the next free one until all are held, and then releases them one by one."""

    def __init__(self, bench: Bench) -> None:
        self._house = bench
        self._step = 0
        self.held: list[tuple[int, float]] = []  # number of the change, when its script was called

    async def __call__(self) -> int:
        seats = self._house.viewed.seats
        turn, place = divmod(self._step, len(seats))
        self._step += 1
        owner = f"guest_{place:024x}"
        if turn % 2:
            return await self._house.release(owner)
        began = perf_counter()
        number = await self._house.hold([seats[place]], owner)
        self.held.append((number, began))
        return number


async def measure(bench: Bench) -> list[Row]:
    viewers = 500 if bench.options.quick else VIEWERS
    seconds = 3.0 if bench.options.quick else 10.0
    frames, changed, late, shares = [], [], [], []
    for _ in range(bench.options.rounds):
        got, changes, p99, share = await one_round(bench, viewers, seconds)
        frames.append(got)
        changed.append(float(changes))
        late.append(p99)
        shares.append(share)
        bench.log(f"burst: {got:.0f} frames for {changes} changes, p99 {p99:.0f} ms, server {share:.0%} of its core")
    delivered = (
        f"{sum(frames) * viewers:,.0f} frames carried {sum(changed):,.0f} seat changes to each of {viewers:,} viewers, "
        f"none missing; the server used {max(shares):.0%} of its core"
    )
    facts = {"viewers": viewers, "changes_per_second": CHANGES_PER_SECOND, "share_of_core": shares}
    measured = f"{CHANGES_PER_SECOND:g} seat changes/s, {viewers:,} viewers"
    ours, reference = Spread(tuple(frames), "frames"), Spread(tuple(changed), "frames")
    return [
        Row(
            "burst",
            f"frames per viewer, {measured}",
            ours,
            reference,
            "one per change",
            1 / 10,
            delivered=delivered,
            facts=facts,
        ),
        Row("burst", f"hold → frame p99, {measured}", Spread(tuple(late), "ms"), None, "", 250.0, absolute=True),
    ]


async def one_round(bench: Bench, viewers: int, seconds: float) -> tuple[float, int, float, float]:
    """Frames per viewer, seat changes, p99 from calling hold to the frame in ms, share of the server's core."""
    subject = Housefull(bench)
    async with subject.running():
        crowd = subject.crowd()
        try:
            await crowd.open(viewers)
            change = OneSeat(bench)
            await paced(CHANGES_PER_SECOND, 1.0, change)
            await crowd.everyone_has(await change())
            change.held.clear()
            sampled = crowd.sample(SAMPLED)
            collect_garbage()
            deltas, cpu, began = crowd.deltas, machine.cpu_seconds(subject.pid), perf_counter()
            changes, number = await paced(CHANGES_PER_SECOND, seconds, change)
            await crowd.everyone_has(number)
            share = (machine.cpu_seconds(subject.pid) - cpu) / (perf_counter() - began)
            await asyncio.sleep(0.1)
            crowd.check(number)
            frames = (crowd.deltas - deltas) / viewers
            late = [delay for viewer in sampled for delay in delays(viewer, change.held)]
            return frames, changes, percentile(late, 0.99) * 1e3, share
        finally:
            await crowd.close()
            await asyncio.gather(*(bench.release(f"guest_{place:024x}") for place in range(len(bench.viewed.seats))))


def delays(viewer: Viewer, held: list[tuple[int, float]]) -> list[float]:
    """Seconds from each call to the frame in which this viewer got it."""
    log = viewer.log or []
    ends = [last for last, _ in log]
    return [log[bisect_left(ends, number)][1] - began for number, began in held]
