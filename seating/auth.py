"""Who may call the HTTP API: the schemes that Ninja tries before an operation runs, and what OpenAPI says of them.

`VISITOR` is the API's default, so an operation that says nothing is not open. Ninja tries its schemes in order, and the
first that answers decides `request.auth`, a `Visitor`: a guest's token, a signed-in user's session, a guest's cookie,
and at last a stranger, who owns nothing: what becomes of them is for the operation to say. Members of staff have
schemes of their own: `seating.staff`.

Cookies come along with whatever another site's page sends, so every scheme that reads them first asks for the CSRF
token of one of our pages. A bearer token cannot be sent by accident. What a scheme raises is answered as any refusal.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from ninja.security.base import AuthBase

from cinema.addresses import address_of_request
from cinema.errors import DomainError
from seating.identity import (
    COOKIE,
    Caller,
    Visitor,
    is_guest,
    is_verified,
    visitor_of_bearer,
    visitor_of_cookies,
)

SAFE_METHODS = {"get", "head", "options", "trace"}


class CsrfFailed(DomainError):
    code = "csrf_failed"
    status = 403
    title = "Request not verified"


class VisitorRequest(HttpRequest):
    """What an operation gets once a scheme has let it pass."""

    auth: Visitor


def caller_of(request: HttpRequest, owner: str) -> Caller:
    """In whose budget the seats count that this owner asks for."""
    return Caller(address_of_request(request), verified=not is_guest(owner) and is_verified(request.user))


def check_csrf(request: HttpRequest) -> None:
    """Raises CsrfFailed for a writing request with cookies of ours that does not prove it comes from our own page.

    A request without our cookies speaks for nobody.
    """
    if not {settings.SESSION_COOKIE_NAME, COOKIE} & set(request.COOKIES):
        return
    if request.content_type == "multipart/form-data":
        _ = request.body  # Django looks for the token among the form's fields: Ninja must still find the body after it
    check = CsrfViewMiddleware(_answer)
    check.process_request(request)
    request.csrf_processing_done = False  # type: ignore[attr-defined]
    if check.process_view(request, _answer, (), {}) is not None:
        raise CsrfFailed("Send the CSRF token of the page in X-CSRFToken, or a bearer token. Reload the page.")


def _answer(request: HttpRequest) -> HttpResponse:
    """Stands for the view that the middleware asks about: one that is not exempt."""
    return HttpResponse()


# ------------------------------------------------------------------------------------------------- schemes
class GuestBearer(AuthBase):
    """`Authorization: Bearer`, before any cookie. Raises BadToken for a token that is not ours."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A guest's token, from locking seats or joining a waitlist. It goes before any cookie."

    def __call__(self, request: HttpRequest) -> Visitor | None:
        return visitor_of_bearer(request)


class CookieScheme(AuthBase):
    """A scheme that reads cookies: the CSRF token first. Raises CsrfFailed."""

    openapi_type = "apiKey"
    openapi_in = "cookie"

    def __call__(self, request: HttpRequest) -> Visitor | None:
        check_csrf(request)
        return self.visitor(request)

    def visitor(self, request: HttpRequest) -> Visitor | None:
        """Whom the cookies name, or None where this scheme has nothing to say."""
        raise NotImplementedError


class UserSession(CookieScheme):
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "Who is signed in; what they booked as a guest on this device is theirs, too."

    def visitor(self, request: HttpRequest) -> Visitor | None:
        visitor = visitor_of_cookies(request)
        return visitor if visitor.owner and not is_guest(visitor.owner) else None


class GuestCookie(CookieScheme):
    openapi_name = COOKIE
    openapi_description = "A guest's token, as the pages keep it."

    def visitor(self, request: HttpRequest) -> Visitor | None:
        visitor = visitor_of_cookies(request)
        return visitor if visitor.owner else None


class Stranger(CookieScheme):
    """Everybody else. Cookies that name nobody (any more) still have to pass the CSRF check."""

    openapi_name = "none"  # for Ninja's sake: `complete_security` takes it out of the document

    def visitor(self, request: HttpRequest) -> Visitor:
        return Visitor()


VISITOR: list[AuthBase] = [GuestBearer(), UserSession(), GuestCookie(), Stranger()]


# ------------------------------------------------------------------------------------------------- OpenAPI
CSRF_TOKEN = {
    "type": "apiKey",
    "in": "header",
    "name": "X-CSRFToken",
    "description": f"The value of the cookie `{settings.CSRF_COOKIE_NAME}`, which every page sets.",
}


def complete_security(document: dict[str, Any]) -> None:
    """Writes into an OpenAPI document what Ninja cannot: that a writing request needs the CSRF token beside a cookie,
    and that strangers need nothing at all."""
    schemes = document["components"]["securitySchemes"]
    of_cookies = {kind.__name__ for kind in CookieScheme.__subclasses__()} - {Stranger.__name__}
    schemes.pop(Stranger.__name__, None)
    schemes["CsrfToken"] = CSRF_TOKEN
    for path in document["paths"].values():
        for method, operation in path.items():
            for alternative in operation.get("security", []):
                if method not in SAFE_METHODS and of_cookies & alternative.keys():
                    alternative["CsrfToken"] = []
                alternative.pop(Stranger.__name__, None)
