"""Takes a check-in back: the wrong person, the wrong ticket, a scan too many."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from checkout.errors import NotCheckedIn, TooLateToUndo, UnknownScannedTicket
from checkout.models import GateScan, Ticket
from cinema import deeds
from cinema.times import utc

UNDO_WITHIN = timedelta(minutes=10)


def theatre_of_ticket(ticket_id: str) -> int:
    """Raises UnknownScannedTicket."""
    theatre = Ticket.objects.filter(pk=_id_of(ticket_id)).values_list("show__screen__theatre", flat=True).first()
    if theatre is None:
        raise UnknownScannedTicket("There is no such ticket.")
    return theatre


@transaction.atomic
def undo_check_in(ticket_id: str, reason: str, staff: str = "", *, also_late: bool = False) -> Ticket:
    """The ticket admits once more. `also_late`: whoever may override rules is not held to ten minutes.

    The ticket's row is locked, so a scan at the same moment comes before or after. Raises UnknownScannedTicket,
    NotCheckedIn, TooLateToUndo.
    """
    tickets = Ticket.objects.select_for_update(of=("self",)).select_related("booking", "show__screen")
    ticket = tickets.filter(pk=_id_of(ticket_id)).first()
    if ticket is None:
        raise UnknownScannedTicket("There is no such ticket.")
    if ticket.checked_in_at is None:
        raise NotCheckedIn(f"Seat {ticket.seat} is not checked in.")
    if timezone.now() - ticket.checked_in_at > UNDO_WITHIN and not also_late:
        raise TooLateToUndo("This was more than ten minutes ago. Ask a supervisor.")
    before = {"gate": ticket.checked_in_gate, "checked_in_at": utc(ticket.checked_in_at)}
    admission = GateScan.objects.filter(
        ticket=ticket, gate=ticket.checked_in_gate, scanned_at=ticket.checked_in_at, outcome=GateScan.Outcome.ADMITTED
    )
    admission.update(outcome=GateScan.Outcome.TAKEN_BACK)
    ticket.checked_in_at, ticket.checked_in_gate = None, ""
    ticket.save(update_fields=["checked_in_at", "checked_in_gate"])
    deeds.record(
        "undo_check_in",
        by=staff,
        theatre=ticket.show.screen.theatre_id,
        show=ticket.show_id,
        booking=ticket.booking.reference,
        seats=[ticket.seat],
        before=before,
        reason=reason,
    )
    return ticket


def _id_of(written: str) -> uuid.UUID:
    try:
        return uuid.UUID(written)
    except ValueError:
        raise UnknownScannedTicket("There is no such ticket.") from None
