"""The gate's endpoints, for signed-in staff: one scan, the scans made offline, and the keys to verify without us."""

import base64
from typing import Any

from django.http import HttpRequest
from ninja import Router

from checkout import services, tickets
from checkout.gate_schemas import CheckedInOut, CheckInIn, KeysOut, SyncedOut, SyncIn
from checkout.models import Ticket
from checkout.schemas import Problem
from checkout.selectors import utc
from seating.identity import require_staff

router = Router(tags=["check-in"])


def _problems(*statuses: int) -> dict[Any, Any]:
    return dict.fromkeys(statuses, Problem)


@router.post(
    "/check-in/",
    response={200: CheckedInOut, **_problems(400, 401, 403, 409, 422)},
    summary="Lets a ticket in, once",
    description="Refusals: `bad_ticket`, `wrong_show`, `ticket_cancelled`, `ticket_revoked`, `ticket_replaced`, and "
    "`already_checked_in` with `checked_in_at` and `gate` of the first scan.",
)
def check_in(request: HttpRequest, scan: CheckInIn) -> Any:
    staff = require_staff(request)
    ticket = services.check_in(scan.code, scan.gate, scan.show, staff)
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
    response={200: SyncedOut, **_problems(401, 403, 422)},
    summary="Scans that a gate made offline; the earliest wins",
    description="May be sent again. Items are in the request's order, each with an outcome and, unless `admitted`, a "
    "code: those of a single scan, or `bad_clock`.",
)
def sync(request: HttpRequest, told: SyncIn) -> Any:
    staff = require_staff(request)
    scans = [services.OfflineScan(scan.code, scan.gate, scan.scanned_at) for scan in told.scans]
    items = [
        _synced(position, scans[position].gate, scan)
        for position, scan in enumerate(services.sync_scans(scans, told.show, staff))
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
    response={200: KeysOut, **_problems(401, 403)},
    summary="The public keys that verify tickets without a network",
)
def keys(request: HttpRequest) -> Any:
    require_staff(request)
    known = [
        {"id": tickets.key_id(public).hex(), "key": base64.b64encode(public).decode()}
        for public in tickets.public_keys()
    ]
    return {"items": known, "count": len(known)}


def _synced(position: int, gate: str, scan: services.SyncedScan) -> dict[str, Any]:
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
