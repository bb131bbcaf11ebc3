"""The gate: the first scan wins, a second says when and where the first was."""

import struct
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
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
from checkout.gate.check_in import check_in
from checkout.gate.reissue import reissue_tickets, revoke_tickets
from checkout.models import Ticket
from checkout.tickets import codes
from cinema.models import Show
from tests import factories


@pytest.fixture
def ticket(desk):
    """For a show that starts in ten minutes."""
    factories.open_doors(desk.show)
    return desk.buy(seats=("A1",)).tickets.get()


def test_the_first_scan_lets_in_and_notes_when_and_where(ticket, alices_client):
    before = timezone.now()
    scanned = check_in(ticket.code, "North gate", ticket.show_id)
    assert scanned.pk == ticket.pk and scanned.checked_in_gate == "North gate"
    assert before <= scanned.checked_in_at <= timezone.now()
    [shown] = alices_client.get(f"/api/bookings/{ticket.booking_id}/").json()["tickets"]
    assert shown["checked_in_at"].endswith("Z")


def test_a_second_scan_says_when_and_where_the_first_was(ticket):
    first = check_in(ticket.code, "North gate")
    with pytest.raises(AlreadyCheckedIn) as told:
        check_in(ticket.code, "South gate")
    assert told.value.extra["gate"] == "North gate" and "North gate" in told.value.detail
    assert told.value.extra["checked_in_at"][:19] == first.checked_in_at.isoformat()[:19]
    ticket.refresh_from_db()
    assert (ticket.checked_in_gate, ticket.checked_in_at) == ("North gate", first.checked_in_at)


def test_a_cancelled_ticket_admits_nobody(ticket):
    cancel_booking(ticket.booking_id)
    with pytest.raises(TicketCancelled):
        check_in(ticket.code, "North gate")


def test_a_ticket_for_another_show_is_turned_away_and_stays_good(ticket):
    with pytest.raises(WrongShow):
        check_in(ticket.code, "North gate", ticket.show_id + 1)
    assert check_in(ticket.code, "North gate", ticket.show_id)


def test_a_genuine_signature_for_a_ticket_that_was_never_sold_admits_nobody(ticket):
    with pytest.raises(BadTicket):
        check_in(codes.sign(uuid.uuid4(), ticket.show_id, "A1"), "North gate")


def test_an_altered_code_admits_nobody(ticket):
    other = "A" if ticket.code[20] != "A" else "B"
    with pytest.raises(BadTicket):
        check_in(ticket.code[:20] + other + ticket.code[21:], "North gate")


def test_a_code_of_version_1_opens_the_gate(ticket):
    check_in(of_version_1(ticket.pk, ticket.show_id, ticket.seat), "North gate")
    ticket.refresh_from_db()
    assert ticket.checked_in_at


def test_a_code_signed_before_the_key_changed_opens_the_gate(ticket, settings):
    settings.TICKET_OLD_PUBLIC_KEYS = [codes.public_key()]
    settings.TICKET_SIGNING_KEY = b"the key that signs from today on"
    assert check_in(ticket.code, "North gate").pk == ticket.pk


def test_a_show_that_the_cinema_cancelled_admits_nobody(ticket):
    Show.objects.update(state="cancelled")
    with pytest.raises(TicketCancelled, match="cancelled this show"):
        check_in(ticket.code, "North gate")


def test_a_replaced_code_is_refused_and_the_new_one_admits(ticket):
    [renewed] = reissue_tickets(ticket.booking_id)
    assert (renewed.pk, renewed.edition) == (ticket.pk, 2) and renewed.code != ticket.code
    for old in (ticket.code, of_version_1(ticket.pk, ticket.show_id, ticket.seat)):
        with pytest.raises(TicketReplaced):
            check_in(old, "North gate")
    assert check_in(renewed.code, "North gate").checked_in_gate == "North gate"


def test_a_revoked_ticket_is_refused_until_staff_issue_it_again(ticket):
    assert revoke_tickets([ticket.pk], "charged back", "user_1") == 1
    with pytest.raises(TicketRevoked):
        check_in(ticket.code, "North gate")
    with pytest.raises(NotReissuable, match="revoked"):
        reissue_tickets(ticket.booking_id, [str(ticket.pk)])
    [renewed] = reissue_tickets(ticket.booking_id, [str(ticket.pk)], by_staff=True)
    with pytest.raises(TicketReplaced):
        check_in(ticket.code, "North gate")
    assert check_in(renewed.code, "North gate")


def test_a_used_or_cancelled_ticket_is_not_issued_again_and_not_revoked(desk):
    used, cancelled = desk.buy(seats=("B1",)).tickets.get(), desk.buy(seats=("B2",)).tickets.get()
    check_in(used.code, "North gate", used.show_id)
    cancel_booking(cancelled.booking_id)
    for ticket in (used, cancelled):
        with pytest.raises(NotReissuable):
            reissue_tickets(ticket.booking_id, [str(ticket.pk)])
    assert revoke_tickets([used.pk, cancelled.pk], "", "user_1") == 0


def test_one_ticket_of_two_is_issued_again_and_the_other_stays_as_it_is(desk):
    booking = desk.buy()
    lost, kept = booking.tickets.all()
    [renewed] = reissue_tickets(booking.pk, [str(lost.pk)])
    assert renewed.pk == lost.pk
    assert check_in(kept.code, "North gate", kept.show_id)


@pytest.mark.parametrize("ids", [[], ["nonsense"], [str(uuid.uuid4())], ["\x00"]])
def test_only_tickets_of_the_booking_are_issued_again(ticket, ids):
    with pytest.raises(UnknownTicket):
        reissue_tickets(ticket.booking_id, ids)


def test_customers_cannot_issue_tickets_without_end_and_nobody_after_the_show(ticket):
    Ticket.objects.update(edition=20)
    with pytest.raises(NotReissuable, match="too many"):
        reissue_tickets(ticket.booking_id)
    assert reissue_tickets(ticket.booking_id, [str(ticket.pk)], by_staff=True)
    past = timezone.now() - timedelta(hours=1)
    Show.objects.update(starts_at=past - timedelta(hours=2), ends_at=past)
    with pytest.raises(NotReissuable, match="over"):
        reissue_tickets(ticket.booking_id, by_staff=True)


def of_version_1(ticket, show, seat):
    payload = struct.pack(">B16sQ", 1, ticket.bytes, show) + seat.encode()
    return "HF1:" + codes._encode(payload + codes._private_key().sign(codes.PURPOSE + payload))
