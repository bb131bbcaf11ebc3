"""Scans that gates made without a network and send later, in any order and perhaps more than once.

The people are inside already, so no scan of our tickets is thrown away: the earliest scan becomes the ticket's
admission, and every other is kept as a conflict for staff to look at. The gate's clock decides, so an impossible time
is refused. Each scan is recorded in a transaction of its own under the ticket's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from checkout.errors import BadClock
from checkout.gate.check_in import (
    May,
    already_in,
    anywhere,
    is_coming,
    not_here,
    record_admission,
    refusal_of,
    refuse_other_show,
    unknown_ticket,
)
from checkout.models import GateScan, Ticket
from checkout.tickets import codes
from cinema.errors import DomainError

Outcome = GateScan.Outcome
CLOCK_SLACK = timedelta(minutes=1)  # gates and servers never agree to the second


@dataclass(frozen=True)
class OfflineScan:
    """`scanned_at` is ISO 8601 with a zone, as the gate's clock had it."""

    code: str
    gate: str
    scanned_at: str


@dataclass(frozen=True)
class SyncedScan:
    """What became of one scan. `ticket` and `scanned_at` are None where nothing was recorded, and `code` is why. On
    a recorded one `code` is why nobody should have been let in; it is empty for the ticket's one admission."""

    ticket: Ticket | None
    scanned_at: datetime | None
    code: str
    detail: str


def sync_scans(
    scans: Sequence[OfflineScan], show_id: int | None = None, staff: str = "", may: May = anywhere
) -> list[SyncedScan]:
    """Records the scans; answers in their order. The same scans sent again change nothing.

    A scan is refused, and nothing of it recorded, with BadTicket or BadClock, or with WrongShow where
    `may` denies its theatre.
    """
    answers: dict[int, SyncedScan] = {}
    readable: list[tuple[datetime, int, codes.TicketPayload]] = []
    now, keys = timezone.now(), codes.public_keys()
    for place, scan in enumerate(scans):
        try:
            readable.append((_moment(scan.scanned_at, now), place, codes.verify(scan.code, *keys)))
        except DomainError as error:
            answers[place] = SyncedScan(None, None, error.code, error.detail)
    for at, place, payload in sorted(
        readable, key=lambda one: one[:2]
    ):  # so a batch's earliest scan is the admission at once
        try:
            answers[place] = _record(payload, scans[place].gate, at, show_id, staff, may)
        except DomainError as error:
            answers[place] = SyncedScan(None, None, error.code, error.detail)
    return [answers[place] for place in range(len(scans))]


def _moment(text: str, now: datetime) -> datetime:
    """Raises BadClock."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadClock("scanned_at is not a time. Send ISO 8601 with a zone: 2026-11-25T18:30:00Z.") from None
    if at.tzinfo is None or at.utcoffset() is None:
        raise BadClock("scanned_at has no time zone. End it with Z or an offset such as +05:30.")
    if at > now + CLOCK_SLACK:
        raise BadClock(f"scanned_at is in the future. Set the gate's clock: here it is {now:%Y-%m-%dT%H:%M:%SZ}.")
    return at


@transaction.atomic
def _record(
    payload: codes.TicketPayload, gate: str, at: datetime, show_id: int | None, staff: str, may: May
) -> SyncedScan:
    """Raises BadTicket, BadClock, WrongShow."""
    tickets = Ticket.objects.select_for_update(of=("self",))
    tickets = tickets.select_related("booking", "show__movie", "show__screen__theatre")
    ticket = tickets.filter(pk=payload.ticket).first()
    if ticket is None:
        raise unknown_ticket()
    if not may(ticket.show.screen.theatre_id):
        raise not_here(ticket.show)
    if at < ticket.created_at - CLOCK_SLACK:
        raise BadClock("scanned_at is before this ticket was sold. Set the gate's clock.")
    at = at.astimezone(UTC)
    refused = _refusal(ticket, payload, show_id, at)
    scan = GateScan.objects.filter(ticket=ticket, gate=gate, scanned_at=at).first()
    if scan is None:
        outcome = Outcome(refused.code) if refused else _admit(ticket, gate, at)
        scan = GateScan.objects.create(
            ticket=ticket, gate=gate, scanned_at=at, offline=True, staff=staff, outcome=outcome
        )
        if outcome == Outcome.ADMITTED:
            record_admission(ticket, gate, staff)
    if scan.outcome == Outcome.ADMITTED:
        return SyncedScan(ticket, at, "", f"Seat {ticket.seat} is in.")
    if scan.outcome == Outcome.ALREADY_CHECKED_IN:
        return SyncedScan(ticket, at, scan.outcome, already_in(ticket).detail)
    kept = f"Seat {ticket.seat}: {scan.get_outcome_display()}."
    return SyncedScan(ticket, at, scan.outcome, refused.detail if refused else kept)


def _refusal(ticket: Ticket, payload: codes.TicketPayload, show_id: int | None, at: datetime) -> DomainError | None:
    try:
        refuse_other_show(payload, show_id)
    except DomainError as error:
        return error
    if show_id is None and not is_coming(ticket.show, at):
        return not_here(ticket.show)
    return refusal_of(ticket, payload)


def _admit(ticket: Ticket, gate: str, at: datetime) -> Outcome:
    """Under the ticket's lock: this scan is its admission if no earlier one is known."""
    if ticket.checked_in_at is not None:
        if ticket.checked_in_at <= at:
            return Outcome.ALREADY_CHECKED_IN
        GateScan.objects.update_or_create(
            ticket=ticket,
            gate=ticket.checked_in_gate,
            scanned_at=ticket.checked_in_at,
            defaults={"outcome": Outcome.ALREADY_CHECKED_IN},
        )
    ticket.checked_in_at, ticket.checked_in_gate = at, gate
    ticket.save(update_fields=["checked_in_at", "checked_in_gate"])
    return Outcome.ADMITTED
