"""Cancelling by the customer, over the HTTP API."""

from typing import Any

from django.db import transaction
from ninja import Router

from checkout.bookings import select
from checkout.bookings.codes import GIVEN, Permit, permit_of
from checkout.bookings.idempotency import ONCE, answer_once, key_of
from checkout.cancellations import bookings
from checkout.cancellations.schemas import CancelIn, CancellationOut
from checkout.links import tokens
from checkout.links.tokens import lookers
from cinema.problems import problems
from seating.auth import VisitorRequest

router = Router(tags=["bookings"])


@router.post(
    "/bookings/{booking_id}/cancel/",
    response={200: CancellationOut, **problems(400, 401, 403, 404, 409, 410, 422, 503)},
    operation_id="checkout_api_cancel_booking",
    summary="Cancels tickets; with dry_run only says what would come back",
    openapi_extra={"parameters": [*ONCE["parameters"], tokens.GIVEN, GIVEN]},
)
def cancel_booking(request: VisitorRequest, booking_id: str, wanted: CancelIn) -> Any:
    permit = Permit(lookers(request, booking_id), "") if wanted.dry_run else permit_of(request, booking_id)
    select.get_booking(booking_id, permit.owners)
    # A dry run changes nothing, so it must not use up the key of what is done afterwards.
    key = "" if wanted.dry_run else key_of(request)
    body = [booking_id, wanted.model_dump()]
    return answer_once(permit.owner, "cancel", key, body, lambda: _cancel(booking_id, wanted, permit))


@transaction.atomic
def _cancel(booking_id: str, wanted: CancelIn, permit: Permit) -> dict[str, Any]:
    permit.spend()
    done = bookings.cancel_booking(booking_id, wanted.tickets, dry_run=wanted.dry_run)
    return {
        "refund": done.refund,
        "rule": done.rule.name,
        "percent": done.rule.percent,
        "detail": done.rule.detail,
        "dry_run": wanted.dry_run,
        "tickets": [seat.ticket for seat in done.seats if seat.ticket],
        "lines": [
            {"ticket": seat.ticket or None, "seat": seat.seat, "base": seat.base, "refund": seat.refund}
            for seat in done.seats
        ],
        "booking": select.booking_json(select.get_booking(booking_id, permit.owners)),
    }
