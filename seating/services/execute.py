"""Redis follows PostgreSQL: building a show's state from its claims, and correcting what differs.

Races: a rebuild reads the claims first and writes Redis later. From nothing, the script does not write when
somebody else built the state meanwhile; that one read later than we did. As a correction, it writes only if the
show's sequence number is still the one seen before reading, so no newer change can be undone.
"""

import json
import secrets
from collections.abc import Callable
from datetime import timedelta

import redis
import structlog
from asgiref.sync import sync_to_async
from django.db import transaction
from django.utils import timezone

from cinema.models import Show
from seating import connections, keys, store
from seating.errors import HoldsUnavailable
from seating.in_flight import InFlight
from seating.models import Claim
from seating.states import SeatState

log = structlog.get_logger(__name__)
TRIES = 5


def truth_of(show_id: int) -> dict:
    """What the claims say, in the words of `rebuild.lua`; times in ms."""
    sold, blocked, holds = [], [], {}  # type: ignore[var-annotated]
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


def _milliseconds(moment: object) -> int:
    return int(moment.timestamp() * 1000)  # type: ignore[attr-defined]


def rebuild_show(show_id: int, *, new_life: bool = False) -> None:
    """Builds the show's state if Redis has none; `new_life` begins a new epoch over whatever it has.

    Raises HoldsUnavailable.
    """
    store.mention(show_id)
    seen = "!" if new_life else ""
    store.run(store.rebuild(show_id, secrets.token_hex(6), seen, truth_of(show_id)))
    log.debug("show_rebuilt", show=show_id, new_life=new_life)


def reconcile_show(show_id: int) -> bool:
    """Corrects what differs from PostgreSQL; False when the show was too busy to be corrected as a whole.

    Then only what is sold and shown otherwise, or shown as sold and is not, was put right, seat by seat: that needs
    no calm moment, because the verbs may be repeated, and the next round sees whatever changed meanwhile.
    Raises HoldsUnavailable.
    """
    for _ in range(TRIES):
        [position] = store.positions([show_id])
        if position is None:
            return True  # nothing to correct: whoever asks next builds it
        command = store.rebuild(show_id, secrets.token_hex(6), str(position[1]), truth_of(show_id))
        if store.run(command)[0] != "moved":
            return True
    _follow_sales(show_id)
    return False


def _follow_sales(show_id: int) -> None:
    shown = {
        seat
        for seat, letter in store.read_snapshot(run_built(store.snapshot(show_id))).letters.items()
        if letter == SeatState.SOLD.letter
    }
    owner_of = dict(Claim.objects.filter(show_id=show_id, state=Claim.State.SOLD).values_list("seat", "owner"))
    for seat in owner_of.keys() - shown:
        run_built(store.sell(show_id, owner_of[seat], [seat]))
    not_sold = shown - owner_of.keys()
    # A sale may have been committed since the claims were read: only what is free now is reopened.
    still = Claim.objects.filter(show_id=show_id, seat__in=not_sold).exclude(state=Claim.State.FREE)
    reopened = sorted(not_sold - set(still.values_list("seat", flat=True)))
    if reopened:
        run_built(store.reopen(show_id, reopened))


def run_built(command: store.Command) -> list:
    """Runs a verb, rebuilding the show first where Redis has lost it. Raises HoldsUnavailable."""
    for _ in range(TRIES):
        try:
            return store.run(command)
        except store.Unbuilt:
            rebuild_show(command.show)
    raise HoldsUnavailable("The seat service loses its memory again and again. Try again in a moment.")


_rebuilding: InFlight[None] = InFlight()


async def arun_built(command: store.Command) -> list:
    """`run_built` for the event loop. A show that many find forgotten is rebuilt once."""
    for _ in range(TRIES):
        try:
            return await store.arun(command)
        except store.Unbuilt:
            await _rebuilding.share(command.show, sync_to_async(rebuild_show))
    raise HoldsUnavailable("The seat service loses its memory again and again. Try again in a moment.")


def follow_commit(*commands: store.Command) -> None:
    """Once the transaction commits, lets Redis follow. A failure is left to `reconcile`: the truth is written."""

    def follow() -> None:
        for command in commands:
            try:
                run_built(command)
            except HoldsUnavailable:
                log.warning("mirror_behind", show=command.show, verb=command.script)

    transaction.on_commit(follow)


def after_commit(function: Callable[[int], object], show_id: int) -> None:
    """Runs `function(show_id)` once the transaction commits, tolerating an unreachable Redis."""

    def follow() -> None:
        try:
            function(show_id)
        except HoldsUnavailable:
            log.warning("mirror_behind", show=show_id)

    transaction.on_commit(follow)


def notify_owner(show_id: int, owner: str, code: str, detail: str) -> None:
    """Sends a `notice` to every socket on which this person watches the show. Never raises: it is a courtesy."""
    message = {"notice": {"owner": owner, "code": code, "detail": detail}}
    try:
        connections.client().publish(keys.channel(show_id), json.dumps(message))
    except redis.RedisError:
        log.warning("notice_lost", show=show_id, code=code)


RECENT = timedelta(seconds=60)


def shows_to_reconcile() -> list[int]:
    """Shows whose claims changed within the last minute."""
    since = timezone.now() - RECENT
    return list(Claim.objects.filter(changed_at__gte=since).values_list("show_id", flat=True).distinct())


def forget_past_shows() -> None:
    """Removes from Redis what it keeps of shows that ended yesterday or the days before.

    Raises HoldsUnavailable.
    """
    now = timezone.now()
    over = Show.objects.filter(ends_at__range=(now - timedelta(days=8), now - timedelta(days=1)))
    store.forget_shows(over.values_list("pk", flat=True))
