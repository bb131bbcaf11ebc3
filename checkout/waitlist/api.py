"""The waitlist's rows of the HTTP API: parse, call one service, answer. Taking an offer is in bookings."""

from collections.abc import Sequence
from typing import Any

from ninja import Router, Status

from checkout.fields import ShowId
from checkout.waitlist import entries
from checkout.waitlist.schemas import JoinedOut, JoinIn, LeftOut, WaitlistOut
from checkout.waitlist.select import waitlist_entry_of, waitlist_json
from cinema.addresses import address_of_request
from cinema.problems import problems
from cinema.selectors import get_show
from seating import new_guests
from seating.auth import VisitorRequest
from seating.identity import guest_token

router = Router(tags=["waitlist"])


def _state(show_id: int, owners: Sequence[str]) -> dict[str, Any]:
    entry = waitlist_entry_of(owners, show_id)
    return {"show": show_id, "entry": waitlist_json(entry)}


@router.get(
    "/shows/{show_id}/waitlist/",
    response={200: WaitlistOut, **problems(401, 404, 422)},
    summary="Where you stand on the list of a sold-out show",
)
def get_waitlist(request: VisitorRequest, show_id: ShowId) -> Any:
    return _state(get_show(show_id).pk, request.auth.owners)


@router.post(
    "/shows/{show_id}/waitlist/join/",
    response={201: JoinedOut, **problems(400, 401, 403, 404, 409, 422, 429, 503)},
    summary="Puts your party at the end of the list",
)
def join_waitlist(request: VisitorRequest, show_id: ShowId, wanted: JoinIn) -> Any:
    owner = request.auth.or_new_guest().owner
    new_guests.admit(owner, address_of_request(request))
    entries.join_waitlist(
        owner,
        show_id,
        count=wanted.count,
        tier=wanted.tier or "",
        name=wanted.name,
        email=wanted.email,
        site=f"{request.scheme}://{request.get_host()}"[:200],
    )
    return Status(201, {**_state(show_id, [owner]), "token": guest_token(owner)})


@router.post(
    "/shows/{show_id}/waitlist/leave/",
    response={200: LeftOut, **problems(401, 403, 404, 422)},
    summary="Takes you off the list; an offer goes on to the next",
)
def leave_waitlist(request: VisitorRequest, show_id: ShowId) -> Any:
    get_show(show_id)
    return {"left": entries.leave_waitlist(request.auth.owners, show_id)}


@router.post(
    "/shows/{show_id}/waitlist/decline/",
    response={200: WaitlistOut, **problems(401, 403, 404, 410, 422)},
    summary="Lets the offer go on to the next party; join again to be asked again",
)
def decline_offer(request: VisitorRequest, show_id: ShowId) -> Any:
    get_show(show_id)
    entries.decline_offer(request.auth.owners, show_id)
    return _state(show_id, request.auth.owners)
