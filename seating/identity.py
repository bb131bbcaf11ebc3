"""Who is asking: a signed-in user (`user_45`) or a guest (`guest_<id>`) named by a signed token.

A guest's token identifies them on a socket (`hello`), in the HTTP API (`Authorization: Bearer`) and, in a
browser, in an HttpOnly cookie so that pages know their own bookings.
"""

import contextlib
import secrets
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.core import signing
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from cinema.errors import DomainError
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
    """The token a guest shows; to whoever holds it, it is the guest."""
    return _signer.sign(owner)


def owner_from_token(token: str) -> str:
    """Raises BadToken when the token is not one of ours."""
    try:
        owner = _signer.unsign(token)
    except signing.BadSignature:
        raise BadToken("This token was not issued here. Leave it out to begin as a new guest.") from None
    if not owner.startswith("guest_"):
        raise BadToken("This token does not name a guest.")
    return owner


def is_guest(owner: str) -> bool:
    return owner.startswith("guest_")


def owners_of_request(request: Any) -> list[str]:
    """Everyone this HTTP request may speak for, the first of them for new holds: bearer, user, guest cookie.

    A person who books as a guest and then signs in keeps both. Empty for a stranger. Raises BadToken for a
    bearer token that is not ours (a stale cookie is merely ignored).
    """
    owners = []
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return [owner_from_token(header.removeprefix("Bearer ").strip())]
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        owners.append(owner_of_user(user))
    cookie = request.COOKIES.get(COOKIE)
    if cookie:
        with contextlib.suppress(BadToken):
            owners.append(owner_from_token(cookie))
    return owners


def set_guest_cookie(response: Any, owner: str, secure: bool) -> None:
    """Lets a browser be this guest on pages; scripts cannot read it and other sites cannot send it."""
    response.set_cookie(COOKIE, token_for(owner), max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=secure)


class CsrfFailed(DomainError):
    code = "csrf_failed"
    status = 403
    title = "Request not verified"


def require_csrf(request: HttpRequest) -> None:
    """For writing requests that cookies identify: another site's page could have sent them.

    A bearer token cannot be sent by accident, and a request without our cookies speaks for nobody. Raises CsrfFailed.
    """
    if request.headers.get("Authorization", "").startswith("Bearer "):
        return
    if not {settings.SESSION_COOKIE_NAME, COOKIE} & set(request.COOKIES):
        return
    check = CsrfViewMiddleware(_answer)
    check.process_request(request)
    request.csrf_processing_done = False  # type: ignore[attr-defined]
    if check.process_view(request, _answer, (), {}) is not None:
        raise CsrfFailed("Send the CSRF token of the page in X-CSRFToken, or a bearer token. Reload the page.")


class NotSignedIn(DomainError):
    code = "unauthorised"
    status = 401
    title = "Not signed in"


class StaffOnly(DomainError):
    code = "forbidden"
    status = 403
    title = "For staff only"


def require_staff(request: HttpRequest) -> str:
    """The owner string of the member of staff whose session this is; a writing request carries their CSRF token.

    A bearer token speaks for a guest, whoever else is signed in. Raises NotSignedIn, StaffOnly, CsrfFailed.
    """
    if request.headers.get("Authorization", "").startswith("Bearer "):
        raise StaffOnly("A guest's token opens nothing here. Sign in as a member of staff.")
    if not request.user.is_authenticated:
        raise NotSignedIn("Sign in as a member of staff.")
    if not request.user.is_staff:
        raise StaffOnly("You are signed in, but not as a member of staff.")
    require_csrf(request)  # safe methods pass
    return owner_of_user(request.user)


def _answer(request: HttpRequest) -> HttpResponse:
    """Stands for the view that the middleware asks about: one that is not exempt."""
    return HttpResponse()


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
