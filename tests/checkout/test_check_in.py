"""The gate: the first scan wins, a second says when and where the first was."""

import struct
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from checkout import services, tickets
from checkout.errors import (
    AlreadyCheckedIn,
    BadTicket,
    NotReissuable,
    TicketCancelled,
    TicketReplaced,
    TicketRevoked,
    UnknownTicket,
    WrongShow,
)
from checkout.models import Ticket
from cinema.models import Show


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


def test_a_code_of_version_1_opens_the_gate(ticket):
    services.check_in(of_version_1(ticket.pk, ticket.show_id, ticket.seat), "North gate")
    ticket.refresh_from_db()
    assert ticket.checked_in_at


def test_a_code_signed_before_the_key_changed_opens_the_gate(ticket, settings):
    settings.TICKET_OLD_PUBLIC_KEYS = [tickets.public_key()]
    settings.TICKET_SIGNING_KEY = b"the key that signs from today on"
    assert services.check_in(ticket.code, "North gate").pk == ticket.pk


def test_a_show_that_the_cinema_cancelled_admits_nobody(ticket):
    Show.objects.update(state="cancelled")
    with pytest.raises(TicketCancelled, match="cancelled this show"):
        services.check_in(ticket.code, "North gate")


def test_a_replaced_code_is_refused_and_the_new_one_admits(ticket):
    [renewed] = services.reissue_tickets(ticket.booking_id)
    assert (renewed.pk, renewed.edition) == (ticket.pk, 2) and renewed.code != ticket.code
    for old in (ticket.code, of_version_1(ticket.pk, ticket.show_id, ticket.seat)):
        with pytest.raises(TicketReplaced):
            services.check_in(old, "North gate")
    assert services.check_in(renewed.code, "North gate").checked_in_gate == "North gate"


def test_a_revoked_ticket_is_refused_until_staff_issue_it_again(ticket):
    assert services.revoke_tickets([ticket.pk], "charged back", "user_1") == 1
    with pytest.raises(TicketRevoked):
        services.check_in(ticket.code, "North gate")
    with pytest.raises(NotReissuable, match="revoked"):
        services.reissue_tickets(ticket.booking_id, [str(ticket.pk)])
    [renewed] = services.reissue_tickets(ticket.booking_id, [str(ticket.pk)], by_staff=True)
    with pytest.raises(TicketReplaced):
        services.check_in(ticket.code, "North gate")
    assert services.check_in(renewed.code, "North gate")


def test_a_used_or_cancelled_ticket_is_not_issued_again_and_not_revoked(desk):
    used, cancelled = desk.buy(seats=("B1",)).tickets.get(), desk.buy(seats=("B2",)).tickets.get()
    services.check_in(used.code, "North gate")
    services.cancel_booking(cancelled.booking_id)
    for ticket in (used, cancelled):
        with pytest.raises(NotReissuable):
            services.reissue_tickets(ticket.booking_id, [str(ticket.pk)])
    assert services.revoke_tickets([used.pk, cancelled.pk], "", "user_1") == 0


def test_one_ticket_of_two_is_issued_again_and_the_other_stays_as_it_is(desk):
    booking = desk.buy()
    lost, kept = booking.tickets.all()
    [renewed] = services.reissue_tickets(booking.pk, [str(lost.pk)])
    assert renewed.pk == lost.pk
    assert services.check_in(kept.code, "North gate")


@pytest.mark.parametrize("ids", [[], ["nonsense"], [str(uuid.uuid4())], ["\x00"]])
def test_only_tickets_of_the_booking_are_issued_again(ticket, ids):
    with pytest.raises(UnknownTicket):
        services.reissue_tickets(ticket.booking_id, ids)


def test_customers_cannot_issue_tickets_without_end_and_nobody_after_the_show(ticket):
    Ticket.objects.update(edition=20)
    with pytest.raises(NotReissuable, match="too many"):
        services.reissue_tickets(ticket.booking_id)
    assert services.reissue_tickets(ticket.booking_id, [str(ticket.pk)], by_staff=True)
    past = timezone.now() - timedelta(hours=1)
    Show.objects.update(starts_at=past - timedelta(hours=2), ends_at=past)
    with pytest.raises(NotReissuable, match="over"):
        services.reissue_tickets(ticket.booking_id, by_staff=True)


def of_version_1(ticket, show, seat):
    payload = struct.pack(">B16sQ", 1, ticket.bytes, show) + seat.encode()
    return "HF1:" + tickets._encode(payload + tickets._private_key().sign(tickets.PURPOSE + payload))
