"""Chooses seats for a party: side by side if possible, and near the hall's best point."""

from collections.abc import Iterable

from cinema.plans.halls import Hall


def choose(
    hall: Hall, free: set[str], count: int, *, tier: str | None = None, accessible: bool = False
) -> tuple[list[str], bool]:
    """`(seats, adjacent)`; `([], False)` when fewer than `count` suitable seats are free.

    Wheelchair and companion places are offered only when `accessible` is asked for; couples stay whole.
    """
    usable = {seat for seat in free if _suits(hall, seat, tier, accessible, free)}
    together = [
        window
        for block in hall.blocks
        for window in _windows(block, usable, count)
        if _keeps_couples(hall, window) and (not accessible or _has_wheelchair(hall, window))
    ]
    if together:
        return min(together, key=lambda window: (_leaves_single(hall, free, window), _cost(hall, window))), True
    nearest = sorted(usable, key=lambda seat: _cost(hall, [seat]))
    chosen: list[str] = []
    for seat in nearest:
        partner = hall.couples.get(seat)
        group = [seat, partner] if partner else [seat]
        if seat not in chosen and len(chosen) + len(group) <= count:
            chosen.extend(group)
    if len(chosen) < count or (accessible and not _has_wheelchair(hall, chosen)):
        return [], False
    return chosen, False


def _suits(hall: Hall, seat: str, tier: str | None, accessible: bool, free: set[str]) -> bool:
    facts = hall.seats[seat]
    special = facts.get("wheelchair") or facts.get("companion")
    partner = hall.couples.get(seat)
    return (tier is None or facts["tier"] == tier) and (accessible or not special) and (not partner or partner in free)


def _windows(block: list[str], usable: set[str], count: int) -> Iterable[list[str]]:
    for start in range(len(block) - count + 1):
        window = block[start : start + count]
        if usable.issuperset(window):
            yield window


def _keeps_couples(hall: Hall, seats: list[str]) -> bool:
    return all(hall.couples.get(seat, seat) in seats for seat in seats)


def _has_wheelchair(hall: Hall, seats: list[str]) -> bool:
    return any(hall.seats[seat].get("wheelchair") for seat in seats)


def _leaves_single(hall: Hall, free: set[str], window: list[str]) -> bool:
    block = hall.blocks[hall.block_of[window[0]]]
    first, last = block.index(window[0]), block.index(window[-1])
    rest = [place in free for place in block]
    left = first > 0 and rest[first - 1] and not (first > 1 and rest[first - 2])
    right = last + 1 < len(block) and rest[last + 1] and not (last + 2 < len(block) and rest[last + 2])
    return bool(left or right)


def _cost(hall: Hall, seats: list[str]) -> float:
    x, y = hall.best_point
    places = [hall.seats[seat] for seat in seats]
    distances = sum((place["x"] - x) ** 2 + 2 * (place["y"] - y) ** 2 for place in places)
    return float(distances / len(places))
