"""The gate: the first scan wins, a second says when and where the first was."""

from django.db import transaction
from django.utils import timezone

from checkout import tickets
from checkout.errors import AlreadyCheckedIn, BadTicket, TicketCancelled, WrongShow
from checkout.models import Ticket


def check_in(code: str, gate: str, show_id: int | None = None) -> Ticket:
    """Lets the ticket in, once; `show_id` is the show this gate is open for, if it is for one only.

    Raises BadTicket, WrongShow, TicketCancelled, AlreadyCheckedIn (with `checked_in_at` and `gate` of the first).
    """
    said = tickets.verify(code, tickets.public_key())
    if show_id is not None and said.show != show_id:
        raise WrongShow("This ticket is for another show. Look at its date, time and screen.", show=said.show)
    with transaction.atomic():
        # One statement decides: of two scans at once, only one finds the row as it asks for it.
        fresh = Ticket.objects.filter(pk=said.ticket, checked_in_at=None, cancelled_at=None)
        won = fresh.update(checked_in_at=timezone.now(), checked_in_gate=gate[:60])
        ticket = Ticket.objects.select_related("booking", "show__movie").filter(pk=said.ticket).first()
    if ticket is None:
        raise BadTicket("This ticket is not known here. Ask for the ticket from the confirmation mail.")
    if won:
        return ticket
    if ticket.cancelled_at:
        raise TicketCancelled(f"The ticket for seat {ticket.seat} was cancelled and does not admit anybody.")
    assert ticket.checked_in_at is not None  # noqa: S101 - neither fresh nor cancelled: it was used
    raise AlreadyCheckedIn(
        f"Seat {ticket.seat} went in at {ticket.checked_in_at:%H:%M:%S} UTC at {ticket.checked_in_gate}.",
        checked_in_at=ticket.checked_in_at.isoformat().replace("+00:00", "Z"),
        gate=ticket.checked_in_gate,
        seat=ticket.seat,
    )
