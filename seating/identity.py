"""Who is asking: a signed-in user (`user_45`) or a guest (`guest_<id>`) named by a signed token.

A guest's token identifies them on a socket (`hello`), in the HTTP API (`Authorization: Bearer`) and, in a
browser, in an HttpOnly cookie so that pages know their own bookings. It ends 90 days after it was made; whoever uses it
gets a new one in time, and `seating.generations` can end every copy of it sooner.
"""

import contextlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.core import signing
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from seating.errors import BadToken, HoldsUnavailable
from seating.generations import generation_of, refresh

COOKIE = settings.GUEST_COOKIE_NAME
TOKEN_LIFE = timedelta(days=90)
RENEWED_AFTER = timedelta(days=1)  # a browser's token is made anew once a day at most
_signer = signing.TimestampSigner(salt="seating.guest")


def owner_of_user(user: Any) -> str:
    return f"user_{user.pk}"


def new_guest() -> str:
    """A fresh guest's owner string; the id has 96 random bits, so it cannot be guessed."""
    return f"guest_{secrets.token_hex(12)}"


def token_for(owner: str) -> str:
    """A token that names this guest for `TOKEN_LIFE` from now: whoever holds it is taken for them."""
    return _signer.sign(f"{owner}/{generation_of(owner)}")


def guest_token(owner: str) -> str | None:
    """`token_for` a guest; None for a user, who signs in instead."""
    return token_for(owner) if is_guest(owner) else None


def owner_from_token(token: str, *, age: timedelta = TOKEN_LIFE) -> str:
    """The guest that a token of at most this age names. Raises BadToken.

    On the event loop, call `seating.generations.arefresh` first.
    """
    try:
        owner, _, generation = _signer.unsign(token, max_age=age).partition("/")
    except signing.SignatureExpired:
        raise BadToken("This token has ended. Leave it out to begin as a new guest.") from None
    except signing.BadSignature:
        raise BadToken("This token was not issued here. Leave it out to begin as a new guest.") from None
    if not is_guest(owner):
        raise BadToken("This token does not name a guest.")
    if generation != generation_of(owner):
        raise BadToken("This token was ended. Leave it out to begin as a new guest.")
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


@dataclass(frozen=True)
class Caller:
    """Who asks for seats, beside their identity: the address they come from (as `cinema.addresses` has it), and whether
    they are signed in to an account whose e-mail address is verified."""

    address: str = ""
    verified: bool = False


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
    refresh()
    return Visitor((owner_from_token(request.headers["Authorization"].removeprefix("Bearer ").strip()),))


def visitor_of_cookies(request: Any) -> Visitor:
    """The signed-in user, then the guest of the cookie; a stale cookie is ignored."""
    owners = []
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        owners.append(owner_of_user(user))
    guest = guest_of_cookie(request)
    return Visitor((*owners, guest) if guest else tuple(owners))


def guest_of_cookie(request: Any, *, age: timedelta = TOKEN_LIFE) -> str | None:
    """The guest of this browser; None without one, and for a token that is older, ended or not ours."""
    cookie = request.COOKIES.get(COOKIE)
    if not cookie:
        return None
    refresh()
    with contextlib.suppress(BadToken):
        return owner_from_token(cookie, age=age)
    return None


def is_verified(user: Any) -> bool:
    """Whether somebody is signed in to an account that has proved an e-mail address."""
    return bool(user.is_authenticated) and EmailAddress.objects.filter(user=user.pk, verified=True).exists()


def set_guest_cookie(response: Any, owner: str) -> None:
    """Lets a browser be this guest on pages; scripts cannot read it and other sites cannot send it."""
    response.set_cookie(
        COOKIE,
        token_for(owner),
        max_age=int(TOKEN_LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def drop_guest_cookie(response: Any) -> None:
    response.set_cookie(
        COOKIE, "", max_age=0, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )  # not delete_cookie: a browser ignores the deletion of a `__Host-` cookie that is not marked as secure


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


@dataclass(frozen=True)
class Account:
    """Somebody who is signed in."""

    owner: str
    verified: bool


async def account_of_session(session_key: str | None) -> Account | None:
    """Who is signed in with this session, as the database has it now. Raises HoldsUnavailable."""
    return await _load_account(session_key) if session_key else None


@database_sync_to_async
def _load_account(session_key: str) -> Account | None:
    user = _user_of_session(session_key)
    return None if user is None else Account(owner_of_user(user), is_verified(user))


async def user_of_session(session_key: str | None) -> Any:
    """The signed-in user of this session as the database has it now, or None. Raises HoldsUnavailable."""
    return await database_sync_to_async(_user_of_session)(session_key) if session_key else None


def _user_of_session(session_key: str) -> Any:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    try:
        user = get_user(request)
    except (OperationalError, InterfaceError):
        raise HoldsUnavailable("The database cannot be reached just now. Try again in a moment.") from None
    return user if user.is_authenticated else None
