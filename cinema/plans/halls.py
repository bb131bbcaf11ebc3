"""A stored layout as programs ask about it: which seats are neighbours, which belong together, where the best ones are.

Everything here follows from the layout's own seats and is worked out once for a layout. A plan's layout never changes,
so `cinema.selectors.hall_of_plan` keeps one `Hall` for each plan and process.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Any

AISLE = 1.6  # a gap wider than so many usual distances between seats of its row is an aisle
BACK = 2 / 3  # how far back the best seats are, from the first row (0) to the last (1)


class Hall:
    """One layout's seats in their public order. Do not change what it returns: all callers share it."""

    def __init__(self, seats: Sequence[dict[str, Any]]) -> None:
        """`seats` as in the layout's JSON; see `cinema.plans`."""
        self.seats = {seat["id"]: seat for seat in seats}
        self.ids = tuple(self.seats)
        self.index = {seat: place for place, seat in enumerate(self.ids)}

    @cached_property
    def blocks(self) -> list[list[str]]:
        """Seats of one row between two aisles, from left to right; a couple's places count as neighbours."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for seat in self.seats.values():
            rows.setdefault(seat["row"], []).append(seat)
        return [block for row in rows.values() for block in _split_at_aisles(row)]

    @cached_property
    def block_of(self) -> dict[str, int]:
        """Seat → its block's place in `blocks`."""
        return {seat: number for number, block in enumerate(self.blocks) for seat in block}

    @cached_property
    def couples(self) -> dict[str, str]:
        """Seat → partner, both ways, for places that are only sold together."""
        return {seat["id"]: seat["couple"] for seat in self.seats.values() if seat.get("couple")}

    @cached_property
    def tiers(self) -> dict[str, str]:
        """Seat → tier, in the layout's order."""
        return {seat["id"]: seat["tier"] for seat in self.seats.values()}

    @cached_property
    def best_point(self) -> tuple[float, float]:
        """Where the best seats are: on the hall's axis, two thirds of the way from the first row to the last.

        That is the usual advice for cinemas; SMPTE EG 18 and THX name the same region.
        """
        xs = [seat["x"] for seat in self.seats.values()]
        ys = [seat["y"] for seat in self.seats.values()]
        return (min(xs) + max(xs)) / 2, min(ys) + (max(ys) - min(ys)) * BACK


def _split_at_aisles(row: list[dict[str, Any]]) -> list[list[str]]:
    row = sorted(row, key=lambda seat: seat["x"])
    distances = [_distance(left, right) for left, right in pairwise(row)]
    usual = median(distances) if distances else 0.0
    blocks = [[row[0]["id"]]]
    for seat, distance in zip(row[1:], distances, strict=True):
        if distance > usual * AISLE:
            blocks.append([])
        blocks[-1].append(seat["id"])
    return blocks


def _distance(left: dict[str, Any], right: dict[str, Any]) -> float:
    return float(((left["x"] - right["x"]) ** 2 + (left["y"] - right["y"]) ** 2) ** 0.5)
