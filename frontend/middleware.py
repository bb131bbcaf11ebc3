"""Keeps one person's things from the next: in a browser that several people use, and on pages opened by a link.

`keep_links_private`: the address of such a page has the link's token (`checkout.links.tokens`), so nobody may keep the
page, find it in a search, or hear its address from the browser.

`forget_when_session_changes` clears what a browser stores for one person before another person uses it.

A web ticket is stored in the browser so that it opens offline. When the browser's session changes (sign-in, sign-out,
a new password, an expired session), the response tells the browser to delete what it stores for this site: the copies
and the service workers that show them. Signing out also ends the guest identity the browser may have had.

`keep_guest` takes the guest along who signs in: with the first request of the session, everything that is the guest's
becomes the account's. Not while signing in itself: other tabs of the browser are told at once and come back, and only
then does the browser have the session with which they are the account's.
"""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from checkout.bookings.adopt import adopt_guest
from checkout.links.tokens import PARAMETER
from seating.errors import HoldsUnavailable
from seating.identity import (
    COOKIE,
    RENEWED_AFTER,
    drop_guest_cookie,
    guest_of_cookie,
    is_verified,
    owner_of_user,
    set_guest_cookie,
)

log = structlog.get_logger(__name__)
View = Callable[[HttpRequest], HttpResponse]


def forget_when_session_changes(get_response: View) -> View:
    """Must wrap Django's session middleware, which sets or deletes the cookie on the response."""

    def middleware(request: HttpRequest) -> HttpResponse:
        previous = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        response = get_response(request)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value != previous:
            response["Clear-Site-Data"] = '"storage"'
            if not cookie.value and COOKIE in request.COOKIES:
                drop_guest_cookie(response)
        return response

    return middleware


def keep_guest(get_response: View) -> View:
    """Must come after Django's authentication middleware."""

    def middleware(request: HttpRequest) -> HttpResponse:
        guest = guest_of_cookie(request)
        adopted = guest is not None and _taken_along(request, guest)
        response = get_response(request)
        if guest is None or COOKIE in response.cookies:
            return response
        if adopted:
            drop_guest_cookie(response)
        elif guest_of_cookie(request, age=RENEWED_AFTER) is None:
            set_guest_cookie(response, guest)
        return response

    return middleware


def _taken_along(request: HttpRequest, guest: str) -> bool:
    """Whether everything of this guest is now the account's. If it cannot be done just now, the next request tries."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return False
    try:
        adopt_guest(guest, owner_of_user(request.user), verified=is_verified(request.user))
    except (HoldsUnavailable, OperationalError, InterfaceError) as error:
        log.warning("guest_not_adopted", reason=str(error))
        return False
    return True


def keep_links_private(get_response: View) -> View:
    """Must be inside the security middleware, which leaves a response's own Referrer-Policy as it is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if PARAMETER in request.GET:
            # Only the origin is ever sent on. With `no-referrer`, browsers send `Origin: null` with the page's own
            # forms, which the CSRF check refuses.
            response["Referrer-Policy"] = "strict-origin"
            response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware
