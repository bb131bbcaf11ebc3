"""What seating must know of a show besides its seats' states: its layout and when it sells.

Layouts never change once stored, so each is read once per process. The rest may change at any time and is
remembered for a second at most, which is how soon a cancelled show stops selling over a socket.
"""

import asyncio
import time
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from statistics import median

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError

from cinema.models import SeatingPlan, Show
from cinema.states import Sale
from seating.errors import HoldsUnavailable, ShowClosed, UnknownShow
from seating.in_flight import InFlight

FRESH_SECONDS = 1.0
PATIENCE_SECONDS = 2.0  # for a database that does not answer, while older facts are at hand
LARGEST_ID = 2**63 - 1
AISLE = 1.6  # a gap wider than so many usual distances between seats of the row is an aisle


class Layout:
    """One seating plan's seats in their public order, with who sits next to whom."""

    def __init__(self, seats: list[dict]) -> None:
        self.seats = {seat["id"]: seat for seat in seats}
        self.ids = tuple(self.seats)
        self.index = {seat: place for place, seat in enumerate(self.ids)}

    @cached_property
    def blocks(self) -> list[list[str]]:
        """Seats of one row between two aisles, from left to right; a couple's places count as neighbours."""
        rows: dict[tuple, list[dict]] = {}
        for seat in self.seats.values():
            rows.setdefault((seat.get("zone", ""), seat["row"]), []).append(seat)
        blocks = []
        for row in rows.values():
            row.sort(key=lambda seat: seat["x"])
            distances = [_distance(left, right) for left, right in pairwise(row)]
            usual = median(distances) if distances else 0.0
            block = [row[0]["id"]]
            for seat, distance in zip(row[1:], distances, strict=True):
                if distance > usual * AISLE:
                    blocks.append(block)
                    block = []
                block.append(seat["id"])
            blocks.append(block)
        return blocks

    @cached_property
    def block_of(self) -> dict[str, int]:
        return {seat: number for number, block in enumerate(self.blocks) for seat in block}

    @cached_property
    def couples(self) -> dict[str, str]:
        return {seat["id"]: seat["couple"] for seat in self.seats.values() if seat.get("couple")}


def _distance(left: dict, right: dict) -> float:
    return ((left["x"] - right["x"]) ** 2 + (left["y"] - right["y"]) ** 2) ** 0.5


@dataclass(frozen=True)
class ShowFacts:
    """The show as it was read, which decides whether it sells, and its layout."""

    show: Show
    layout: Layout

    @property
    def id(self) -> int:
        return self.show.pk

    @property
    def state(self) -> str:
        return self.show.state

    @property
    def refuse_single_seats(self) -> bool:
        return self.show.refuse_single_seats

    def check_on_sale(self) -> None:
        """Raises ShowClosed, saying why, unless seats may be held now."""
        match self.show.sale():
            case Sale.CANCELLED:
                raise ShowClosed("This show is cancelled.")
            case Sale.CLOSED | Sale.OVER:
                raise ShowClosed("The sale for this show has ended. Choose another show.")
            case Sale.NOT_YET:
                raise ShowClosed(f"The sale for this show opens at {self.show.on_sale_at:%Y-%m-%d %H:%M} UTC.")


@lru_cache(maxsize=256)
def layout_of_plan(plan_id: int) -> Layout:
    return Layout(SeatingPlan.objects.values_list("layout", flat=True).get(pk=plan_id)["seats"])


_remembered: dict[int, tuple[float, ShowFacts]] = {}
_looking: InFlight[ShowFacts] = InFlight()


def show_facts(show_id: int) -> ShowFacts:
    """Reads the show from the database. Raises UnknownShow."""
    show = Show.objects.filter(pk=show_id).first() if 0 < show_id <= LARGEST_ID else None
    if show is None:
        raise UnknownShow(f"There is no show {show_id}.")
    facts = ShowFacts(show, layout_of_plan(show.plan_id))
    _remembered[show_id] = (time.monotonic(), facts)
    return facts


async def recent_show_facts(show_id: int) -> ShowFacts:
    """`show_facts` for the event loop, at most a second old: a hot show costs one query a second, however many hold.

    While the database is away, what was known last goes on: watching and holding do not need it. Raises UnknownShow,
    and HoldsUnavailable when nothing is known yet.
    """
    known = _remembered.get(show_id)
    if known and time.monotonic() - known[0] < FRESH_SECONDS:
        return known[1]
    try:
        looking = _looking.share(show_id, sync_to_async(show_facts))
        return await asyncio.wait_for(looking, PATIENCE_SECONDS if known else None)
    except (OperationalError, InterfaceError, TimeoutError):
        if known is None:
            raise HoldsUnavailable("The show cannot be looked up just now. Try again in a moment.") from None
        _remembered[show_id] = (time.monotonic(), known[1])
        return known[1]
