"""The proof from outside: no seat was granted to two people, and every viewer ended on the map that a new one gets.

Pure functions on what the ledger and the viewers know. Only a certain overlap is reported, so "granted twice" cannot be
a matter of timing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from trials.stampede.ledger import NOTICE_SECONDS, Grant, Ledger, Loss

STATE_NAMES = {"a": "available", "h": "held", "s": "sold", "b": "blocked"}


@dataclass(frozen=True)
class FreshMap:
    """`states` is a letter per seat in the layout's order, as bytes."""

    epoch: str
    seq: int
    states: bytes


class MapHolder(Protocol):
    """A viewer, as the proof sees one."""

    epoch: str
    seq: int
    states: bytearray
    last_close: int

    @property
    def name(self) -> str: ...

    @property
    def on_map(self) -> bool: ...


# ------------------------------------------------------------------------------------------ no two holders
@dataclass(frozen=True)
class Span:
    """A time, by the stampede's clock, during which a grant was certainly valid."""

    start: float
    end: float
    grant: Grant


def seats_granted_twice(ledger: Ledger) -> list[str]:
    """A sentence for every two grants that certainly overlapped, oldest first."""
    by_seat: dict[str, list[Span]] = defaultdict(list)
    for grant in ledger.grants:
        for start, end in grant.certain():
            for seat in grant.seats:
                by_seat[seat].append(Span(start, end, grant))
    found = []
    for seat, spans in by_seat.items():
        for earlier, later in _overlaps(spans):
            if earlier.grant.holder != later.grant.holder and not _explained_by_loss(earlier, later, ledger.losses):
                found.append((later.start, _sentence(seat, earlier, later)))
    return [sentence for _, sentence in sorted(found)]


def _overlaps(spans: list[Span]) -> Iterator[tuple[Span, Span]]:
    still_open: list[Span] = []
    for later in sorted(spans, key=lambda span: span.start):
        still_open = [earlier for earlier in still_open if earlier.end > later.start]
        yield from ((earlier, later) for earlier in still_open)
        still_open.append(later)


def _sentence(seat: str, earlier: Span, later: Span) -> str:
    had = "had sold" if earlier.grant.sold <= later.start else "had given"
    gave = "sold" if later.grant.sold <= later.start else "gave"
    apart = later.start - earlier.start
    first, second = earlier.grant.holder, later.grant.holder
    return f"seat {seat}: the site {had} it to {first} and {gave} it to {second} {apart:.3f} s later"


def _explained_by_loss(earlier: Span, later: Span, losses: Sequence[Loss]) -> bool:
    """Whether the loss of Redis explains it. Nothing explains two bookings: PostgreSQL keeps those."""
    both_booked = max(earlier.grant.booked, later.grant.booked)
    if earlier.grant.claimed_at(both_booked) and later.grant.claimed_at(both_booked):
        return False
    for loss in losses:
        forgotten = earlier.start <= loss.last and later.start >= loss.first - NOTICE_SECONDS
        # What was sold before the loss is known again as soon as the site has checked.
        known_again = earlier.grant.sold < loss.first and later.start > loss.last + NOTICE_SECONDS
        if forgotten and not known_again:
            return True
    return False


def seats_sold_twice(ledger: Ledger) -> list[str]:
    """A sentence for every seat with tickets of two bookings."""
    sold: dict[str, str] = {}
    found = []
    for booking, seats in ledger.tickets.items():
        for seat in seats:
            if seat in sold and sold[seat] != booking:
                found.append(f"seat {seat}: tickets were made for bookings {sold[seat]} and {booking}")
            sold.setdefault(seat, booking)
    return found


def sold_seats_not_sold(ledger: Ledger, fresh: FreshMap, index: dict[str, int]) -> list[str]:
    """A sentence for every seat that has a ticket and that the map does not call sold."""
    return [
        f"seat {seat}: booking {booking} has its ticket, and the map calls it {_word(fresh.states[index[seat]])}"
        for booking, seats in ledger.tickets.items()
        for seat in seats
        if fresh.states[index[seat]] != ord("s")
    ]


# ------------------------------------------------------------------------------------------ one map for all
def is_on(viewer: MapHolder, fresh: FreshMap) -> bool:
    return viewer.on_map and (viewer.epoch, viewer.seq) == (fresh.epoch, fresh.seq) and viewer.states == fresh.states


def is_wrong(viewer: MapHolder, fresh: FreshMap) -> bool:
    """Whether the viewer is at the fresh map's number and has other states, which waiting does not change."""
    return viewer.on_map and (viewer.epoch, viewer.seq) == (fresh.epoch, fresh.seq) and viewer.states != fresh.states


def viewers_on_another_map(viewers: Iterable[MapHolder], fresh: FreshMap, seats: Sequence[str]) -> list[str]:
    """A sentence for every viewer who is not on the fresh map, naming the first seat that differs."""
    return [f"{viewer.name}: {_difference(viewer, fresh, seats)}" for viewer in viewers if not is_on(viewer, fresh)]


def _difference(viewer: MapHolder, fresh: FreshMap, seats: Sequence[str]) -> str:
    if not viewer.on_map:
        code = f" (last closed with {viewer.last_close})" if viewer.last_close else ""
        return f"has no map{code}"
    for place, seat in enumerate(seats):
        if viewer.states[place] != fresh.states[place]:
            mine, right = _word(viewer.states[place]), _word(fresh.states[place])
            return f"calls seat {seat} {mine}, a fresh snapshot {right} (seq {viewer.seq}, fresh {fresh.seq})"
    if viewer.epoch != fresh.epoch:
        return f"is in epoch {viewer.epoch}, a fresh snapshot in {fresh.epoch}"
    return f"is at seq {viewer.seq}, a fresh snapshot at {fresh.seq}"


def _word(letter: int) -> str:
    return STATE_NAMES.get(chr(letter), repr(chr(letter)))
