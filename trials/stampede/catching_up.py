"""After the sale: waits, for a bounded time, until the site and every viewer agree about every seat."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from trials.stampede import proof
from trials.stampede.client import Client, Unreachable
from trials.stampede.ledger import Ledger
from trials.stampede.target import Hall
from trials.stampede.viewers import Viewer

SOLD_SECONDS = 45.0  # what Redis missed of a sale is corrected from PostgreSQL every ten seconds
MAPS_SECONDS = 45.0  # a silent viewer is found after 25 s and back within 10
CHECK_SECONDS = 0.25


@dataclass(frozen=True)
class CaughtUp:
    """`fresh` is the map compared with last (None: none could be read), `seconds` how long all of it took."""

    fresh: proof.FreshMap | None
    wrong_maps: list[str]
    seconds: float


async def catch_up(hall: Hall, ledger: Ledger, viewers: Sequence[Viewer]) -> CaughtUp:
    began = time.monotonic()
    async with Client(hall.address) as client:
        fresh = await _until_sold(client, hall, ledger)
        fresh, wrong_maps = await _compare(client, hall, list(viewers), fresh)
    if fresh is None:
        wrong_maps = ["no fresh snapshot could be read from the site"]
    return CaughtUp(fresh, wrong_maps, time.monotonic() - began)


async def _until_sold(client: Client, hall: Hall, ledger: Ledger) -> proof.FreshMap | None:
    """Until every seat with a ticket is sold on the map as well; answers with the last map."""
    fresh, deadline = None, time.monotonic() + SOLD_SECONDS
    while time.monotonic() < deadline:
        fresh = await fresh_map(client, hall) or fresh
        if fresh is not None and not proof.sold_seats_not_sold(ledger, fresh, hall.index):
            break
        await asyncio.sleep(CHECK_SECONDS)
    return fresh


async def _compare(
    client: Client, hall: Hall, waiting: list[Viewer], fresh: proof.FreshMap | None
) -> tuple[proof.FreshMap | None, list[str]]:
    """Until every viewer has been found on the fresh map, or on a wrong one; seats may still move meanwhile."""
    seats, wrong = [seat.id for seat in hall.seats], []
    deadline = time.monotonic() + MAPS_SECONDS
    while waiting and time.monotonic() < deadline:
        fresh = await fresh_map(client, hall) or fresh
        if fresh is not None:
            lost = [viewer for viewer in waiting if proof.is_wrong(viewer, fresh)]
            wrong += proof.viewers_on_another_map(lost, fresh, seats)
            decided = {viewer.name for viewer in lost}
            waiting = [one for one in waiting if one.name not in decided and not proof.is_on(one, fresh)]
        await asyncio.sleep(CHECK_SECONDS if waiting else 0)
    if fresh is not None:
        wrong += proof.viewers_on_another_map(waiting, fresh, seats)
    return fresh, wrong


async def fresh_map(client: Client, hall: Hall) -> proof.FreshMap | None:
    """The map as a new viewer gets it now; None while the site does not give it."""
    try:
        answer = await client.request("GET", f"/api/shows/{hall.show}/seats/")
        body = answer.body
        letters = "".join(body["seats"][seat.id][0] for seat in hall.seats)
        return proof.FreshMap(body["epoch"], body["seq"], letters.encode())
    except (Unreachable, KeyError, TypeError):
        return None
