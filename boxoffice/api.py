"""The box office's part of the HTTP API: blocks, people's posts, staff tokens, the log.

Sessions and staff tokens alike; what is outside one's theatres is unknown here (404). People and tokens ask a session
for a password or factor given within the last minutes; a token is its own proof.
"""

from datetime import date
from typing import Annotated, Any, Literal

from django.contrib.auth.models import User
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from boxoffice import log
from boxoffice.models import StaffPost, TokenHolder
from boxoffice.posts import end_post, give_post
from boxoffice.roles import Role
from boxoffice.sessions import is_fresh
from boxoffice.tokens import LONGEST_DAYS, make_token, revoke_token
from cinema.errors import DomainError, NotFound
from cinema.models import Theatre
from cinema.permissions import theatre_of_show
from cinema.problems import problems
from cinema.times import utc
from seating.errors import SeatUnavailable
from seating.services.blocks import block_seats, unblock_seats
from seating.staff import StaffRequest, staff

router = Router(tags=["box office"])
MOST_SEATS = 500
Seats = Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(min_length=1, max_length=MOST_SEATS)]
Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
RoleName = Literal["usher", "cashier", "supervisor", "manager", "programmer", "accountant", "administrator"]
BLOCK = staff("boxoffice.block")
PEOPLE = staff("boxoffice.people")
TOKENS = staff("boxoffice.tokens")


class NotFresh(DomainError):
    code = "fresh_sign_in_required"
    status = 403
    title = "Password needed again"


class Strict(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)


class BlockIn(Strict):
    seats: Seats
    kind: Literal["house", "broken", "channel", "camera", "group"] = "house"
    reason: Reason


class UnblockIn(Strict):
    seats: Seats
    reason: Reason


class RefusedSeat(Schema):
    seat: str
    code: str


class DoneOut(Schema):
    done: list[str]
    refused: list[RefusedSeat]


class PostIn(Strict):
    email: Annotated[str, Field(max_length=254)]
    role: RoleName
    theatre: Annotated[str, Field(max_length=120)] | None = Field(None, description="its slug; null: all theatres")


class PostOut(Schema):
    id: int
    email: str
    role: str
    theatre: str | None


class TokenIn(PostIn):
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 30
    name: Annotated[str, Field(max_length=80)] = ""


class TokenOut(PostOut):
    token: str = Field(description="shown in this answer only")
    expires_at: str


class LogIn(Schema):
    person: Annotated[str, Field(max_length=100)] = ""
    verb: Annotated[str, Field(max_length=40)] = ""
    show: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    booking: Annotated[str, Field(max_length=12)] = ""
    seat: Annotated[str, Field(max_length=40)] = ""
    day: date | None = None
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class EventOut(Schema):
    at: str
    by: str
    account: str
    approved_by: str
    post: str
    verb: str
    theatre: str
    show: int | None
    booking: str
    seats: list[str]
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    address: str


class LogOut(Schema):
    items: list[EventOut]
    count: int


# ----------------------------------------------------------------------------------------------- blocks
@router.post(
    "/boxoffice/shows/{show_id}/block/",
    auth=BLOCK,
    response={200: DoneOut, **problems(401, 403, 404, 422, 503)},
    summary="Takes free seats out of sale; seats that are held or sold are refused one by one",
)
def block(request: StaffRequest, show_id: int, wanted: BlockIn) -> Any:
    _require_show(request, show_id)
    reason, left = f"{wanted.kind}: {wanted.reason}", list(wanted.seats)
    refused: list[dict[str, str]] = []
    while left:
        try:
            return {"done": block_seats(show_id, left, request.auth.owner, reason), "refused": refused}
        except SeatUnavailable as error:
            taken = set(error.seats) or set(left)
            refused += [{"seat": seat, "code": error.code} for seat in left if seat in taken]
            left = [seat for seat in left if seat not in taken]
    return {"done": [], "refused": refused}


