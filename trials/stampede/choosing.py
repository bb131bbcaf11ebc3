"""Which seats a buyer chooses on their map."""

import random
from collections.abc import Sequence

from trials.stampede.target import Seat

FREE = ord("a")


def choose_seats(seats: Sequence[Seat], states: bytearray, count: int, start: int) -> list[str]:
    """Up to `count` free seats side by side, the first ones from place `start` on; couples' seats are taken in pairs.

    `states` is a letter per seat in the layout's order. Empty when nothing is free.
    """
    shorter: list[str] = []
    for step in range(len(seats)):
        place = (start + step) % len(seats)
        if states[place] != FREE:
            continue
        party = _with_partners(seats, states, _neighbours(seats, states, place, count))
        if len(party) >= count:
            return party
        if len(party) > len(shorter):
            shorter = party
    return shorter


def _neighbours(seats: Sequence[Seat], states: bytearray, place: int, count: int) -> list[Seat]:
    """Free seats of one row that follow each other, beginning with the one at `place`."""
    found = []
    for other in range(place, min(place + count, len(seats))):
        if states[other] != FREE or seats[other].row != seats[place].row:
            break
        found.append(seats[other])
    return found


def _with_partners(seats: Sequence[Seat], states: bytearray, party: list[Seat]) -> list[str]:
    free = {seat.id for seat, letter in zip(seats, states, strict=True) if letter == FREE} if _couples(party) else set()
    chosen: dict[str, None] = {}
    for seat in party:
        if seat.couple is None:
            chosen[seat.id] = None
        elif seat.couple in free:
            chosen[seat.id] = chosen[seat.couple] = None
    return list(chosen)


def _couples(party: list[Seat]) -> bool:
    return any(seat.couple is not None for seat in party)


def starting_place(seats: int, popular: bool) -> int:
    """Where to start looking: anywhere, or where everybody else starts too."""
    return 0 if popular else random.randrange(seats)  # noqa: S311 - no secret
