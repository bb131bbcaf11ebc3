"""Expiry: from a hold's deadline until its viewers see the seat free, with 100,000 other keys that also expire.

Beat and a worker run as in production. Nobody uses the show, so only their sweep can find what is due. The reference
is how late Redis's own keyspace notification of an expired key is, on the same server with the same deadlines.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from time import perf_counter
from typing import Any

import redis.asyncio

from trials.bench.crowd import Crowd, Viewer
from trials.bench.environment import Bench, collect_garbage
from trials.bench.figures import Incomplete, Row, Spread, percentile
from trials.bench.subjects import Housefull, start_pinned

OTHER_KEYS = 100_000
VIEWERS = 20
LIFE_MS = 3000
HOLD_EVERY_SECONDS = 0.05
WAIT_SECONDS = 5.0  # after the last deadline
PROBE = "probe:"


async def measure(bench: Bench) -> list[Row]:
    holds = 100 if bench.options.quick else 300
    ours: list[float] = []
    theirs: list[float] = []
    medians: list[float] = []
    async with other_keys(bench), celery(bench):
        for _ in range(bench.options.rounds):
            late, notified = await one_round(bench, holds)
            ours.append(percentile(late, 0.99))
            medians.append(percentile(late, 0.5))
            theirs.append(percentile(notified, 0.99))
            bench.log(f"expiry: p99 {ours[-1]:.2f} s, notifications {theirs[-1]:.2f} s")
    rounds = len(ours)
    return [
        Row(
            "expiry",
            f"deadline → frame p99, {OTHER_KEYS:,} other volatile keys",
            Spread(tuple(ours), "s"),
            Spread(tuple(theirs), "s"),
            "keyspace notification of a key with the same deadline",
            1.5,
            absolute=True,
            delivered=f"{holds * rounds:,} holds ended, {holds * rounds * VIEWERS:,} times seen; median "
            f"{Spread(tuple(medians), 's').text()}",
            facts={"other_keys": OTHER_KEYS, "viewers": VIEWERS},
        )
    ]


@asynccontextmanager
async def other_keys(bench: Bench) -> AsyncIterator[None]:
    """Keys of another program in the locks' database, which expire at random within the next minutes."""
    client = redis.asyncio.Redis.from_url(bench.redis_url(0))
    random = Random(1)
    for start in range(0, OTHER_KEYS, 5000):
        pipeline = client.pipeline(transaction=False)
        for number in range(start, start + 5000):
            pipeline.set(f"other:{number}", "x", px=random.randrange(600_000, 1_200_000))
        await pipeline.execute()
    try:
        yield
    finally:
        for start in range(0, OTHER_KEYS, 5000):
            await client.unlink(*(f"other:{number}" for number in range(start, start + 5000)))
        await client.aclose()


@asynccontextmanager
async def celery(bench: Bench) -> AsyncIterator[None]:
    """Worker and beat as in the Procfile, on the server's core."""
    commands = (
        ["worker", "--concurrency", "2", "--loglevel", "WARNING"],
        ["beat", "--loglevel", "WARNING", "--schedule", str(bench.logs / "beat-schedule")],
    )
    program, log = [sys.executable, "-m", "celery", "--quiet", "-A", "config"], bench.logs / "celery.log"
    processes = [start_pinned([*program, *command], bench.cores.server, log) for command in commands]
    try:
        await asyncio.sleep(8)  # both have started by then; each round's warm-up checks it
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


async def one_round(bench: Bench, holds: int) -> tuple[list[float], list[float]]:
    """Seconds from deadline to frame, for every hold and viewer; seconds from deadline to notification."""
    from seating import index, store

    subject = Housefull(bench)
    async with subject.running():
        crowd = subject.crowd()
        crowd.changes = {}
        notified: dict[str, float] = {}
        client = redis.asyncio.Redis.from_url(bench.redis_url(0), decode_responses=True)
        listening = asyncio.ensure_future(_listen(client, notified))
        try:
            await crowd.open(VIEWERS)
            await index.atouch(bench.viewed.id)
            await _until_swept(bench, crowd)
            sampled = crowd.sample(VIEWERS)
            collect_garbage()
            deadlines: dict[str, float] = {}
            for seat in bench.viewed.seats[1 : holds + 1]:
                owner = f"guest_{len(deadlines):024x}"
                reply = await store.arun(store.hold(bench.viewed.id, owner, "e", LIFE_MS, 10, [seat]))
                await client.set(f"{PROBE}{seat}", "x", pxat=int(reply[2]))
                deadlines[seat] = int(reply[2]) / 1000
                await asyncio.sleep(HOLD_EVERY_SECONDS)
            await asyncio.sleep(LIFE_MS / 1000 + WAIT_SECONDS)
            if crowd.gaps or crowd.closed:
                raise Incomplete(f"{crowd.gaps} gaps, {crowd.closed} sockets closed")
            late = [delay for viewer in sampled for delay in _delays(viewer, crowd.changes, deadlines)]
            # A notification that has not come is at least as late as now.
            now = time.time()
            return late, [notified.get(seat, now) - until for seat, until in deadlines.items()]
        finally:
            listening.cancel()
            await crowd.close()
            await client.aclose()


def _delays(viewer: Viewer, changes: dict[int, dict[str, str]], deadlines: dict[str, float]) -> list[float]:
    """Seconds from each deadline until this viewer saw the seat free. Raises Incomplete where it never did."""
    wall = time.time() - perf_counter()
    seen = {
        seat: when + wall
        for last, when in viewer.log or []
        for seat, letter in changes.get(last, {}).items()
        if letter == "a"
    }
    if missing := [seat for seat in deadlines if seat not in seen]:
        raise Incomplete(f"a viewer never saw {len(missing)} of {len(deadlines)} holds end, such as {missing[0]}")
    return [seen[seat] - until for seat, until in deadlines.items()]


async def _until_swept(bench: Bench, crowd: Crowd) -> None:
    """Holds a seat and waits until beat and worker have freed it."""
    from seating import store

    reply = await store.arun(store.hold(bench.viewed.id, "guest_e", "e", 500, 10, bench.viewed.seats[:1]))
    try:
        await crowd.everyone_has(int(reply[3]) + 1, seconds=30)
    except Incomplete:
        raise Incomplete(f"no sweep ended a hold that was due; see {bench.logs}/celery.log") from None


async def _listen(client: Any, notified: dict[str, float]) -> None:
    await client.config_set("notify-keyspace-events", "Ex")
    pubsub = client.pubsub()
    try:
        await pubsub.subscribe("__keyevent@0__:expired")
        async for message in pubsub.listen():
            if message["type"] == "message" and message["data"].startswith(PROBE):
                notified[message["data"].removeprefix(PROBE)] = time.time()
    finally:
        await pubsub.aclose()
