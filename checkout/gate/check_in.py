"""The gate: the first scan wins, a second says when and where the first was.

A gate that is open for one show lets in to that show. One that names none lets in to the coming shows of its own
theatres only, so that a ticket for next week is not used up today. Scans made offline come later, in
`checkout.gate.offline`; both keep every admission as a `GateScan`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

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
from cinema import deeds
from cinema.errors import DomainError
from cinema.models import Show
from cinema.times import utc

LONGEST_GATE = 60
DOORS_OPEN = timedelta(minutes=60)  # before the start; they close at the end
May = Callable[[int], bool]  # whether whoever scans may do so at the theatre with this id


def anywhere(theatre_id: int) -> bool:
    return True


def check_in(code: str, gate: str, show_id: int | None = None, staff: str = "", may: May = anywhere) -> Ticket:
    """Lets the ticket in, once; `show_id` is the show this gate is open for, if it is for one only, `staff` who works
    there (`user_45`), and `may` where they may.

    Raises BadTicket, WrongShow (with `show`, and where none was named `starts_at` and `theatre`), TicketCancelled,
    TicketRevoked, TicketReplaced, AlreadyCheckedIn (with `checked_in_at` and `gate` of the first).
    """
    payload = codes.verify(code, *codes.public_keys())
    refuse_other_show(payload, show_id)
    gate, now = gate[:LONGEST_GATE], timezone.now()
    ticket = _ticket(payload)
    if ticket.show.state == Show.State.CANCELLED:
        raise TicketCancelled("The cinema has cancelled this show: its tickets are no longer valid.")
    _refuse(ticket, payload)
    if not may(ticket.show.screen.theatre_id) or (show_id is None and not is_coming(ticket.show, now)):
        raise not_here(ticket.show)
    with transaction.atomic():
        won = _first(payload, gate, now)
        if won:
            GateScan.objects.create(ticket=ticket, gate=gate, scanned_at=now, received_at=now, staff=staff)
            record_admission(ticket, gate, staff)
    ticket = _ticket(payload)
    if not won:
        _refuse(ticket, payload)
        raise already_in(ticket)
    return ticket


def _ticket(payload: codes.TicketPayload) -> Ticket:
    """Raises BadTicket."""
    tickets = Ticket.objects.select_related("booking", "show__movie", "show__screen__theatre")
    ticket = tickets.filter(pk=payload.ticket).first()
    if ticket is None:
        raise unknown_ticket()
    return ticket


def _refuse(ticket: Ticket, payload: codes.TicketPayload) -> None:
    """Raises what speaks against the ticket itself."""
    refused = refusal_of(ticket, payload) or (already_in(ticket) if ticket.checked_in_at else None)
    if refused:
        raise refused


def record_admission(ticket: Ticket, gate: str, staff: str) -> None:
    theatre = ticket.show.screen.theatre_id
    named = {"theatre": theatre, "show": ticket.show_id, "booking": ticket.booking.reference, "seats": [ticket.seat]}
    deeds.record("check_in", by=staff, after={"gate": gate, "ticket": str(ticket.pk)}, **named)


def is_coming(show: Show, at: datetime) -> bool:
    """Whether its doors are open at that moment."""
    return show.starts_at - DOORS_OPEN <= at <= show.ends_at


def not_here(show: Show) -> WrongShow:
    """The refusal of a ticket for another day or another theatre; it says which."""
    theatre = show.screen.theatre
    start = show.starts_at.astimezone(theatre.zone)
    return WrongShow(
        f"This ticket is for {show.movie.title}, {start:%a %d %b %Y, %H:%M}, {theatre.name}, {show.screen.name}. "
        "It has not been used.",
        show=show.pk,
        starts_at=utc(show.starts_at),
        theatre=theatre.name,
    )


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
