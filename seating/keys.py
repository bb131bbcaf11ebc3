"""Names of everything seating keeps in Redis.

None of them changes: running sites have data under them. `seat_lock:{show}:{seat}` is also public, in
docs/architecture.md. On Redis Cluster the show's number is in braces, so that all keys of one show are in one slot and
a script may use them together.
"""

from urllib.parse import urlsplit

from django.conf import settings

SHOWS_WITH_HOLDS = "shows_with_holds"  # sorted set: show → until when (ms) it may have holds to expire


def _tag(show_id: int) -> str:
    return f"{{{show_id}}}" if settings.REDIS_CLUSTER else str(show_id)


def lock_prefix(show_id: int) -> str:
    """The beginning of a seat's lock key; the seat's public id follows."""
    return f"seat_lock:{_tag(show_id)}:"


def of_show(show_id: int) -> list[str]:
    """The KEYS of every script, in this order.

    1 meta: hash, `epoch`, `seq`, how many seats are `h`, `s`, `b`, how many have `lapsed`, how many were `refused`
    2 seats: hash, seat → `s`, `b` or `h<owner>:<hold>`; available seats are absent
    3 deadlines, named `due`: sorted set, `<owner>:<hold>` → deadline in ms
    4 holds, named `people`: hash, owner → JSON {hold: {first, until, extended, booked, seats, asks, of}}; `asks` are
      the requests that brought seats, each [id, ms, client's key, budget]; `of` has each seat's among them, 0 for none
    5 budgets: hash, an address or account → JSON {held, lapsed: {minute: seats}} (seating/budgets.py)
    """
    return [f"show:{_tag(show_id)}:{part}" for part in ("meta", "seats", "due", "people", "budgets")]


def viewers(show_id: int) -> str:
    """Hash: web process → `<sockets>:<ms of the report>`."""
    return f"show:{_tag(show_id)}:viewers"


def channel(show_id: int) -> str:
    """Where a show's changes are published. Publishing crosses logical databases, so the database is named."""
    return f"show:{_tag(show_id)}:changes@{urlsplit(settings.REDIS_URL).path.strip('/')}"
