"""What members of staff do, told to whoever keeps a log of it (`boxoffice.events`).

A service that does something for staff calls `record` inside its own transaction, so the deed and its row in the log
are stored together or not at all. Who is at work comes from the service's `by`, or else from the edge that let them in
(`acting`). What nobody of the staff does, a customer's or a worker's doing, is no deed and is not told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.dispatch import Signal

deed_done = Signal()  # sender: the class Deed; `deed`: the Deed, `actor`: the Actor or None
COMMAND = "command"  # `by` of what is done in a shell


@dataclass(frozen=True)
class Actor:
    """Who is at work. `user` has Django's `has_perm`; `token` is the id of the staff token they came with, if any."""

    owner: str  # user_45
    user: Any = None
    token: int | None = None
    address: str = ""


@dataclass(frozen=True)
class Deed:
    """`by` and `approved_by` are owner strings, `theatre` and `show` ids, `booking` a reference. `before` and `after`
    hold what JSON can hold, and nothing about customers: the log is never erased."""

    verb: str
    by: str
    approved_by: str = ""
    theatre: int | None = None
    show: int | None = None
    booking: str = ""
    seats: Sequence[str] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


_actor: ContextVar[Callable[[], Actor | None] | None] = ContextVar("actor", default=None)


@contextmanager
def acting(find: Callable[[], Actor | None]) -> Iterator[None]:
    """Within it, deeds without a `by` are this actor's. `find` is asked only when there is a deed."""
    before = _actor.set(find)
    try:
        yield
    finally:
        _actor.reset(before)


def current_actor() -> Actor | None:
    find = _actor.get()
    return find() if find else None


def record(verb: str, *, by: str = "", **what: Any) -> None:
    """Tells of a deed, inside its transaction; `what` as in Deed. A log that cannot be written undoes the deed."""
    actor = current_actor()
    by = by or (actor.owner if actor else "")
    if by:
        deed_done.send(Deed, deed=Deed(verb, by, **what), actor=actor)
