"""Growth: whether a frame costs more when 10,000 watch than when 500 do.

Both crowds get as many frames a second, so the process's fixed costs weigh the same on each frame: with equal pacing
the small crowd would carry twenty times as much of them, and the comparison would flatter us.
"""

from benchmarks.figures import Row, Spread
from benchmarks.house import House
from benchmarks.rows.fan_out import cost_of_frame
from benchmarks.subjects import Housefull

FEW, MANY = 500, 10_000
FRAMES_PER_SECOND = 20_000


async def measure(house: House) -> list[Row]:
    many = 3000 if house.options.quick else min(MANY, house.files - 500)
    seconds = 4.0 if house.options.quick else 10.0
    costs: dict[int, list[float]] = {FEW: [], many: []}
    frames = 0
    for number in range(house.options.rounds):
        for viewers in (FEW, many) if number % 2 == 0 else (many, FEW):
            rate = FRAMES_PER_SECOND / viewers
            cost, got = await cost_of_frame(Housefull(house), viewers, rate, seconds)
            costs[viewers].append(cost)
            frames += got
            house.say(f"growth: {viewers:,} viewers at {rate:g} changes/s: {cost:.1f} µs a frame")
    return [
        Row(
            "growth",
            f"CPU per frame per viewer, {many:,} viewers",
            Spread(tuple(costs[many]), "µs"),
            Spread(tuple(costs[FEW]), "µs"),
            f"Housefull at {FEW} viewers",
            1.2,
            delivered=f"{frames:,} frames, {FRAMES_PER_SECOND:,} a second to either crowd, all of them",
            facts={"viewers": many, "frames_per_second": FRAMES_PER_SECOND},
        )
    ]
