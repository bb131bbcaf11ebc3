"""Joining: Redis commands per viewer who comes to a show that others watch already."""

import asyncio
from time import perf_counter

import redis.asyncio

from trials.bench.environment import Bench
from trials.bench.figures import Incomplete, Row, Spread
from trials.bench.subjects import Housefull, Plain, Subject

VIEWERS = 2000
WATCHING = 10


async def measure(bench: Bench) -> list[Row]:
    viewers = 500 if bench.options.quick else VIEWERS
    rounds = bench.options.rounds
    ours = [await per_viewer(bench, Housefull(bench), viewers) for _ in range(rounds)]
    theirs = [await per_viewer(bench, Plain(bench, "core"), viewers)]
    return [
        Row(
            "joining",
            f"Redis commands per joining viewer, {viewers:,} joining",
            Spread(tuple(ours), "commands"),
            Spread(tuple(theirs), "commands"),
            "plain consumer, RedisChannelLayer",
            0.01,
            absolute=True,
            delivered=f"all {viewers:,} were shown the map",
        )
    ]


async def per_viewer(bench: Bench, subject: Subject, viewers: int) -> float:
    """Commands that Valkey counted while they joined, less those of an equally long time in which nobody joined."""
    client = redis.asyncio.Redis.from_url(bench.redis_url(0))

    async def commands() -> int:
        return int((await client.info("stats"))["total_commands_processed"])

    async with subject.running():
        crowd = subject.crowd()
        try:
            await crowd.open(WATCHING)
            await asyncio.sleep(2)
            before, began = await commands(), perf_counter()
            await crowd.open(viewers)
            taken = perf_counter() - began
            seconds = -(-taken // 2) * 2 + 2  # a multiple of the two seconds between the hub's checks
            await asyncio.sleep(seconds - taken)
            between = await commands()
            await asyncio.sleep(seconds)
            after = await commands()
            if crowd.closed:
                raise Incomplete(f"{crowd.closed} of {viewers} sockets were closed")
        finally:
            await crowd.close()
            await client.aclose()
    return max(0.0, (between - before) - (after - between)) / viewers
