"""Steps that tests of several files take: bringing a seat to a state, performing one verb by name."""

import time

from django.db import transaction

from seating import connections, store
from seating.errors import SeatingError
from seating.services import execute
from seating.services.blocks import block_seats, unblock_seats
from seating.services.claims import claim_hold, reopen_seats, sell_seats
from seating.services.holds import expire_holds, hold_seats, release_seats
from seating.states import SeatState


def sell(show_id: int, owner: str, seats: list[str]) -> str:
    """Holds, claims and sells, as a paid booking does; answers with the hold's id."""
    hold_seats(show_id, owner, seats)
    with transaction.atomic():
        hold = claim_hold(show_id, owner)
        sell_seats(show_id, owner, hold.id, hold.seats)
    return hold.id


def bring_to(state: SeatState, show_id: int, owner: str, seat: str) -> str:
    match state:
        case SeatState.HELD:
            return hold_seats(show_id, owner, [seat]).id
        case SeatState.SOLD:
            return sell(show_id, owner, [seat])
        case SeatState.BLOCKED:
            block_seats(show_id, [seat], "user_1", "broken")
    return ""


def perform(verb: str, show_id: int, owner: str, seat: str) -> None:
    """Does the verb as its usual caller would; a refusal is an outcome, not a failure."""
    from seating.models import Claim

    person = store.read_snapshot(execute.run_built(store.snapshot(show_id))).holds.get(owner, {})
    hold = next((id for id, known in person.items() if seat in known["seats"]), "")
    try:
        match verb:
            case "hold":
                hold_seats(show_id, owner, [seat])
            case "extend":
                execute.run_built(store.extend(show_id, owner, hold, 600_000, 1_200_000))
            case "release":
                release_seats(show_id, owner, [seat])
            case "expire":
                make_due(show_id)
                expire_holds()
            case "sell":
                execute.run_built(store.sell(show_id, owner, [seat])) if _may_sell(show_id, seat) else None
            case "reopen":
                sold = Claim.objects.filter(show_id=show_id, seat=seat).values_list("hold", flat=True).first()
                with transaction.atomic():
                    reopen_seats(show_id, sold or "", [seat])
            case "block":
                block_seats(show_id, [seat], "user_1", "broken")
            case "unblock":
                unblock_seats(show_id, [seat])
    except SeatingError:
        pass


def _may_sell(show_id: int, seat: str) -> bool:
    """PostgreSQL decides a sale; a blocked seat's claim refuses it before Redis is asked to follow."""
    from seating.models import Claim

    return not Claim.objects.filter(show_id=show_id, seat=seat, state=Claim.State.BLOCKED).exists()


def make_due(show_id: int) -> None:
    """Moves every deadline of the show into the past, as if the time had gone by."""
    from seating import keys

    _, _, due, _ = keys.of_show(show_id)
    client = connections.client()
    for member in client.zrange(due, 0, -1):
        client.zadd(due, {member: int(time.time() * 1000) - 1})
