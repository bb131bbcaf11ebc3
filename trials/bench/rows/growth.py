"""Growth: whether a frame costs more with 10,000 viewers than with 500.

Both crowds get the same number of frames a second, so each frame carries the same share of the process's fixed costs.
With the same number of changes a second the small crowd's frames would carry twenty times as much, and we would look
better than we are.

picows' bare broadcast is measured in the same way: a loop in C over ten thousand sockets shows how much of the growth
comes from the kernel, whose memory for so many sockets does not fit into the processor's caches.
"""

from trials.bench.environment import Bench
from trials.bench.figures import Row, Spread
from trials.bench.rows.fan_out import cost_of_frame
from trials.bench.subjects import Broadcast, Housefull

FEW, MANY = 500, 10_000
FRAMES_PER_SECOND = 20_000
SUBJECTS = {"housefull": Housefull, "picows": Broadcast}


async def measure(bench: Bench) -> list[Row]:
    many = 3000 if bench.options.quick else min(MANY, bench.files - 500)
    seconds = 4.0 if bench.options.quick else 10.0
    costs: dict[tuple[str, int], list[float]] = {(name, count): [] for name in SUBJECTS for count in (FEW, many)}
    frames = dict.fromkeys(SUBJECTS, 0)
    for number in range(bench.options.rounds):
        for name, viewers in list(costs)[:: 1 if number % 2 == 0 else -1]:
            rate = FRAMES_PER_SECOND / viewers
            cost, got = await cost_of_frame(SUBJECTS[name](bench), viewers, rate, seconds)
            costs[name, viewers].append(cost)
            frames[name] += got
            bench.log(f"growth: {name}, {viewers:,} viewers at {rate:g} changes/s: {cost:.1f} µs a frame")
    return [
        Row(
            "growth",
            f"CPU per frame per viewer, {many:,} viewers" + ("" if name == "housefull" else f": {name} itself"),
            Spread(tuple(costs[name, many]), "µs"),
            Spread(tuple(costs[name, FEW]), "µs"),
            f"the same at {FEW} viewers",
            1.2 if name == "housefull" else None,
            delivered=f"{frames[name]:,} frames, {FRAMES_PER_SECOND:,} a second to either crowd, all of them",
            facts={"viewers": many, "frames_per_second": FRAMES_PER_SECOND},
        )
        for name in SUBJECTS
    ]
