"""What a browser keeps for one person is not left to the next.

A web ticket is kept in the browser so that it opens without a network. When the browser's session changes hands
(signing in or out, a new password, a session that ran out) the answer tells the browser to drop what it keeps of us:
the copies and the workers that show them. Who signs out also stops being the guest they may have been before; the
links in a guest's mails still open their bookings.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from seating.identity import COOKIE


def forget_when_session_changes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., Any]:
    """Stands outside Django's session middleware, which decides about the cookie on the way out."""

    def answer(request: HttpRequest) -> HttpResponse:
        before = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        response = get_response(request)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value != before:
            response["Clear-Site-Data"] = '"storage"'
            if not cookie.value and COOKIE in request.COOKIES:
                response.delete_cookie(COOKIE, samesite="Lax")
        return response

    return answer
