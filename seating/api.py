"""The seat rows of the HTTP API."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import quote_etag
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from cinema.addresses import address_of_request
from cinema.problems import problems
from cinema.times import utc
from seating import new_guests, selectors
from seating.auth import VisitorRequest
from seating.identity import TOKEN_LIFE, is_guest, new_guest, token_for

router = Router(tags=["seats"])


class GuestOut(Schema):
    token: str = Field(description="send it as `Authorization: Bearer` from now on, and in a socket's `hello`")
    expires_at: str


class SeatStates(Schema):
    """Every seat's state by name, in the layout's order."""

    show: int
    epoch: str
    seq: int
    seats: dict[str, str]


class PartyIn(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)

    count: Annotated[int, Field(ge=1, le=100)]
    tier: Annotated[str, Field(max_length=60)] | None = None
    accessible: bool = False


class BestOut(Schema):
    seats: list[str]
    adjacent: bool


@router.post(
    "/guests/",
    response={201: GuestOut, **problems(401, 403, 429)},
    summary="An identity for a guest before the first hold; with a token, a new one for the same guest",
)
def begin_as_guest(request: VisitorRequest) -> Any:
    owner = next(filter(is_guest, request.auth.owners), None) or new_guest()
    new_guests.admit(owner, address_of_request(request))
    return Status(201, {"token": token_for(owner), "expires_at": utc(datetime.now(UTC) + TOKEN_LIFE)})


@router.get("/shows/{show_id}/seats/", auth=None, response=SeatStates, summary="Every seat's state")
def seat_states(request: HttpRequest, show_id: int, response: HttpResponse) -> Any:
    etag = quote_etag(selectors.map_version(show_id))
    if request.headers.get("If-None-Match") == etag:
        unchanged = HttpResponse(status=304)
        unchanged["ETag"] = etag
        return unchanged
    seat_map = selectors.seat_map(show_id)
    response["ETag"] = quote_etag(f"{seat_map.epoch}.{seat_map.seq}")
    response["Cache-Control"] = "no-cache"
    return seat_map


@router.post(
    "/shows/{show_id}/best-available/", auth=None, response=BestOut, summary="The best free seats; holds nothing"
)
def best_available(request: HttpRequest, show_id: int, party: PartyIn) -> Any:
    seats, adjacent = selectors.best_available(show_id, party.count, party.tier, party.accessible)
    return {"seats": seats, "adjacent": adjacent}
