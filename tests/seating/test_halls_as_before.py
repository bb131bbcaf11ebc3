"""One reading of a hall gives what two gave before: the earlier code is kept here and compared over random halls.

There were two rules for what an aisle is. For neighbours (holding, best available) a gap was an aisle when it was wider
than 1.6 times the median gap of its row; that rule stays. For the pairing of couples, when a plan is read, it was 1.6
times the smallest gap. The two rules split rows differently, for instance with gaps of 20, 40, 40, 40 (an aisle at
every 40 by the second rule, none by the first). But the pairs never depended on it: when every part had an even number
of seats, pairing part by part is the same as pairing the whole run, and otherwise the whole run was paired.
"""

import math
from itertools import pairwise
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from cinema.plans import read_plan
from cinema.plans.halls import Hall
from seating.best import choose
from tests.factories import plan_file

GAPS = st.sampled_from([18, 20, 20, 20, 30, 31, 32, 33, 40, 70, 200])
ROW = st.lists(GAPS, min_size=1, max_size=11)
KINDS = st.sampled_from(["Classic", "Classic", "Prime", "Couple sofa", "Wheelchair", "Companion"])


@st.composite
def layouts(draw):
    """The layout of a hall with up to five rows, read from a plan file."""
    rows = draw(st.lists(ROW, min_size=1, max_size=5))
    plan = plan_file({chr(65 + number): len(gaps) + 1 for number, gaps in enumerate(rows)})
    zone = plan["zones"][0]
    for gaps, row in zip(rows, zone["rows"], strict=True):
        row["position"] = {"x": draw(st.integers(0, 40)), "y": row["position"]["y"]}
        bend, at = draw(st.sampled_from([0, 0, 3])), 0
        for number, (gap, seat) in enumerate(zip([0, *gaps], row["seats"], strict=True)):
            at += gap
            seat["position"] = {"x": at, "y": bend * number}
            seat["category"] = draw(KINDS)
    plan["categories"] = [{"name": name, "color": "#4477aa"} for name in sorted(used_in(zone))]
    return read_plan(plan).layout


def used_in(zone):
    return {seat["category"] for row in zone["rows"] for seat in row["seats"]}


# -------------------------------------------------------------------------------------- as it was before
class EarlierLayout:
    def __init__(self, seats):
        self.seats = {seat["id"]: seat for seat in seats}
        self.blocks = []
        rows = {}
        for seat in self.seats.values():
            rows.setdefault((seat.get("zone", ""), seat["row"]), []).append(seat)
        for row in rows.values():
            row.sort(key=lambda seat: seat["x"])
            distances = [((a["x"] - b["x"]) ** 2 + (a["y"] - b["y"]) ** 2) ** 0.5 for a, b in pairwise(row)]
            usual = median(distances) if distances else 0.0
            block = [row[0]["id"]]
            for seat, distance in zip(row[1:], distances, strict=True):
                if distance > usual * 1.6:
                    self.blocks.append(block)
                    block = []
                block.append(seat["id"])
            self.blocks.append(block)
        self.block_of = {seat: number for number, block in enumerate(self.blocks) for seat in block}
        self.couples = {seat["id"]: seat["couple"] for seat in self.seats.values() if seat.get("couple")}


def earlier_choice(layout, free, count, tier, accessible):
    def suits(seat):
        facts, partner = layout.seats[seat], layout.couples.get(seat)
        special = facts.get("wheelchair") or facts.get("companion")
        return (
            (tier is None or facts["tier"] == tier) and (accessible or not special) and (not partner or partner in free)
        )

    def has_wheelchair(seats):
        return any(layout.seats[seat].get("wheelchair") for seat in seats)

    def leaves_single(window):
        block = layout.blocks[layout.block_of[window[0]]]
        first, last = block.index(window[0]), block.index(window[-1])
        rest = [place in free for place in block]
        left = first > 0 and rest[first - 1] and not (first > 1 and rest[first - 2])
        right = last + 1 < len(block) and rest[last + 1] and not (last + 2 < len(block) and rest[last + 2])
        return bool(left or right)

    def cost(seats):
        xs = [seat["x"] for seat in layout.seats.values()]
        ys = [seat["y"] for seat in layout.seats.values()]
        middle, deep = (min(xs) + max(xs)) / 2, min(ys) + (max(ys) - min(ys)) * (2 / 3)
        places = [layout.seats[seat] for seat in seats]
        return sum((place["x"] - middle) ** 2 + 2 * (place["y"] - deep) ** 2 for place in places) / len(places)

    usable = {seat for seat in free if suits(seat)}
    windows = [block[start : start + count] for block in layout.blocks for start in range(len(block) - count + 1)]
    together = [
        window
        for window in windows
        if usable.issuperset(window)
        and all(layout.couples.get(seat, seat) in window for seat in window)
        and (not accessible or has_wheelchair(window))
    ]
    if together:
        return min(together, key=lambda window: (leaves_single(window), cost(window))), True
    chosen = []
    for seat in sorted(usable, key=lambda seat: cost([seat])):
        partner = layout.couples.get(seat)
        group = [seat, partner] if partner else [seat]
        if seat not in chosen and len(chosen) + len(group) <= count:
            chosen.extend(group)
    return ([], False) if len(chosen) < count or (accessible and not has_wheelchair(chosen)) else (chosen, False)


def earlier_pairs(points):
    """Couples of one run of couple seats, by their places in it."""
    run = list(range(len(points)))
    gaps = [math.dist(a, b) for a, b in pairwise(points)]
    near = min(gaps) or 1.0
    parts = [[run[0]]]
    for place, gap in zip(run[1:], gaps, strict=True):
        if gap > near * 1.6:
            parts.append([])
        parts[-1].append(place)
    if not all(len(part) % 2 == 0 for part in parts):
        parts = [run]
    return [pair for part in parts for pair in zip(part[::2], part[1::2], strict=False)]


# ----------------------------------------------------------------------------------------------- the same
@settings(max_examples=300, deadline=None)
@given(layout=layouts(), data=st.data())
def test_neighbours_couples_and_the_best_seats_are_the_same_as_before(layout, data):
    before, hall = EarlierLayout(layout["seats"]), Hall(layout["seats"])
    assert (hall.blocks, hall.block_of, hall.couples) == (before.blocks, before.block_of, before.couples)
    free = data.draw(st.sets(st.sampled_from(hall.ids)))
    count = data.draw(st.integers(1, 6))
    tier = data.draw(st.sampled_from([None, None, *hall.tiers.values()]))
    for accessible in (False, True):
        now = choose(hall, free, count, tier=tier, accessible=accessible)
        assert now == earlier_choice(before, free, count, tier, accessible)


@settings(max_examples=300, deadline=None)
@given(gaps=ROW)
def test_couples_are_paired_as_before(gaps):
    plan = plan_file({"L": len(gaps) + 1}, categories={"L": "Couple sofa"})
    points, at = [], 0
    for gap, seat in zip([0, *gaps], plan["zones"][0]["rows"][0]["seats"], strict=True):
        at += gap
        seat["position"]["x"] = at
        points.append((at, 0))
    couples = {seat["id"]: seat["couple"] for seat in read_plan(plan).layout["seats"] if seat["couple"]}
    expected = {f"L{a + 1}": f"L{b + 1}" for a, b in earlier_pairs(points)}
    assert couples == expected | {b: a for a, b in expected.items()}
