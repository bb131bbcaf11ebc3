"""Holding and releasing: Redis alone decides, so that many people may try at once.

`ahold_seats` and `arelease_seats` do the same on the event loop: every decision is shared, only the waiting differs.
"""

import math
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
from django.conf import settings

from cinema.plans.halls import Hall
from seating import index, store
from seating.budgets import budget_for
from seating.errors import (
    AccountsOnly,
    HoldsUnavailable,
    HoldUnknown,
    LeavesSingleSeat,
    SeatUnavailable,
    TooManySeats,
    TooManySeatsHere,
    UnknownSeat,
)
from seating.facts import ShowFacts, recent_show_facts, show_facts
from seating.identity import Caller
from seating.services.execute import arun_built, run_built
from seating.services.take_back import take_back_soon


@dataclass(frozen=True)
class Hold:
    """Seats that one identity holds at one show until `expires_at` (UTC)."""

    id: str
    owner: str
    show: int
    seats: tuple[str, ...]
    expires_at: datetime


NOBODYS_ADDRESS = Caller()  # a command or a test; in no budget


def hold_seats(
    show_id: int, owner: str, seats: Sequence[str], *, key: str = "", caller: Caller = NOBODYS_ADDRESS
) -> Hold:
    """All of the seats or none, added to the owner's open hold if there is one (its deadline stays).

    The same `key` of the same owner is the same request: if its seats are held, it is answered with the hold as it is
    now. Raises UnknownShow, ShowClosed, AccountsOnly, UnknownSeat, TooManySeats, TooManySeatsHere, LeavesSingleSeat,
    SeatUnavailable, HoldUnknown, HoldsUnavailable.
    """
    facts = show_facts(show_id)
    command = _hold_command(facts, owner, seats, key, caller)
    if facts.refuse_single_seats:
        reply = run_built(store.snapshot(show_id))
        refuse_single(facts.hall, store.read_snapshot(reply).states, seats)
    if not index.index_is_fresh(show_id):
        index.touch(show_id)
    with _taken_back_if_unknown(command, seats):
        return hold_from(run_built(command), show_id, owner)


async def ahold_seats(
    show_id: int, owner: str, seats: Sequence[str], *, key: str = "", caller: Caller = NOBODYS_ADDRESS
) -> Hold:
    """`hold_seats` for the event loop."""
    facts = await recent_show_facts(show_id)
    command = _hold_command(facts, owner, seats, key, caller)
    if facts.refuse_single_seats:
        reply = await arun_built(store.snapshot(show_id))
        refuse_single(facts.hall, store.read_snapshot(reply).states, seats)
    if not index.index_is_fresh(show_id):
        await index.atouch(show_id)
    with _taken_back_if_unknown(command, seats):
        return hold_from(await arun_built(command), show_id, owner)


@contextmanager
def _taken_back_if_unknown(command: store.Command, seats: Sequence[str]) -> Iterator[None]:
    """Around the call that may be granted although its answer is lost. Nobody would know of such a hold: it locks even
    its owner out. So it is freed as soon as Redis answers, unless the owner has asked again with the same key."""
    try:
        yield
    except HoldsUnavailable as error:
        owner, request = command.arguments[:2]
        take_back_soon(store.release(command.show, owner, seats=seats, request=request))
        if error.refused:
            raise
        raise HoldUnknown(
            "The seat service did not answer, so it is not known whether you have these seats. "
            "Ask again with the same token and key; otherwise they are free again as soon as the service answers.",
            seats,
        ) from error


def release_seats(show_id: int, owner: str, seats: Sequence[str] | None = None) -> list[str]:
    """Frees seats of the owner's open hold (all of them by default); returns those that were freed.

    Raises UnknownShow, UnknownSeat, HoldsUnavailable.
    """
    check_known(show_facts(show_id).hall, seats or ())
    if seats is not None and not seats:
        return []
    return run_built(store.release(show_id, owner, seats=seats or ()))[2:]


