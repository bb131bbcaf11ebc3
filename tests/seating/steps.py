"""Steps that tests of several files take: bringing a seat to a state, and performing one verb by name."""

import time

from django.db import transaction

from seating import connections, keys, store
from seating.errors import SeatingError
from seating.models import Claim
from seating.services.adoption import adopt_holds
from seating.services.blocks import block_seats, unblock_seats
from seating.services.claims import claim_hold, extend_hold, reopen_seats, sell_seats
from seating.services.execute import run_built
from seating.services.holds import expire_holds, hold_seats, release_seats
from seating.services.offers import offer_seats
from seating.states import SeatState

LIFE_MS, LONGEST_MS, MOST = 600_000, 1_200_000, 10
ACCOUNT = "user_77"  # whom a guest signs in to


def sell(show_id: int, owner: str, seats: list[str]) -> str:
    """Holds, claims and sells, as a paid booking does; returns the hold's id."""
    hold_seats(show_id, owner, seats)
    return sell_held(show_id, owner)


def sell_held(show_id: int, owner: str) -> str:
    """Claims and sells what the owner's open hold has; returns the hold's id."""
    with transaction.atomic():
        hold = claim_hold(show_id, owner)
        sell_seats(show_id, owner, hold.id, hold.seats)
    return hold.id


def bring_to(state: SeatState, show_id: int, owner: str, seat: str) -> None:
    match state:
        case SeatState.HELD:
            hold_seats(show_id, owner, [seat])
        case SeatState.SOLD:
            sell(show_id, owner, [seat])
        case SeatState.BLOCKED:
            block_seats(show_id, [seat], "user_1", "broken")


def run_script(verb: str, show_id: int, owner: str, seat: str) -> list:
    """Runs the verb's Lua script alone, whatever PostgreSQL says; returns its reply."""
    match verb:
        case "hold":
            command = store.hold(show_id, owner, "new", LIFE_MS, MOST, [seat])
        case "offer":
            command = store.offer(show_id, owner, "offer", LIFE_MS, MOST, [seat])
        case "release":
            command = store.release(show_id, owner, seats=[seat])
        case "adopt":
            command = store.adopt(show_id, owner, ACCOUNT, "", LONGEST_MS)
        case "expire":
            make_due(show_id)
            command = store.expire(show_id)
        case "book":
            command = store.book(show_id, owner)
        case "extend":
            command = store.extend(show_id, owner, hold_of(show_id, owner, seat), LIFE_MS, LONGEST_MS)
        case "sell":
            command = store.sell(show_id, owner, [seat])
        case "reopen":
            command = store.reopen(show_id, [seat])
        case "block":
            command = store.block(show_id, [seat])
        case "unblock":
            command = store.unblock(show_id, [seat])
    return run_built(command)


def call_service(verb: str, show_id: int, owner: str, seat: str) -> None:
    """Does the verb as a booking, a visitor or staff would. A refusal is an outcome, not a failure."""
    try:
        with transaction.atomic():
            _call(verb, show_id, owner, seat)
    except SeatingError:
        pass


def _call(verb: str, show_id: int, owner: str, seat: str) -> None:
    match verb:
        case "hold":
            hold_seats(show_id, owner, [seat])
        case "offer":
            offer_seats(show_id, owner, [seat], 60)
        case "release":
            release_seats(show_id, owner, [seat])
        case "adopt":
            adopt_holds(show_id, owner, ACCOUNT, verified=True)
        case "expire":
            make_due(show_id)
            expire_holds()
        case "book":
            claim_hold(show_id, owner)
        case "extend":
            extend_hold(show_id, owner, claim_hold(show_id, owner).id)
        case "sell":
            sell_held(show_id, owner)
        case "reopen":
            sold = Claim.objects.filter(show_id=show_id, seat=seat).values_list("hold", flat=True).first()
            reopen_seats(show_id, sold or "", [seat])
        case "block":
            block_seats(show_id, [seat], "user_1", "broken")
        case "unblock":
            unblock_seats(show_id, [seat])


def hold_of(show_id: int, owner: str, seat: str) -> str:
    """The id of the owner's hold with this seat; '' without one."""
    holds = store.read_snapshot(run_built(store.snapshot(show_id))).holds.get(owner, {})
    return next((id for id, hold in holds.items() if seat in hold["seats"]), "")


def make_due(show_id: int) -> None:
    """Moves every deadline of the show into the past, as if the time had gone by."""
    _, _, deadlines, *_ = keys.of_show(show_id)
    client = connections.client()
    for member in client.zrange(deadlines, 0, -1):
        client.zadd(deadlines, {member: int(time.time() * 1000) - 1})
