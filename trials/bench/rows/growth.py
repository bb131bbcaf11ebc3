"""Growth: whether a frame costs more when 10,000 watch than when 500 do.

Both crowds get as many frames a second, so the process's fixed costs weigh the same on each frame: with equal pacing
the small crowd would carry twenty times as much of them, and the comparison would flatter us.

picows' bare broadcast is measured the same way: a loop in C over ten thousand sockets shows how much of the growth is
the kernel's, whose own memory for each socket no longer fits the processor's caches.
"""

from trials.bench.figures import Row, Spread
from trials.bench.house import House
from trials.bench.rows.fan_out import cost_of_frame
from trials.bench.subjects import Broadcast, Housefull

FEW, MANY = 500, 10_000
FRAMES_PER_SECOND = 20_000
SUBJECTS = {"housefull": Housefull, "picows": Broadcast}


async def measure(house: House) -> list[Row]:
    many = 3000 if house.options.quick else min(MANY, house.files - 500)
    seconds = 4.0 if house.options.quick else 10.0
    costs: dict[tuple[str, int], list[float]] = {(name, count): [] for name in SUBJECTS for count in (FEW, many)}
    frames = dict.fromkeys(SUBJECTS, 0)
    for number in range(house.options.rounds):
        for name, viewers in list(costs)[:: 1 if number % 2 == 0 else -1]:
            rate = FRAMES_PER_SECOND / viewers
            cost, got = await cost_of_frame(SUBJECTS[name](house), viewers, rate, seconds)
            costs[name, viewers].append(cost)
            frames[name] += got
            house.say(f"growth: {name}, {viewers:,} viewers at {rate:g} changes/s: {cost:.1f} µs a frame")
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