async def arelease_seats(show_id: int, owner: str, seats: Sequence[str]) -> list[str]:
    """`release_seats` for the event loop."""
    check_known((await recent_show_facts(show_id)).hall, seats)
    return (await arun_built(store.release(show_id, owner, seats=seats)))[2:]


def expire_holds() -> int:
    """Frees every hold whose deadline has passed, in every show that may have one; returns how many seats.

    Raises HoldsUnavailable.
    """
    try:
        shows = index.shows_to_sweep()
    except redis.RedisError as error:
        raise HoldsUnavailable("Redis cannot be reached: nothing was swept.") from error
    freed = 0
    for show_id in shows:
        try:
            freed += int(store.run(store.expire(show_id))[1])
        except store.Unbuilt:
            continue  # a show that is not built has no holds
    return freed


def _hold_command(facts: ShowFacts, owner: str, seats: Sequence[str], key: str, caller: Caller) -> store.Command:
    if len(seats) > settings.MAX_SEATS_PER_BOOKING:
        raise TooManySeats(f"At most {settings.MAX_SEATS_PER_BOOKING} seats can be held at one show.", seats)
    check_known(facts.hall, seats)
    facts.check_on_sale()
    if facts.show.accounts_only and not caller.verified:
        raise AccountsOnly("Seats of this show are for signed-in visitors. Sign in, then choose your seats.")
    alone = [seat for seat in seats if facts.hall.couples.get(seat, seat) not in seats]
    if alone:
        partners = [facts.hall.couples[seat] for seat in alone]
        raise LeavesSingleSeat(f"Couple places are sold in twos: add {', '.join(partners)}.", partners)
    request, life, most = secrets.token_hex(8), settings.SEAT_HOLD_SECONDS * 1000, settings.MAX_SEATS_PER_BOOKING
    budget = budget_for(owner, caller.address, verified=caller.verified)
    return store.hold(facts.id, owner, request, life, most, seats, key=key, budget=budget)


def check_known(hall: Hall, seats: Sequence[str]) -> None:
    unknown = [seat for seat in seats if seat not in hall.index]
    if unknown:
        raise UnknownSeat(f"This show has no seat {', '.join(unknown)}.", unknown)


def hold_from(reply: list[Any], show_id: int, owner: str) -> Hold:
    """The hold in a script's reply. Raises SeatUnavailable, TooManySeats, TooManySeatsHere."""
    if reply[0] == "taken":
        seats = reply[1:]
        raise SeatUnavailable(f"{', '.join(seats)} cannot be had any more. Choose other seats.", seats)
    if reply[0] == "too_many":
        most = settings.MAX_SEATS_PER_BOOKING
        raise TooManySeats(f"You hold {reply[1]} seats at this show already; {most} is the most.")
    if reply[0] == "too_many_here":
        raise TooManySeatsHere(
            "Too many seats of this show are held from your network and not paid for. "
            "Pay for yours, or give some back; or sign in, and only your own seats count.",
            retry_after=math.ceil(int(reply[1]) / 1000),
        )
    hold = store.held(reply)
    return Hold(hold.id, owner, show_id, hold.seats, moment(hold.until))


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def refuse_single(hall: Hall, states: dict[str, str], seats: Sequence[str]) -> None:
    """Raises LeavesSingleSeat when the choice leaves one free seat alone that had a free neighbour before.

    Not a guarantee: two people who choose at the same moment may still leave one.
    """
    chosen = set(seats)
    for number in {hall.block_of[seat] for seat in seats}:
        block = hall.blocks[number]
        before = [seat not in states for seat in block]
        after = [seat not in states and seat not in chosen for seat in block]
        for place, seat in enumerate(block):
            if after[place] and _alone(after, place) and not _alone(before, place):
                raise LeavesSingleSeat(f"Seat {seat} would be left alone. Choose it too, or leave two.", [seat])


def _alone(free: list[bool], place: int) -> bool:
    left = place > 0 and free[place - 1]
    right = place + 1 < len(free) and free[place + 1]
    return not left and not right
