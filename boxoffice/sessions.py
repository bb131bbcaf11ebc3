"""What a session of staff must be: not too old, not idle, with a second factor, and fresh for what cannot be undone.

A session ends 12 hours after its log-in and after 60 idle minutes. With `REQUIRE_STAFF_MFA` an account with a post
that has no second factor is led to setting one up before it sees anything of the staff's.
"""

import time
from importlib import import_module
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from boxoffice.backends import posts_of
from cinema.errors import DomainError

LONGEST = 12 * 60 * 60  # seconds since the log-in
IDLE = 60 * 60  # seconds since the last request
SEEN_EVERY = 60  # seconds: a session is not written for each request
BEGAN, SEEN = "staff_began", "staff_seen"


class SecondFactorRequired(DomainError):
    code = "second_factor_required"
    status = 403
    title = "Second factor needed"


def is_staff(user: Any) -> bool:
    """Somebody whose session these rules are for. Cheap for customers: no question to the database."""
    return bool(user.is_authenticated and (user.is_staff or user.is_superuser))


def is_over(session: Any, now: float | None = None) -> bool:
    """Whether a session of staff has come to its end. One that has not been seen yet has not."""
    now = time.time() if now is None else now
    return bool(now - session.get(BEGAN, now) > LONGEST or now - session.get(SEEN, now) > IDLE)


def note(session: Any, now: float | None = None) -> None:
    now = time.time() if now is None else now
    session.setdefault(BEGAN, now)
    if now - session.get(SEEN, 0) > SEEN_EVERY:
        session[SEEN] = now


def lacks_factor(user: Any) -> bool:
    return bool(settings.REQUIRE_STAFF_MFA) and not is_mfa_enabled(user)


def check_api_session(request: HttpRequest) -> None:
    """`settings.STAFF_SESSION_CHECK`. Raises SecondFactorRequired."""
    if lacks_factor(request.user):
        raise SecondFactorRequired("Set up two-step sign-in for your account first: /accounts/2fa/.")


def is_fresh(request: HttpRequest) -> bool:
    """Whether a password or a factor was given within the last minutes, at the log-in or since."""
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < account_settings.REAUTHENTICATION_TIMEOUT for record in records)


def require_fresh(request: HttpRequest) -> None:
    """Raises ReauthenticationRequired, on which allauth asks for it and then goes on with the same request."""
    if not is_fresh(request):
        raise ReauthenticationRequired


def ask_again(request: HttpRequest) -> HttpResponse:
    """To the password or factor and back, without what was posted: a new password must not wait in the session."""
    [first, *_others] = get_adapter().get_reauthentication_methods(request.user)
    return redirect(f"{first['url']}?{urlencode({'next': request.get_full_path()})}")


def user_of_good_session(session_key: str) -> Any:
    """The account of a session that is good for staff at this moment, as the database has it; else None."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    if not user.is_authenticated or is_over(request.session):
        return None
    if not (user.is_superuser or posts_of(user)) or lacks_factor(user):
        return None
    return user
