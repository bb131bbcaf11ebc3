"""Who is asking: a signed-in user (`user_45`) or a guest (`guest_<id>`) named by a signed token.

A guest's token identifies them on a socket (`hello`), in the HTTP API (`Authorization: Bearer`) and, in a
browser, in an HttpOnly cookie so that pages know their own bookings.
"""

import contextlib
import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.core import signing
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from seating.errors import BadToken, HoldsUnavailable

COOKIE = "guest"
COOKIE_SECONDS = 60 * 60 * 24 * 90
_signer = signing.Signer(salt="seating.guest")


def owner_of_user(user: Any) -> str:
    return f"user_{user.pk}"


def new_guest() -> str:
    """A fresh guest's owner string; the id has 96 random bits, so it cannot be guessed."""
    return f"guest_{secrets.token_hex(12)}"


def token_for(owner: str) -> str:
    """The token that names this guest: whoever holds it is taken for them."""
    return _signer.sign(owner)


def guest_token(owner: str) -> str | None:
    """`token_for` a guest; None for a user, who signs in instead."""
    return token_for(owner) if is_guest(owner) else None


def owner_from_token(token: str) -> str:
    """Raises BadToken when the token is not one of ours."""
    try:
        owner = _signer.unsign(token)
    except signing.BadSignature:
        raise BadToken("This token was not issued here. Leave it out to begin as a new guest.") from None
    if not is_guest(owner):
        raise BadToken("This token does not name a guest.")
    return owner


def is_guest(owner: str) -> bool:
    return owner.startswith("guest_")


@dataclass(frozen=True)
class Visitor:
    """Whom a request speaks for: `owners` are all of them, a stranger has none.

    A person who books as a guest and then signs in keeps both, the user first.
    """

    owners: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """The first, for new holds and for what is sent again; empty for a stranger."""
        return next(iter(self.owners), "")

    def or_new_guest(self) -> "Visitor":
        return self if self.owners else Visitor((new_guest(),))


def visitor_of(request: Any) -> Visitor:
    """Whom this HTTP request speaks for; see `visitor_of_bearer`, `visitor_of_cookies`. Raises BadToken.

    It does not ask for a CSRF token: that is `seating.auth`'s for the API, and Django's for pages.
    """
    return visitor_of_bearer(request) or visitor_of_cookies(request)


def has_bearer(request: Any) -> bool:
    return str(request.headers.get("Authorization", "")).startswith("Bearer ")


def visitor_of_bearer(request: Any) -> Visitor | None:
    """The guest of a bearer token, who goes before any cookie. Raises BadToken when it is not one of ours."""
    if not has_bearer(request):
        return None
    return Visitor((owner_from_token(request.headers["Authorization"].removeprefix("Bearer ").strip()),))


def visitor_of_cookies(request: Any) -> Visitor:
    """The signed-in user, then the guest of the cookie; a stale cookie is ignored."""
    owners = []
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        owners.append(owner_of_user(user))
    cookie = request.COOKIES.get(COOKIE)
    if cookie:
        with contextlib.suppress(BadToken):
            owners.append(owner_from_token(cookie))
    return Visitor(tuple(owners))


def set_guest_cookie(response: Any, owner: str, secure: bool) -> None:
    """Lets a browser be this guest on pages; scripts cannot read it and other sites cannot send it."""
    response.set_cookie(COOKIE, token_for(owner), max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=secure)


def cookies_of_socket(scope: dict[str, Any]) -> dict[str, str]:
    """The cookies a socket's handshake carried; an unreadable header counts as none."""
    cookies: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                cookies.load(value.decode("latin-1"))
            except CookieError:
                continue
    return {name: morsel.value for name, morsel in cookies.items()}


async def user_of_session(session_key: str | None) -> Any:
    """The signed-in user of this session as the database has it now, or None. Raises HoldsUnavailable."""
    return await _load_user(session_key) if session_key else None


@database_sync_to_async
def _load_user(session_key: str) -> Any:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    try:
        user = get_user(request)
    except (OperationalError, InterfaceError):
        raise HoldsUnavailable("The database cannot be reached just now. Try again in a moment.") from None
    return user if user.is_authenticated else None
