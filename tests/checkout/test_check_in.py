"""The gate: the first scan wins, a second says when and where the first was."""

import uuid

import pytest
from django.utils import timezone

from checkout import services, tickets
from checkout.errors import AlreadyCheckedIn, BadTicket, TicketCancelled, WrongShow


@pytest.fixture
def ticket(desk):
    return desk.buy(seats=("A1",)).tickets.get()


def test_the_first_scan_lets_in_and_notes_when_and_where(ticket, alices_client):
    before = timezone.now()
    scanned = services.check_in(ticket.code, "North gate", ticket.show_id)
    assert scanned.pk == ticket.pk and scanned.checked_in_gate == "North gate"
    assert before <= scanned.checked_in_at <= timezone.now()
    [shown] = alices_client.get(f"/api/bookings/{ticket.booking_id}/").json()["tickets"]
    assert shown["checked_in_at"].endswith("Z")


def test_a_second_scan_says_when_and_where_the_first_was(ticket):
    first = services.check_in(ticket.code, "North gate")
    with pytest.raises(AlreadyCheckedIn) as told:
        services.check_in(ticket.code, "South gate")
    assert told.value.extra["gate"] == "North gate" and "North gate" in told.value.detail
    assert told.value.extra["checked_in_at"][:19] == first.checked_in_at.isoformat()[:19]
    ticket.refresh_from_db()
    assert (ticket.checked_in_gate, ticket.checked_in_at) == ("North gate", first.checked_in_at)


def test_a_cancelled_ticket_admits_nobody(ticket):
    services.cancel_booking(ticket.booking_id)
    with pytest.raises(TicketCancelled):
        services.check_in(ticket.code, "North gate")


def test_a_ticket_for_another_show_is_turned_away_and_stays_good(ticket):
    with pytest.raises(WrongShow):
        services.check_in(ticket.code, "North gate", ticket.show_id + 1)
    assert services.check_in(ticket.code, "North gate", ticket.show_id)


def test_a_genuine_signature_for_a_ticket_that_was_never_sold_admits_nobody(ticket):
    with pytest.raises(BadTicket):
        services.check_in(tickets.sign(uuid.uuid4(), ticket.show_id, "A1"), "North gate")


def test_an_altered_code_admits_nobody(ticket):
    other = "A" if ticket.code[20] != "A" else "B"
    with pytest.raises(BadTicket):
        services.check_in(ticket.code[:20] + other + ticket.code[21:], "North gate")
