"""Writes the log: a row for every deed, in its transaction, and for every refusal, log-in and lock-out.

Refusals are written when the answer is known (`boxoffice.middleware`), outside any transaction of what was refused.
What strangers can cause is written at most once a minute for each address, so that nobody fills the log.
"""

import json
from typing import Any

from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest

from boxoffice.backends import posts_of
from boxoffice.models import StaffEvent, TokenHolder
from cinema.addresses import address_of_request
from cinema.deeds import Actor, Deed
from cinema.permissions import theatre_of_show
from seating.identity import owner_of_user

ONCE_A_MINUTE = 60  # seconds


def write_deed(sender: Any, deed: Deed, actor: Actor | None, **_: Any) -> None:
    """Receives `cinema.deeds.deed_done`."""
    theatre = deed.theatre
    if theatre is None and deed.show is not None:
        theatre = theatre_of_show(deed.show)
    mine = actor if actor is not None and actor.owner == deed.by else None
    StaffEvent.objects.create(
        verb=deed.verb,
        by=deed.by,
        approved_by=deed.approved_by,
        post=post_of(mine.user, theatre) if mine else "",
        theatre=theatre,
        show=deed.show,
        booking=deed.booking,
        seats=list(deed.seats),
        before=_plain(deed.before),
        after=_plain(deed.after),
        reason=deed.reason[:300],
        address=mine.address if mine else "",
        token=mine.token if mine else None,
    )


def write_refusal(verb: str, by: str = "", *, user: Any = None, address: str = "", **after: Any) -> None:
    """`verb`: refused, log_in_failed, locked_out; `after` says what was asked for."""
    StaffEvent.objects.create(verb=verb, by=by, post=post_of(user, None), address=address, after=_plain(after))


def first_this_minute(key: str) -> bool:
    """Whether this is the first of its kind within a minute; without the cache each is."""
    try:
        return bool(cache.add(f"staff-event:{key}", 1, ONCE_A_MINUTE))
    except Exception:  # whatever the cache's client raises: the log matters more
        return True


def actor_of(request: HttpRequest) -> Actor | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    token = user.token.pk if isinstance(user, TokenHolder) else None
    return Actor(owner_of_user(user), user, token, address_of_request(request))


def post_of(user: Any, theatre: int | None) -> str:
    """The posts that count at this theatre, in words; for a token, that it is one."""
    if user is None:
        return ""
    if isinstance(user, TokenHolder):
        return f"token {user.token.start}…: {user.token.title}"[:200]
    titles = [post.title for post in posts_of(user) if post.is_at(theatre)]
    return "; ".join(titles or ["superuser"] * user.is_superuser)[:200]


def _plain(values: Any) -> Any:
    return json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder, default=str))
