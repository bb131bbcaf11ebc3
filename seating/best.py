"""Chooses seats for a party: side by side if they can be, near the middle, two thirds of the way back.

The sweet spot follows the usual advice for cinemas (SMPTE EG 18 and THX name the same region): on the hall's axis,
about two thirds of the distance between the first row and the last.
"""

from collections.abc import Iterable

from seating.layouts import Layout

BACK = 2 / 3


def choose(
    layout: Layout, free: set[str], count: int, *, tier: str | None = None, accessible: bool = False
) -> tuple[list[str], bool]:
    """`(seats, adjacent)`; `([], False)` when fewer than `count` suitable seats are free.

    Wheelchair and companion places are offered only when `accessible` is asked for; couples stay whole.
    """
    usable = {seat for seat in free if _suits(layout, seat, tier, accessible, free)}
    together = [
        window
        for block in layout.blocks
        for window in _windows(block, usable, count)
        if _keeps_couples(layout, window) and (not accessible or _has_wheelchair(layout, window))
    ]
    if together:
        return min(together, key=lambda window: (_leaves_single(layout, free, window), _cost(layout, window))), True
    nearest = sorted(usable, key=lambda seat: _cost(layout, [seat]))
    chosen: list[str] = []
    for seat in nearest:
        partner = layout.couples.get(seat)
        group = [seat, partner] if partner else [seat]
        if seat not in chosen and len(chosen) + len(group) <= count:
            chosen.extend(group)
    if len(chosen) < count or (accessible and not _has_wheelchair(layout, chosen)):
        return [], False
    return chosen, False


def _suits(layout: Layout, seat: str, tier: str | None, accessible: bool, free: set[str]) -> bool:
    facts = layout.seats[seat]
    special = facts.get("wheelchair") or facts.get("companion")
    partner = layout.couples.get(seat)
    return (tier is None or facts["tier"] == tier) and (accessible or not special) and (not partner or partner in free)


def _windows(block: list[str], usable: set[str], count: int) -> Iterable[list[str]]:
    for start in range(len(block) - count + 1):
        window = block[start : start + count]
        if usable.issuperset(window):
            yield window


def _keeps_couples(layout: Layout, seats: list[str]) -> bool:
    return all(layout.couples.get(seat, seat) in seats for seat in seats)


def _has_wheelchair(layout: Layout, seats: list[str]) -> bool:
    return any(layout.seats[seat].get("wheelchair") for seat in seats)


def _leaves_single(layout: Layout, free: set[str], window: list[str]) -> bool:
    block = layout.blocks[layout.block_of[window[0]]]
    first, last = block.index(window[0]), block.index(window[-1])
    rest = [place in free for place in block]
    left = first > 0 and rest[first - 1] and not (first > 1 and rest[first - 2])
    right = last + 1 < len(block) and rest[last + 1] and not (last + 2 < len(block) and rest[last + 2])
    return bool(left or right)


def _cost(layout: Layout, seats: list[str]) -> float:
    xs = [seat["x"] for seat in layout.seats.values()]
    ys = [seat["y"] for seat in layout.seats.values()]
    middle, deep = (min(xs) + max(xs)) / 2, min(ys) + (max(ys) - min(ys)) * BACK
    places = [layout.seats[seat] for seat in seats]
    return sum((place["x"] - middle) ** 2 + 2 * (place["y"] - deep) ** 2 for place in places) / len(places)
