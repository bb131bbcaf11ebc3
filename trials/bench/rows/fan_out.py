"""Fan-out: what one frame to one of 2,000 viewers of one show costs the server process, in microseconds of CPU."""

import asyncio

from trials.bench import machine
from trials.bench.environment import Bench, collect_garbage, paced
from trials.bench.figures import Row, Skipped, Spread
from trials.bench.subjects import Broadcast, Housefull, Plain, Subject, socketio_or_skip

VIEWERS = 2000
FAST, SLOW = 10.0, 1.0  # changes a second; a plain consumer cannot do more than about two
WARM_UP_CHANGES = 5
UNIT = "µs"


# reference, changes a second, its name, the goal
REFERENCES = (
    ("socketio", FAST, "Socket.IO 4 + Redis adapter", 0.75),
    ("picows", FAST, "picows' bare broadcast", 1.4),
    ("core", SLOW, "plain consumer, RedisChannelLayer", 1 / 15),
    ("pubsub", SLOW, "plain consumer, RedisPubSubChannelLayer", 1 / 15),
)
Plan = tuple[str, float]  # a subject and its pace


async def measure(bench: Bench) -> list[Row]:
    viewers = 1000 if bench.options.quick else VIEWERS
    seconds = {FAST: 3.0, SLOW: 4.0} if bench.options.quick else {FAST: 8.0, SLOW: 10.0}
    plans: list[Plan] = [("housefull", FAST), ("picows", FAST), ("housefull", SLOW), ("core", SLOW), ("pubsub", SLOW)]
    missing = ""
    try:
        socketio_or_skip(bench)
        plans.insert(1, ("socketio", FAST))
    except Skipped as reason:
        missing = str(reason)
        bench.log(f"fan-out: no Socket.IO: {missing}")
    costs: dict[Plan, list[float]] = {plan: [] for plan in plans}
    frames = dict.fromkeys(plans, 0)
    for number in range(bench.options.rounds):
        for plan in plans if number % 2 == 0 else plans[::-1]:
            name, rate = plan
            cost, got = await cost_of_frame(_subject(bench, name), viewers, rate, seconds[rate])
            costs[plan].append(cost)
            frames[plan] += got
            bench.log(f"fan-out: {name} at {rate:g} changes/s: {cost:.1f} µs a frame ({got} frames)")
    rows = []
    for name, rate, label, limit in REFERENCES:
        theirs, changes = costs.get((name, rate)), round(rate * seconds[rate]) * bench.options.rounds
        rows.append(
            Row(
                "fan-out",
                f"CPU per frame per socket, {viewers:,} viewers, {rate:g}/s",
                Spread(tuple(costs["housefull", rate]), UNIT),
                Spread(tuple(theirs), UNIT) if theirs else None,
                label,
                limit,
                delivered=f"{changes:,} changes of 3 seats at {rate:g}/s were {frames['housefull', rate]:,} frames",
                skipped="" if theirs else missing,
                facts={"viewers": viewers, "changes_per_second": rate, "seats_per_change": 3, "changes": changes},
            )
        )
    return rows


def _subject(bench: Bench, name: str) -> Subject:
    if name == "housefull":
        return Housefull(bench)
    if name == "picows":
        return Broadcast(bench)
    return socketio_or_skip(bench) if name == "socketio" else Plain(bench, name)


async def cost_of_frame(subject: Subject, viewers: int, rate: float, seconds: float) -> tuple[float, int]:
    """Microseconds of the server's CPU per frame that arrived, and how many did. Raises Incomplete.

    All that the process does in the window counts: reading from Redis, encoding, heartbeats, pings, regular checks.
    """
    async with subject.running():
        crowd = subject.crowd()
        try:
            await crowd.open(viewers)
            number = 0
            for _ in range(WARM_UP_CHANGES):
                number = await subject.change()
                await crowd.everyone_has(number)
            collect_garbage()
            await asyncio.sleep(0.5)
            frames, cpu = crowd.frames, machine.cpu_seconds(subject.pid)
            _, number = await paced(rate, seconds, subject.change)
            await crowd.everyone_has(number)
            await asyncio.sleep(0.1)
            spent, frames = machine.cpu_seconds(subject.pid) - cpu, crowd.frames - frames
            crowd.check(number)
            return spent / frames * 1e6, frames
        finally:
            await crowd.close()
