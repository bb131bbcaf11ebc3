"""The gate's endpoints, for staff who may check in: one scan, taking it back, the scans made offline, and the keys to
verify without us. A show that is named must be of a theatre where they may."""

import base64
from typing import Any

from ninja import Router

from checkout.bookings import select
from checkout.bookings.codes import GIVEN, one_deed
from checkout.bookings.schemas import BookingOut
from checkout.gate import check_in as gate
from checkout.gate import reissue
from checkout.gate.offline import OfflineScan, SyncedScan, sync_scans
from checkout.gate.schemas import CheckedInOut, CheckInIn, KeysOut, ReissueIn, SyncedOut, SyncIn, UndoIn, UndoneOut
from checkout.gate.undo import theatre_of_ticket, undo_check_in
from checkout.links import tokens
from checkout.models import Ticket
from checkout.tickets import codes
from cinema.permissions import theatre_of_show
from cinema.problems import problems
from cinema.times import utc
from seating.auth import VisitorRequest
from seating.staff import StaffRequest, staff

router = Router(tags=["check-in"], auth=staff("boxoffice.check_in"))
bookings_router = Router(tags=["bookings"])


@router.post(
    "/check-in/",
    response={200: CheckedInOut, **problems(400, 401, 403, 409, 422)},
    summary="Lets a ticket in, once",
    description="Refusals: `bad_ticket`, `wrong_show`, `ticket_cancelled`, `ticket_revoked`, `ticket_replaced`, and "
    "`already_checked_in` with `checked_in_at` and `gate` of the first scan. Without `show` only tickets of your own "
    "theatres are let in, from 60 minutes before their show to its end; for others `wrong_show` says when and where.",
)
def check_in(request: StaffRequest, scan: CheckInIn) -> Any:
    _require_show(request, scan.show)
    ticket = gate.check_in(scan.code, scan.gate, scan.show, request.auth.owner, request.auth.may)
    return {
        "ticket": str(ticket.pk),
        "seat": ticket.seat,
        "show": ticket.show_id,
        "film": ticket.show.movie.title,
        "reference": ticket.booking.reference,
        "name": ticket.booking.name,
        **_admission(ticket),
    }


@router.post(
    "/check-in/undo/",
    response={200: UndoneOut, **problems(401, 403, 404, 409, 422)},
    summary="Takes a check-in back, within ten minutes or as a supervisor",
    description="Refusals: `not_checked_in`, `too_late_to_undo`.",
)
def undo(request: StaffRequest, wanted: UndoIn) -> Any:
    theatre = theatre_of_ticket(wanted.ticket)
    request.auth.require(theatre)
    also_late = request.auth.may(theatre, "boxoffice.override")
    ticket = undo_check_in(wanted.ticket, wanted.reason, request.auth.owner, also_late=also_late)
    return {
        "ticket": str(ticket.pk),
        "seat": ticket.seat,
        "show": ticket.show_id,
        "reference": ticket.booking.reference,
        "checked_in_at": None,
    }


@router.post(
    "/check-in/sync/",
    response={200: SyncedOut, **problems(401, 403, 422)},
    summary="Scans that a gate made offline; the earliest wins",
    description="May be sent again. Items are in the request's order, each with an outcome and, unless `admitted`, a "
    "code: those of a single scan, or `bad_clock`.",
)
def sync(request: StaffRequest, told: SyncIn) -> Any:
    _require_show(request, told.show)
    scans = [OfflineScan(scan.code, scan.gate, scan.scanned_at) for scan in told.scans]
    items = [
        _synced(position, scans[position].gate, scan)
        for position, scan in enumerate(sync_scans(scans, told.show, request.auth.owner, request.auth.may))
    ]
    outcomes = [item["outcome"] for item in items]
    return {
        "items": items,
        "count": len(items),
        "admitted": outcomes.count("admitted"),
        "conflicts": outcomes.count("conflict"),
        "refused": outcomes.count("refused"),
    }


@router.get(
    "/check-in/keys/",
    response={200: KeysOut, **problems(401, 403)},
    summary="The public keys that verify tickets without a network",
)
def keys(request: StaffRequest) -> Any:
    known = [
        {"id": codes.key_id(public).hex(), "key": base64.b64encode(public).decode()} for public in codes.public_keys()
    ]
    return {"items": known, "count": len(known)}


def _require_show(request: StaffRequest, show_id: int | None) -> None:
    """Raises StaffOnly for a show where this person may not. An unknown show is simply not the ticket's."""
    theatre = theatre_of_show(show_id) if show_id is not None else None
    if theatre is not None:
        request.auth.require(theatre)


def _synced(position: int, gate: str, scan: SyncedScan) -> dict[str, Any]:
    ticket = scan.ticket
    admitted = "conflict" if scan.code else "admitted"
    return {
        "position": position,
        "outcome": "refused" if ticket is None else admitted,
        "code": scan.code or None,
        "detail": scan.detail,
        "gate": gate,
        "scanned_at": utc(scan.scanned_at) if scan.scanned_at else None,
        "ticket": str(ticket.pk) if ticket else None,
        "show": ticket.show_id if ticket else None,
        "seat": ticket.seat if ticket else None,
        "first": _admission(ticket) if ticket and ticket.checked_in_at else None,
    }


def _admission(ticket: Ticket) -> dict[str, str]:
    assert ticket.checked_in_at is not None  # noqa: S101 - callers have seen that it is used
    return {"gate": ticket.checked_in_gate, "checked_in_at": utc(ticket.checked_in_at)}


@bookings_router.post(
    "/bookings/{booking_id}/reissue/",
    response={200: BookingOut, **problems(400, 401, 403, 404, 409, 410, 422)},
    operation_id="checkout_api_reissue_tickets",
    openapi_extra={"parameters": [tokens.GIVEN, GIVEN]},
    summary="New codes for lost tickets; the old ones admit nobody any more, and links in earlier mails end",
)
def reissue_tickets(request: VisitorRequest, booking_id: str, wanted: ReissueIn) -> Any:
    with one_deed(request, booking_id) as owners:
        reissue.reissue_tickets(booking_id, wanted.tickets)
    return select.booking_json(select.get_booking(booking_id, owners))
