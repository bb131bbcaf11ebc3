"""Runs a verb's Lua script, and first builds the show's state from its claims where Redis has none.

Races: a rebuild reads the claims first and writes to Redis later. Where Redis had nothing, the script does not write if
another process has built the state meanwhile: that one read later than we did. As a correction
(`seating.services.reconcile`) it writes only if the show's sequence number is still the one seen before the claims were
read, so no newer change can be undone.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.db import transaction
from django.utils import timezone

from seating import index, store
from seating.errors import HoldsUnavailable
from seating.in_flight import InFlight
from seating.models import Claim

log = structlog.get_logger(__name__)
TRIES = 5
_LOST_REPEATEDLY = "The seat service keeps losing its data. Try again in a moment."


def claimed_seats(show_id: int) -> dict[str, Any]:
    """What the claims say, as `rebuild.lua` takes it: `{sold, blocked, holds}`, times in ms."""
    sold: list[str] = []
    blocked: list[str] = []
    holds: dict[str, dict[str, dict[str, Any]]] = {}
    for claim in Claim.objects.filter(show_id=show_id).exclude(state=Claim.State.FREE):
        if claim.state == Claim.State.SOLD:
            sold.append(claim.seat)
        elif claim.state == Claim.State.BLOCKED:
            blocked.append(claim.seat)
        elif claim.deadline and claim.deadline > timezone.now():
            first = claim.held_since or claim.changed_at
            hold = holds.setdefault(claim.owner, {}).setdefault(
                claim.hold,
                {
                    "first": _milliseconds(first),
                    "until": _milliseconds(claim.deadline),
                    "extended": claim.extended,
                    "seats": [],
                },
            )
            hold["seats"].append(claim.seat)
    return {"sold": sold, "blocked": blocked, "holds": holds}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def rebuild_show(show_id: int, *, new_epoch: bool = False) -> None:
    """Builds the show's state if Redis has none; with `new_epoch` also over a state that is there.

    Raises HoldsUnavailable.
    """
    index.touch(show_id)
    seen = "!" if new_epoch else ""
    store.run(store.rebuild(show_id, secrets.token_hex(6), seen, claimed_seats(show_id)))
    log.debug("show_rebuilt", show=show_id, new_epoch=new_epoch)


def run_built(command: store.Command) -> list[Any]:
    """Runs a verb, rebuilding the show first where Redis has lost it. Raises HoldsUnavailable."""
    for _ in range(TRIES):
        try:
            return store.run(command)
        except store.Unbuilt:
            rebuild_show(command.show)
    raise HoldsUnavailable(_LOST_REPEATEDLY)


_rebuilding: InFlight[None] = InFlight()


async def arun_built(command: store.Command) -> list[Any]:
    """`run_built` for the event loop. A show that many callers find missing is rebuilt once."""
    for _ in range(TRIES):
        try:
            return await store.arun(command)
        except store.Unbuilt:
            await _rebuilding.share(command.show, sync_to_async(rebuild_show))
    raise HoldsUnavailable(_LOST_REPEATEDLY)


def follow_commit(*commands: store.Command) -> None:
    """Runs the commands once the transaction commits. A failure is left to `reconcile`: PostgreSQL has the change."""

    def follow() -> None:
        for command in commands:
            try:
                run_built(command)
            except HoldsUnavailable:
                log.warning("redis_behind", show=command.show, verb=command.script)

    transaction.on_commit(follow)


def after_commit(function: Callable[[int], object], show_id: int) -> None:
    """Runs `function(show_id)` once the transaction commits, tolerating an unreachable Redis."""

    def follow() -> None:
        try:
            function(show_id)
        except HoldsUnavailable:
            log.warning("redis_behind", show=show_id)

    transaction.on_commit(follow)
