"""Reading a show's seats, for every other app."""

from dataclasses import dataclass

from cinema.models import Show
from cinema.plans.halls import Hall
from cinema.selectors import hall_of_plan
from seating import store
from seating.best import choose
from seating.errors import HoldsUnavailable, UnknownShow
from seating.facts import show_facts
from seating.services.execute import rebuild_show, run_built
from seating.states import BY_LETTER, SeatState


@dataclass(frozen=True)
class SeatMap:
    """A show's seats at one moment: `seats` maps every public id, in layout order, to its state's name."""

    show: int
    epoch: str
    seq: int
    seats: dict[str, str]


@dataclass(frozen=True)
class Figures:
    """How full a show is, in seats; `viewers` is how many sockets watch it on all web processes.

    `lapsed` and `refused` say what unpaid holds have cost it so far: seats that ran out unpaid or were given back late,
    and seats refused to an address or account whose budget was used up (seating/budgets.py).
    """

    show: int
    available: int
    held: int
    sold: int
    blocked: int
    viewers: int
    lapsed: int = 0
    refused: int = 0


def seat_map(show_id: int) -> SeatMap:
    """Raises UnknownShow, HoldsUnavailable."""
    hall = show_facts(show_id).hall
    now = store.read_snapshot(run_built(store.snapshot(show_id)))
    available = SeatState.AVAILABLE.letter
    seats = {seat: BY_LETTER[now.states.get(seat, available)].value for seat in hall.ids}
    return SeatMap(show_id, now.epoch, now.seq, seats)


def map_version(show_id: int) -> str:
    """Changes with every change of the show's seats; used as an ETag. Raises as `seat_map` does."""
    show_facts(show_id)
    [position] = store.positions([show_id])
    if position is None:
        rebuild_show(show_id)
        [position] = store.positions([show_id])
    if position is None:
        raise HoldsUnavailable("The seat service has lost this show. Try again in a moment.")
    return f"{position[0]}.{position[1]}"


def held_by(show_id: int, owner: str) -> tuple[str, ...]:
    """Seats this owner holds at the show, over all their holds. Raises HoldsUnavailable."""
    holds = store.read_snapshot(run_built(store.snapshot(show_id))).holds
    return tuple(seat for hold in holds.get(owner, {}).values() for seat in hold["seats"])


def figures(show_ids: list[int]) -> list[Figures]:
    """One entry per show, in the order asked for. Raises UnknownShow, HoldsUnavailable."""
    plan_of = dict(Show.objects.filter(pk__in=show_ids).values_list("pk", "plan_id"))
    for show_id in show_ids:
        if show_id not in plan_of:
            raise UnknownShow(f"There is no show {show_id}.")
    counted = store.counts(show_ids)
    for show_id, numbers in zip(show_ids, counted, strict=True):
        if numbers is None:
            rebuild_show(show_id)
    if None in counted:
        counted = store.counts(show_ids)
    return [
        _figures(show_id, hall_of_plan(plan_of[show_id]), numbers or {})
        for show_id, numbers in zip(show_ids, counted, strict=True)
    ]


def _figures(show_id: int, hall: Hall, numbers: dict[str, int]) -> Figures:
    held, sold, blocked = (numbers.get(name, 0) for name in ("held", "sold", "blocked"))
    available = len(hall.ids) - held - sold - blocked
    viewers, lapsed, refused = (numbers.get(name, 0) for name in ("viewers", "lapsed", "refused"))
    return Figures(show_id, available, held, sold, blocked, viewers, lapsed, refused)


def best_available(
    show_id: int, count: int, tier: str | None = None, accessible: bool = False
) -> tuple[list[str], bool]:
    """The best free seats for a party and whether they are side by side; `[]` when there are not so many.

    Holds nothing. Raises UnknownShow, HoldsUnavailable.
    """
    hall = show_facts(show_id).hall
    states = store.read_snapshot(run_built(store.snapshot(show_id))).states
    return choose(hall, set(hall.ids) - set(states), count, tier=tier, accessible=accessible)
