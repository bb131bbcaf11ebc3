"""The one way to Redis: verbs as commands, run by a synchronous or an asyncio client.

Every verb is one Lua script (seating/scripts). This module knows the script's arguments and what its reply means,
and nothing of PostgreSQL: a show that Redis does not have raises `Unbuilt`, and the caller rebuilds it.
"""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis

from seating import keys, scripts
from seating.connections import batches, client
from seating.errors import HoldsUnavailable


class Unbuilt(Exception):
    """Redis holds no state of this show: it must be rebuilt from PostgreSQL first."""


@dataclass(frozen=True)
class Command:
    """One verb for one show, ready to be sent."""

    script: str
    show: int
    arguments: tuple[str, ...] = ()

    def parts(self) -> list[str]:
        """What follows the script in EVALSHA: number of keys, keys, arguments."""
        names = keys.of_show(self.show)
        prefix, channel = keys.lock_prefix(self.show), keys.channel(self.show)
        return [str(len(names)), *names, prefix, channel, *self.arguments]


@dataclass(frozen=True)
class HeldSeats:
    """One hold as Redis has it; times in milliseconds since 1970, UTC."""

    id: str
    until: int
    seats: tuple[str, ...]
    first: int = 0


@dataclass(frozen=True)
class Snapshot:
    """A show at one moment: `states` has the letter of every seat that is not available, `holds` each owner's as
    {hold: {until, booked, seats}}."""

    epoch: str
    seq: int
    states: dict[str, str]
    holds: dict[str, dict[str, Any]] = field(default_factory=dict)


# --------------------------------------------------------------------------------------- verbs as commands
@dataclass(frozen=True)
class Budget:
    """Whose seats count together, and how many of one show may: held or unpaid at once, and lapsed within half an hour.

    Without a name nothing is counted; 0 limits nothing.
    """

    name: str = ""
    held: int = 0
    lapsed: int = 0


NO_BUDGET = Budget()


def hold(
    show: int,
    owner: str,
    request: str,
    life_ms: int,
    most: int,
    seats: Sequence[str],
    *,
    key: str = "",
    budget: Budget = NO_BUDGET,
) -> Command:
    """`request` is the id of this call, and of the hold if a new one begins."""
    limits = (budget.name, str(budget.held), str(budget.lapsed))
    return Command("hold", show, (owner, request, str(life_ms), str(most), key, *limits, *seats))


def offer(show: int, owner: str, hold_id: str, life_ms: int, most: int, seats: Sequence[str]) -> Command:
    return Command("offer", show, (owner, hold_id, str(life_ms), str(most), *seats))


def release(show: int, owner: str, hold_id: str = "", seats: Sequence[str] = (), *, request: str = "") -> Command:
    return Command("release", show, (owner, hold_id, request, *seats))


def adopt(show: int, guest: str, account: str, budget: str, longest_ms: int) -> Command:
    return Command("adopt", show, (guest, account, budget, str(longest_ms)))


def book(show: int, owner: str, undo: str = "") -> Command:
    return Command("book", show, (owner, undo))


def extend(show: int, owner: str, hold_id: str, window_ms: int, longest_ms: int) -> Command:
    return Command("extend", show, (owner, hold_id, str(window_ms), str(longest_ms)))


def sell(show: int, owner: str, seats: Sequence[str]) -> Command:
    return Command("sell", show, (owner, *seats))


def reopen(show: int, seats: Sequence[str]) -> Command:
    return Command("reopen", show, tuple(seats))


def block(show: int, seats: Sequence[str]) -> Command:
    return Command("block", show, tuple(seats))


def unblock(show: int, seats: Sequence[str]) -> Command:
    return Command("unblock", show, tuple(seats))


def expire(show: int) -> Command:
    return Command("expire", show)


def snapshot(show: int) -> Command:
    return Command("snapshot", show)


def rebuild(show: int, epoch: str, seen: str, claimed: dict[str, Any]) -> Command:
    return Command("rebuild", show, (epoch, seen, json.dumps(claimed)))


# ------------------------------------------------------------------------------------------ their replies
def held(reply: list[Any]) -> HeldSeats:
    """Reads the reply `{'held', hold, until_ms, seq, seat…}`."""
    return HeldSeats(id=reply[1], until=int(reply[2]), seats=tuple(reply[4:]))


def booked(reply: list[Any]) -> HeldSeats:
    """Reads the reply `{'booked', hold, first_ms, until_ms, seat…}`."""
    return HeldSeats(id=reply[1], first=int(reply[2]), until=int(reply[3]), seats=tuple(reply[4:]))