@router.post(
    "/boxoffice/shows/{show_id}/unblock/",
    auth=BLOCK,
    response={200: DoneOut, **problems(401, 403, 404, 422, 503)},
    summary="Puts blocked seats back on sale",
)
def unblock(request: StaffRequest, show_id: int, wanted: UnblockIn) -> Any:
    _require_show(request, show_id)
    done = unblock_seats(show_id, wanted.seats, request.auth.owner, wanted.reason)
    refused = [{"seat": seat, "code": "not_blocked"} for seat in wanted.seats if seat not in done]
    return {"done": done, "refused": refused}


def _require_show(request: StaffRequest, show_id: int) -> None:
    """Raises NotFound where there is no such show at a theatre where this person may."""
    if not request.auth.may(theatre_of_show(show_id)):
        raise NotFound("There is no such show at your theatres.")


# ----------------------------------------------------------------------------------------------- people
@router.post(
    "/boxoffice/people/posts/",
    auth=PEOPLE,
    response={201: PostOut, **problems(401, 403, 404, 422)},
    summary="Gives an account a post; asked again, it is the same post",
)
def give(request: StaffRequest, wanted: PostIn) -> Any:
    _require_fresh(request)
    post = give_post(_account(wanted.email), wanted.role, _theatre(wanted.theatre), request.auth.owner)
    return Status(201, _post(post))


@router.delete(
    "/boxoffice/people/posts/{post_id}/",
    auth=PEOPLE,
    response={204: None, **problems(401, 403, 404)},
    summary="Ends a post",
)
def end(request: StaffRequest, post_id: int) -> Any:
    _require_fresh(request)
    post = StaffPost.objects.select_related("user", "theatre").filter(pk=post_id).first()
    if post is None:
        raise NotFound("There is no such post.")
    end_post(post, request.auth.owner)
    return Status(204, None)


@router.post(
    "/boxoffice/tokens/",
    auth=TOKENS,
    response={201: TokenOut, **problems(401, 403, 404, 422)},
    summary="Makes a staff token; its secret is in this answer only",
)
def make(request: StaffRequest, wanted: TokenIn) -> Any:
    _require_fresh(request)
    theatre = _theatre(wanted.theatre)
    token, secret = make_token(
        _account(wanted.email), wanted.role, theatre, wanted.days, wanted.name, request.auth.owner
    )
    return Status(201, {**_post(token), "token": secret, "expires_at": utc(token.expires_at)})


@router.delete(
    "/boxoffice/tokens/{token_id}/",
    auth=TOKENS,
    response={204: None, **problems(401, 403, 404)},
    summary="Revokes a staff token",
)
def revoke(request: StaffRequest, token_id: int) -> Any:
    if not revoke_token(token_id, request.auth.owner):
        raise NotFound("There is no such token that is still good.")
    return Status(204, None)


@router.get(
    "/boxoffice/log/", auth=staff(log.READ), response={200: Any, **problems(401, 403, 422)}, summary="What staff did"
)
def read_log(request: StaffRequest, wanted: Query[LogIn]) -> Any:
    search = wanted.model_dump(exclude={"offset", "limit"})
    events = log.events_for(request.auth.user, log.Wanted(**search))
    page = list(events[wanted.offset : wanted.offset + wanted.limit])
    return {"items": log.with_accounts(page), "count": events.count()}


def _require_fresh(request: StaffRequest) -> None:
    if not isinstance(request.auth.user, TokenHolder) and not is_fresh(request):
        raise NotFresh("Give your password once more: /accounts/reauthenticate/.")


def _account(email: str) -> User:
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise NotFound("There is no such account.")
    return user


def _theatre(slug: str | None) -> Theatre | None:
    if slug is None:
        return None
    theatre = Theatre.objects.filter(slug=slug).first()
    if theatre is None:
        raise NotFound("There is no such theatre.")
    return theatre


def _post(held: Any) -> dict[str, Any]:
    return {
        "id": held.pk,
        "email": held.user.email,
        "role": Role(held.role).value,
        "theatre": held.theatre.slug if held.theatre else None,
    }
