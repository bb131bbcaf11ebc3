"""Replaces a ticket's code, or revokes it, while the seat stays sold.

Reissuing is for lost tickets: the same seat gets the next edition, and the gate refuses every older one as
replaced. Revoking is for staff: the code is invalid until they reissue it.
"""

import uuid
from collections.abc import Iterable, Sequence

import structlog
from django.db import transaction
from django.utils import timezone

from checkout.bookings.create import locked_booking, locked_tickets, named_tickets
from checkout.errors import NotReissuable
from checkout.links.tokens import end_links
from checkout.models import Ticket
from checkout.outbox import queue
from checkout.tickets import codes
from cinema import deeds

log = structlog.get_logger(__name__)
MOST_BY_CUSTOMERS = 20  # editions: each is a mail, and nobody loses a ticket that often


@transaction.atomic
def reissue_tickets(booking_id: str, ids: Sequence[str] | None = None, *, by_staff: bool = False) -> list[Ticket]:
    """New codes for the tickets with these ids (by default all that still admit and are not used), in one mail.

    Only staff may do so for a revoked ticket, which is valid again then. Raises UnknownBooking, UnknownTicket,
    NotReissuable.
    """
    booking = locked_booking(booking_id)
    if booking.show.ends_at <= timezone.now():
        raise NotReissuable("The show is over.")
    chosen = _chosen(locked_tickets(booking), ids)
    for ticket in chosen:
        _refuse(ticket, by_staff)
        _renew(ticket)
    end_links(booking)  # whoever found the old mail must not find the new codes
    key = f"reissue:{chosen[0].pk}:{chosen[0].edition}"
    seats = [ticket.seat for ticket in chosen]
    queue.put(booking, "reissue", key, seats=seats)
    if by_staff:
        deeds.record("reissue_tickets", show=booking.show_id, booking=booking.reference, seats=seats)
    return chosen


def _chosen(known: list[Ticket], ids: Sequence[str] | None) -> list[Ticket]:
    if ids is None:
        left = [ticket for ticket in known if ticket.admits and not ticket.checked_in_at]
        if not left:
            raise NotReissuable("This booking has no ticket that could be issued again.")
        return left
    return named_tickets(known, ids)


def _refuse(ticket: Ticket, by_staff: bool) -> None:
    if ticket.cancelled_at:
        raise NotReissuable(f"The ticket for seat {ticket.seat} is cancelled.")
    if ticket.checked_in_at:
        raise NotReissuable(f"The ticket for seat {ticket.seat} has been used at the gate.")
    if ticket.revoked_at and not by_staff:
        raise NotReissuable(f"The ticket for seat {ticket.seat} was revoked. Please ask at the box office.")
    if ticket.edition >= (codes.LAST_EDITION if by_staff else MOST_BY_CUSTOMERS):
        raise NotReissuable(f"Seat {ticket.seat} has had too many tickets. Please ask at the box office.")


def _renew(ticket: Ticket) -> None:
    ticket.edition += 1
    ticket.code = codes.sign(ticket.pk, ticket.show_id, ticket.seat, ticket.edition)
    ticket.reissued_at, ticket.revoked_at, ticket.revoked_why = timezone.now(), None, ""
    ticket.save(update_fields=["edition", "code", "reissued_at", "revoked_at", "revoked_why"])
    log.info("ticket_reissued", ticket=str(ticket.pk), edition=ticket.edition)


def revoke_tickets(ticket_ids: Iterable[uuid.UUID], why: str, staff: str) -> int:
    """Revokes tickets for staff; returns how many. Cancelled and used ones stay as they are."""
    with transaction.atomic():
        fresh = Ticket.objects.select_for_update(of=("self",)).select_related("booking")
        fresh = fresh.filter(pk__in=list(ticket_ids), cancelled_at=None, checked_in_at=None, revoked_at=None)
        chosen = list(fresh)
        count = Ticket.objects.filter(pk__in=[ticket.pk for ticket in chosen]).update(
            revoked_at=timezone.now(), revoked_why=why[:200]
        )
        for ticket in chosen:
            named = {"show": ticket.show_id, "booking": ticket.booking.reference, "seats": [ticket.seat]}
            deeds.record("revoke_ticket", by=staff, reason=why, **named)
    log.info("tickets_revoked", count=count, why=why, staff=staff)
    return count