def pairs(flat: list[Any]) -> dict[str, str]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _public(holds: dict[str, Any]) -> dict[str, Any]:
    """What a published change has of them, too; the rest is the scripts' own."""
    return {id: {name: hold[name] for name in ("until", "booked", "seats")} for id, hold in holds.items()}


def read_snapshot(reply: list[Any]) -> Snapshot:
    holds = {owner: _public(json.loads(text)) for owner, text in pairs(reply[4]).items()}
    return Snapshot(epoch=reply[1], seq=int(reply[2]), states=pairs(reply[3]), holds=holds)


# ------------------------------------------------------------------------------------------------- sending
_UNAVAILABLE = "The seat service cannot be reached just now. Try again in a moment."


def unavailable(error: BaseException) -> HoldsUnavailable:
    """The refusal for an error of the Redis client; it says whether nobody listened at all."""
    refusal = HoldsUnavailable(_UNAVAILABLE)
    cause: BaseException | None = error
    while cause is not None and not refusal.refused:
        refusal.refused = isinstance(cause, ConnectionRefusedError)
        cause = cause.__cause__ or cause.__context__
    return refusal


def run(command: Command) -> list[Any]:
    """Sends one command and waits. Raises Unbuilt, HoldsUnavailable."""
    try:
        try:
            reply = client().execute_command("EVALSHA", scripts.digest(command.script), *command.parts())
        except redis.exceptions.NoScriptError:
            reply = client().execute_command("EVAL", scripts.source(command.script), *command.parts())
    except redis.RedisError as error:
        raise unavailable(error) from error
    return _checked(reply)


async def arun(command: Command) -> list[Any]:
    """`run` for the event loop, in one pipeline with other commands of the same moment."""
    try:
        try:
            reply = await batches().send("EVALSHA", scripts.digest(command.script), *command.parts())
        except redis.exceptions.NoScriptError:
            reply = await batches().send("EVAL", scripts.source(command.script), *command.parts())
    except redis.RedisError as error:
        raise unavailable(error) from error
    return _checked(reply)


def _checked(reply: Any) -> list[Any]:
    if reply[0] == "unbuilt":
        raise Unbuilt
    return list(reply)


# ------------------------------------------------------------------------------------- positions and counts
def positions(shows: Iterable[int]) -> list[tuple[str, int] | None]:
    """`(epoch, seq)` of each show, None where it is not built. Raises HoldsUnavailable."""
    wanted = list(shows)
    rows = many([["HMGET", keys.of_show(show)[0], "epoch", "seq"] for show in wanted])
    return [(row[0], int(row[1])) if row[0] else None for row in rows]


def counts(shows: Iterable[int]) -> list[dict[str, int] | None]:
    """Held, sold, blocked, lapsed and refused seats and the viewers of each show, None where it is not built.

    Raises HoldsUnavailable.
    """
    wanted = list(shows)
    rows = many(
        [
            part
            for show in wanted
            for part in (
                ["HMGET", keys.of_show(show)[0], "epoch", "h", "s", "b", "lapsed", "refused"],
                ["HVALS", keys.viewers(show)],
            )
        ]
    )
    answer: list[dict[str, int] | None] = []
    for meta, reports in zip(rows[::2], rows[1::2], strict=True):
        epoch, *counted = meta
        names = ("held", "sold", "blocked", "lapsed", "refused")
        numbers = {name: int(number or 0) for name, number in zip(names, counted, strict=True)}
        answer.append({**numbers, "viewers": sum_viewers(reports)} if epoch else None)
    return answer


VIEWER_REPORT_SECONDS = 15  # a web process whose last report is older counts as gone


def sum_viewers(reports: Iterable[str]) -> int:
    oldest = (time.time() - VIEWER_REPORT_SECONDS) * 1000
    parts = [report.split(":") for report in reports]
    return sum(int(count) for count, reported_at in parts if float(reported_at) >= oldest)


def forget_shows(shows: Iterable[int]) -> None:
    """Removes what Redis keeps of shows that are long over."""
    many([["UNLINK", *keys.of_show(show), keys.viewers(show)] for show in shows])


def many(commands: list[list[str]]) -> list[Any]:
    """The replies of these commands, sent together. Raises HoldsUnavailable."""
    try:
        pipeline = client().pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        return pipeline.execute()
    except redis.RedisError as error:
        raise unavailable(error) from error
