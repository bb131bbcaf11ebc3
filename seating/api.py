"""The seat rows of the HTTP API."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import quote_etag
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from cinema.problems import problems
from seating import selectors
from seating.rates import FINDING

router = Router(tags=["seats"])


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
    "/shows/{show_id}/best-available/",
    auth=None,
    throttle=FINDING,
    response={200: BestOut, **problems(404, 422, 429, 503)},
    summary="The best free seats; holds nothing",
)
def best_available(request: HttpRequest, show_id: int, party: PartyIn) -> Any:
    seats, adjacent = selectors.best_available(show_id, party.count, party.tier, party.accessible)
    return {"seats": seats, "adjacent": adjacent}
