"""Around every request: whose deeds these are, whether a session of staff has ended, and what was refused."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from boxoffice import sessions
from boxoffice.events import actor_of, first_this_minute, write_refusal
from boxoffice.models import TokenHolder
from cinema.addresses import address_of_request
from cinema.deeds import acting
from seating.identity import owner_of_user

LOCKED = {"too_many_login_attempts", "rate_limited"}  # allauth's codes


def staff_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Must stand inside Django's authentication middleware. A request that asks nobody's name costs nothing here."""

    def middleware(request: HttpRequest) -> HttpResponse:
        found = request.user
        request.user = SimpleLazyObject(lambda: _unless_over(request, found))  # type: ignore[assignment]
        with acting(lambda: actor_of(request)):
            response = get_response(request)
        if response.status_code == 403:
            _note_refusal(request)
        elif request.method == "POST" and _locks_out(response):
            _note_lock_out(request)
        return response

    return middleware


def _unless_over(request: HttpRequest, user: Any) -> Any:
    """The signed-in user, or nobody if theirs is a session of staff that has come to its end."""
    if not sessions.is_staff(user):
        return user
    if sessions.is_over(request.session):
        request.session.flush()
        return AnonymousUser()
    sessions.note(request.session)
    return user


def _note_refusal(request: HttpRequest) -> None:
    """A person with a post is noted each time; anybody else who tries a staff edge once a minute."""
    permission = getattr(request, "staff_permission", "")
    user = request.user
    if not permission or not user.is_authenticated:
        return
    owner = owner_of_user(user)
    if isinstance(user, TokenHolder) or sessions.is_staff(user) or first_this_minute(f"refused:{owner}"):
        asked = {"permission": permission, "method": request.method, "path": request.path[:200]}
        write_refusal("refused", owner, user=user, address=address_of_request(request), **asked)


def _locks_out(response: HttpResponse) -> bool:
    """Whether allauth's log-in, second factor or reset has had too many attempts."""
    form = (getattr(response, "context_data", None) or {}).get("form")
    errors = form.errors.as_data().values() if form is not None and getattr(form, "is_bound", False) else ()
    return any(error.code in LOCKED for of_field in errors for error in of_field)


def _note_lock_out(request: HttpRequest) -> None:
    address = address_of_request(request)
    if first_this_minute(f"locked:{address}"):
        write_refusal("locked_out", address=address, path=request.path[:200])
