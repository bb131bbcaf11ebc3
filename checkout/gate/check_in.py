"""The gate: the first scan wins, a second says when and where the first was.

Scans made offline come later, in `checkout.gate.offline`; both keep every admission as a `GateScan`.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from checkout.errors import (
    AlreadyCheckedIn,
    BadTicket,
    TicketCancelled,
    TicketReplaced,
    TicketRevoked,
    WrongShow,
)
from checkout.models import GateScan, Ticket
from checkout.tickets import codes
from cinema.errors import DomainError
from cinema.models import Show
from cinema.times import utc

LONGEST_GATE = 60


def check_in(code: str, gate: str, show_id: int | None = None, staff: str = "") -> Ticket:
    """Lets the ticket in, once; `show_id` is the show this gate is open for, if it is for one only, and `staff` who
    works there (`user_45`).

    Raises BadTicket, WrongShow, TicketCancelled, TicketRevoked, TicketReplaced, AlreadyCheckedIn (with
    `checked_in_at` and `gate` of the first).
    """
    payload = codes.verify(code, *codes.public_keys())
    refuse_other_show(payload, show_id)
    gate, now = gate[:LONGEST_GATE], timezone.now()
    if Show.objects.filter(pk=payload.show, state=Show.State.CANCELLED).exists():
        raise TicketCancelled("The cinema has cancelled this show: its tickets are no longer valid.")
    with transaction.atomic():
        won = _first(payload, gate, now)
        if won:
            GateScan.objects.create(ticket_id=payload.ticket, gate=gate, scanned_at=now, received_at=now, staff=staff)
    ticket = Ticket.objects.select_related("booking", "show__movie").filter(pk=payload.ticket).first()
    if ticket is None:
        raise unknown_ticket()
    if not won:
        raise refusal_of(ticket, payload) or already_in(ticket)
    return ticket


def _first(payload: codes.TicketPayload, gate: str, now: datetime) -> bool:
    """One statement decides: of two scans at once, only one finds the row as it asks for it."""
    fresh = Ticket.objects.filter(pk=payload.ticket, edition=payload.edition)
    fresh = fresh.filter(checked_in_at=None, cancelled_at=None, revoked_at=None)
    return bool(fresh.update(checked_in_at=now, checked_in_gate=gate))


def refuse_other_show(payload: codes.TicketPayload, show_id: int | None) -> None:
    """Raises WrongShow where the gate is open for another show than the ticket's."""
    if show_id is not None and payload.show != show_id:
        raise WrongShow("This ticket is for another show. Look at its date, time and screen.", show=payload.show)


def refusal_of(ticket: Ticket, payload: codes.TicketPayload) -> DomainError | None:
    """Why this code does not admit anybody, whether or not it has been used; None for a valid one."""
    seat = ticket.seat
    if ticket.cancelled_at:
        return TicketCancelled(f"The ticket for seat {seat} was cancelled and is no longer valid.", seat=seat)
    if ticket.revoked_at:
        return TicketRevoked(f"The ticket for seat {seat} was revoked. Send its holder to the box office.", seat=seat)
    if ticket.edition != payload.edition:
        return TicketReplaced(f"Seat {seat} has a newer ticket. Ask for the one from the latest mail.", seat=seat)
    return None


def already_in(ticket: Ticket) -> AlreadyCheckedIn:
    """The refusal of a used ticket."""
    assert ticket.checked_in_at is not None  # noqa: S101 - callers have seen that it is used
    return AlreadyCheckedIn(
        f"Seat {ticket.seat} went in at {ticket.checked_in_at:%H:%M:%S} UTC at {ticket.checked_in_gate}.",
        checked_in_at=utc(ticket.checked_in_at, timespec="auto"),
        gate=ticket.checked_in_gate,
        seat=ticket.seat,
    )


def unknown_ticket() -> BadTicket:
    """Signed by us, but not in this database."""
    return BadTicket("This ticket is not known here. Ask for the ticket from the confirmation mail.")
