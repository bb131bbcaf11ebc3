"""The staff's edges of the HTTP API: each names the permission it needs, `auth=staff(permission)`.

A member of staff comes with a session or, as a program or device, with a staff token. Either way `request.auth` is a
`StaffMember`. The scheme asks whether they have the permission anywhere; the operation asks once more at the theatre
it is about (`request.auth.require`). Who has which permission is for Django's authentication backends to say, and
whether a session is good enough for staff for `settings.STAFF_SESSION_CHECK`; seating knows neither roles nor posts.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.module_loading import import_string
from ninja.security.base import AuthBase

from cinema.errors import DomainError
from seating import auth
from seating.identity import Visitor, has_bearer, owner_of_user

TOKEN_PREFIX = "staff_"  # noqa: S105 - what every staff token begins with


class NotSignedIn(DomainError):
    code = "unauthorised"
    status = 401
    title = "Not signed in"


class StaffOnly(DomainError):
    code = "forbidden"
    status = 403
    title = "Not allowed"


@dataclass(frozen=True)
class StaffMember(Visitor):
    """Whom a staff request speaks for. `user` is the account, or a token's holder, and has Django's `has_perm`."""

    user: Any = None
    permission: str = ""

    def may(self, theatre_id: int | None, permission: str = "") -> bool:
        """Whether they have the permission, by default the operation's, at this theatre. None is no theatre."""
        return theatre_id is not None and self.user.has_perm(permission or self.permission, theatre_id)

    def require(self, theatre_id: int | None, permission: str = "") -> None:
        """Raises StaffOnly."""
        if not self.may(theatre_id, permission):
            raise StaffOnly("Your post does not allow this at this theatre. Ask an administrator.")


class StaffRequest(HttpRequest):
    """What an operation for staff gets once a scheme has let it pass."""

    auth: StaffMember


def staff_token_of(authorization: str) -> str:
    """The staff token of an `Authorization` header; empty where it has none."""
    kind, _, token = authorization.partition(" ")
    token = token.strip()
    return token if kind.lower() == "bearer" and token.startswith(TOKEN_PREFIX) else ""


class StaffToken(AuthBase):
    """`Authorization: Bearer staff_…`, before any session. Raises NotSignedIn, StaffOnly."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A staff token of a program or device: `manage.py staff_token`, or a page for administrators."

    def __init__(self, permission: str) -> None:
        super().__init__()
        self.permission = permission

    def __call__(self, request: HttpRequest) -> StaffMember | None:
        secret = staff_token_of(request.headers.get("Authorization", ""))
        if not secret:
            return None
        holder = authenticate(request, staff_token=secret)
        if holder is None:
            raise NotSignedIn("This staff token is unknown, over or revoked. Ask an administrator for a new one.")
        request.user = holder
        return _member(request, self.permission)


class StaffSession(auth.CookieScheme):
    """The session of a member of staff. A guest's token speaks for a guest, whoever else is signed in.

    Raises StaffOnly, NotSignedIn, CsrfFailed, and what `settings.STAFF_SESSION_CHECK` raises.
    """

    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "A member of staff who is signed in and whose post allows it."

    def __init__(self, permission: str) -> None:
        super().__init__()
        self.permission = permission

    def __call__(self, request: HttpRequest) -> StaffMember:
        if has_bearer(request):
            raise StaffOnly("A guest's token opens nothing here. Sign in as a member of staff.")
        if not request.user.is_authenticated:
            raise NotSignedIn("Sign in as a member of staff.")
        member = _member(request, self.permission)
        auth.check_csrf(request)
        import_string(settings.STAFF_SESSION_CHECK)(request)
        return member


def note_permission(request: HttpRequest, permission: str) -> None:
    """What this request is about to be asked for: the log says it, should it be refused."""
    request.staff_permission = permission  # type: ignore[attr-defined] # Django's requests carry what one puts there


def _member(request: HttpRequest, permission: str) -> StaffMember:
    note_permission(request, permission)
    if not request.user.has_perm(permission):
        raise StaffOnly("You are signed in, but your post does not allow this.")
    return StaffMember((owner_of_user(request.user),), request.user, permission)


def staff(permission: str) -> list[AuthBase]:
    """The schemes of an operation that asks for this permission."""
    return [StaffToken(permission), StaffSession(permission)]
