"""The gate's endpoints, for signed-in staff: one scan, the scans made offline, and the keys to verify without us."""

import base64
from typing import Any

from django.db import transaction
from ninja import Router

from checkout.bookings import select
from checkout.bookings.codes import GIVEN, permit_of
from checkout.bookings.schemas import BookingOut
from checkout.gate import check_in as gate
from checkout.gate import reissue
from checkout.gate.offline import OfflineScan, SyncedScan, sync_scans
from checkout.gate.schemas import CheckedInOut, CheckInIn, KeysOut, ReissueIn, SyncedOut, SyncIn
from checkout.links import tokens
from checkout.models import Ticket
from checkout.tickets import codes
from cinema.problems import problems
from cinema.times import utc
from seating.auth import STAFF, VisitorRequest

router = Router(tags=["check-in"], auth=STAFF)
bookings_router = Router(tags=["bookings"])


@router.post(
    "/check-in/",
    response={200: CheckedInOut, **problems(400, 401, 403, 409, 422)},
    summary="Lets a ticket in, once",
    description="Refusals: `bad_ticket`, `wrong_show`, `ticket_cancelled`, `ticket_revoked`, `ticket_replaced`, and "
    "`already_checked_in` with `checked_in_at` and `gate` of the first scan.",
)
def check_in(request: VisitorRequest, scan: CheckInIn) -> Any:
    ticket = gate.check_in(scan.code, scan.gate, scan.show, request.auth.owner)
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
    "/check-in/sync/",
    response={200: SyncedOut, **problems(401, 403, 422)},
    summary="Scans that a gate made offline; the earliest wins",
    description="May be sent again. Items are in the request's order, each with an outcome and, unless `admitted`, a "
    "code: those of a single scan, or `bad_clock`.",
)
def sync(request: VisitorRequest, told: SyncIn) -> Any:
    scans = [OfflineScan(scan.code, scan.gate, scan.scanned_at) for scan in told.scans]
    items = [
        _synced(position, scans[position].gate, scan)
        for position, scan in enumerate(sync_scans(scans, told.show, request.auth.owner))
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
def keys(request: VisitorRequest) -> Any:
    known = [
        {"id": codes.key_id(public).hex(), "key": base64.b64encode(public).decode()} for public in codes.public_keys()
    ]
    return {"items": known, "count": len(known)}


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
    permit = permit_of(request, booking_id)
    select.get_booking(booking_id, permit.owners)
    with transaction.atomic():
        permit.spend()
        reissue.reissue_tickets(booking_id, wanted.tickets)
    return select.booking_json(select.get_booking(booking_id, permit.owners))
