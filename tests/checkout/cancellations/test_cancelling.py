"""POST /api/bookings/{id}/cancel/: by the hour, by the seat, dry or real; and what the cinema cancels."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
from checkout.cancellations.shows import give_back_cancelled_shows
from checkout.errors import TicketCancelled
from checkout.gate.check_in import check_in
from checkout.models import Booking, OutboxMessage, Payment, Refund, Ticket
from cinema.services import cancel_show
from tests.checkout.conftest import post

SECOND = timedelta(seconds=1)


@pytest.fixture
def bought(desk):
    """A1 (₹200) and B1 (₹300)."""
    return desk.buy(seats=("A1", "B1"))


def cancel(client, booking, **body):
    return post(client, f"bookings/{booking.pk}/cancel/", body)


@pytest.mark.parametrize(
    ("left", "rule", "refund"),
    [
        (timedelta(hours=2), "two_hours", 37_500),
        (timedelta(hours=2) - SECOND, "twenty_minutes", 25_000),
        (timedelta(minutes=20), "twenty_minutes", 25_000),
        (timedelta(minutes=20) - SECOND, "too_late", 0),
        (SECOND, "too_late", 0),
    ],
)
def test_what_comes_back_depends_on_the_time_left(bought, show, left, rule, refund):
    done = cancel_booking(bought.pk, now=show.starts_at - left)
    assert (done.rule.name, done.refund) == (rule, refund)
    assert [row.amount for row in Refund.objects.all()] == ([refund] if refund else [])
    assert Booking.objects.get().status == "cancelled"


def test_once_the_show_has_begun_nothing_can_be_cancelled(bought, show, alices_client):
    show.starts_at = timezone.now() - SECOND
    show.save(update_fields=["starts_at"])
    answer = cancel(alices_client, bought)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")
    assert Ticket.objects.filter(cancelled_at=None).count() == 2


def test_a_dry_run_says_everything_and_changes_nothing(bought, desk, alices_client):
    messages = OutboxMessage.objects.count()
    answer = cancel(alices_client, bought, dry_run=True).json()
    assert (answer["refund"], answer["rule"], answer["percent"], answer["dry_run"]) == (37_500, "two_hours", 75, True)
    assert [(line["seat"], line["base"], line["refund"]) for line in answer["lines"]] == [
        ("A1", 20_000, 15_000),
        ("B1", 30_000, 22_500),
    ]
    assert answer["booking"]["status"] == "confirmed" and len(answer["booking"]["tickets"]) == 2
    assert not Refund.objects.exists() and OutboxMessage.objects.count() == messages
    assert desk.claims("A1", "B1") == ["sold", "sold"]


def test_cancelled_seats_are_on_sale_again_and_their_tickets_are_dead(bought, desk, alices_client, bob):
    code = bought.tickets.get(seat="A1").code
    answer = cancel(alices_client, bought).json()
    assert answer["booking"]["status"] == "cancelled" and answer["booking"]["tickets"] == []
    assert desk.claims("A1", "B1") == ["free", "free"]
    with pytest.raises(TicketCancelled):
        check_in(code, "gate 1")
    assert desk.buy(bob, ("A1", "B1"), name="Bob").status == "confirmed"


def test_a_single_ticket_can_be_cancelled_and_the_other_stays_good(bought, desk, gateway, alices_client):
    ticket = bought.tickets.get(seat="A1")
    answer = cancel(alices_client, bought, tickets=[str(ticket.pk)]).json()
    assert (answer["refund"], answer["tickets"]) == (15_000, [str(ticket.pk)])
    assert (answer["booking"]["status"], answer["booking"]["seats"]) == ("confirmed", ["B1"])
    assert desk.claims("A1", "B1") == ["free", "sold"]
    rest = cancel(alices_client, bought).json()
    assert (rest["refund"], rest["booking"]["status"]) == (22_500, "cancelled")
    desk.carry_out()
    refunds = gateway.refunds(Payment.objects.get().payment_id)
    assert sorted(refund["amount"] for refund in refunds) == [15_000, 22_500]


def test_the_refund_reaches_the_gateway_once_and_the_booking_shows_it(bought, desk, gateway, alices_client):
    cancel(alices_client, bought)
    for _ in range(3):
        desk.carry_out()
    [refund] = gateway.refunds(Payment.objects.get().payment_id)
    assert refund["amount"] == 37_500
    assert Refund.objects.get().status == "processed"
    shown = alices_client.get(f"/api/bookings/{bought.pk}/").json()["payment"]
    assert (shown["status"], shown["refunded"]) == ("captured", 37_500)


@pytest.mark.parametrize("fault", ["server_error", "bad_gateway", "rate_limited", "lost_answer", "gateway_error"])
def test_a_gateway_that_stumbles_over_the_refund_is_asked_again(bought, desk, gateway, fault):
    cancel_booking(bought.pk)
    gateway.fail("/refund", fault)
    desk.carry_out()
    assert len(gateway.refunds(Payment.objects.get().payment_id)) == 1
    assert Refund.objects.get().status == "processed"


def test_the_customer_is_told_what_comes_back(bought, desk):
    cancel_booking(bought.pk)
    desk.carry_out()
    [told] = [one for one in mail.outbox if one.subject.startswith("Cancelled")]
    assert "A1, B1" in told.body and "₹375.00" in told.body and "75 %" in told.body


def test_a_mail_with_tickets_is_not_sent_after_they_were_cancelled(bought, desk):
    cancel_booking(bought.pk)
    desk.carry_out()
    assert not [one for one in mail.outbox if one.subject.startswith("Your tickets")]


def test_a_used_ticket_cannot_be_cancelled_by_its_holder(bought, alices_client):
    used = bought.tickets.get(seat="A1")
    check_in(used.code, "gate 1", used.show_id)
    answer = cancel(alices_client, bought, tickets=[str(used.pk)])
    assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")
    rest = cancel(alices_client, bought).json()
    assert [line["seat"] for line in rest["lines"]] == ["B1"]
    assert rest["booking"]["status"] == "confirmed"
    assert cancel(alices_client, bought).status_code == 409


def test_what_is_cancelled_cannot_be_cancelled_again(bought, alices_client):
    ticket = str(bought.tickets.get(seat="A1").pk)
    assert cancel(alices_client, bought, tickets=[ticket]).status_code == 200
    assert cancel(alices_client, bought, tickets=[ticket]).json()["code"] == "not_cancellable"
    assert cancel(alices_client, bought).status_code == 200
    assert cancel(alices_client, bought).json()["code"] == "not_cancellable"
    assert Refund.objects.count() == 2


@pytest.mark.parametrize("tickets", [["nothing"], ["00000000-0000-0000-0000-000000000000"]])
def test_tickets_of_nobody_are_unknown(bought, alices_client, tickets):
    answer = cancel(alices_client, bought, tickets=tickets)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_ticket")


def test_another_bookings_ticket_cannot_be_cancelled_through_mine(bought, desk, alices_client, bob):
    other = desk.buy(bob, ("C1",), name="Bob").tickets.get()
    answer = cancel(alices_client, bought, tickets=[str(other.pk)])
    assert answer.json()["code"] == "unknown_ticket"
    other.refresh_from_db()
    assert other.cancelled_at is None


@pytest.mark.parametrize(
    "body", [{"tickets": []}, {"tickets": "x"}, {"tickets": [1]}, {"dry_run": "yes"}, {"all": True}]
)
def test_what_is_not_a_cancellation_is_refused(bought, alices_client, body):
    answer = cancel(alices_client, bought, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_the_same_ticket_named_twice_is_refunded_once(bought, alices_client):
    ticket = str(bought.tickets.get(seat="A1").pk)
    assert cancel(alices_client, bought, tickets=[ticket, ticket.upper()]).json()["refund"] == 15_000


def test_a_pending_booking_is_given_up_and_nothing_comes_back(desk, alices_client, bob):
    booking = desk.book()
    assert cancel(alices_client, booking, dry_run=True).json()["booking"]["status"] == "pending"
    answer = cancel(alices_client, booking).json()
    assert (answer["refund"], answer["rule"], answer["booking"]["status"]) == (0, "not_paid", "cancelled")
    assert desk.claims("A1", "A2") == ["free", "free"]
    assert desk.book(bob, name="Bob").status == "pending"


def test_a_show_that_the_cinema_cancels_gives_everything_back_also_for_used_tickets(desk, gateway, show, bob):
    alices, bobs, waiting = desk.buy(seats=("A1", "B1")), desk.buy(bob, ("C1",), name="Bob"), desk.book(seats=("D1",))
    check_in(alices.tickets.get(seat="A1").code, "gate 1", alices.show_id)
    cancel_show(show.pk)
    assert give_back_cancelled_shows() == 3
    assert give_back_cancelled_shows() == 0
    desk.carry_out()
    for booking in (alices, bobs):
        booking.refresh_from_db()
        assert booking.status == "cancelled"
        assert Refund.objects.get(booking=booking).amount == booking.total
        assert gateway.get(f"payments/{booking.paid_by.payment_id}")["amount_refunded"] == booking.total
        assert Payment.objects.get(booking=booking).status == "refunded"
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    assert not Ticket.objects.filter(cancelled_at=None).exists()
    told = [one.to for one in mail.outbox if "The cinema cancelled the show" in one.body]
    assert len(told) == 2


def test_what_had_come_back_before_does_not_come_back_twice(desk, gateway, show):
    booking = desk.buy(seats=("A1", "B1"))
    cancel_booking(booking.pk, [str(booking.tickets.get(seat="A1").pk)])
    cancel_show(show.pk)
    give_back_cancelled_shows()
    desk.carry_out()
    line = booking.lines.get(seat="B1")
    assert sorted(Refund.objects.values_list("amount", flat=True)) == sorted([15_000, line.total])
