"""Keeps one person's things from the next: in a browser that several people use, and on pages opened by a link.

`keep_links_private`: the address of such a page has the link's token (`checkout.links.tokens`), so nobody may keep the
page, find it in a search, or hear its address from the browser.

`forget_when_session_changes` clears what a browser stores for one person before another person uses it.

A web ticket is stored in the browser so that it opens offline. When the browser's session changes (sign-in, sign-out,
a new password, an expired session), the response tells the browser to delete what it stores for this site: the copies
and the service workers that show them. Signing out also ends the guest identity the browser may have had; the links
in a guest's mails still open their bookings.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from checkout.links.tokens import PARAMETER
from seating.identity import COOKIE


def forget_when_session_changes(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Must wrap Django's session middleware, which sets or deletes the cookie on the response."""

    def middleware(request: HttpRequest) -> HttpResponse:
        previous = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        response = get_response(request)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value != previous:
            response["Clear-Site-Data"] = '"storage"'
            if not cookie.value and COOKIE in request.COOKIES:
                response.delete_cookie(COOKIE, samesite="Lax")
        return response

    return middleware


def keep_links_private(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
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
