"""Each guard taken away: what it prevents then really happens."""

import threading
from datetime import timedelta
from functools import partial
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from checkout.bookings import idempotency
from checkout.bookings.create import create_booking
from checkout.errors import AlreadyCheckedIn, BadSignature
from checkout.gate.check_in import check_in
from checkout.models import Booking, GateScan, Ticket, WebhookEvent
from checkout.payments import settling, webhooks
from checkout.payments.settling import settle_payment
from seating import scripts, store
from seating.errors import SeatUnavailable
from seating.identity import COOKIE, token_for
from seating.models import Claim
from seating.services.claims import secure_claims, sell_seats
from seating.services.execute import run_built
from seating.services.holds import hold_seats, release_seats
from tests.checkout.conftest import Desk
from tests.checkout.paper_gateway import PaperGateway
from tests.checkout.test_races import at_once


@pytest.fixture
def paper(monkeypatch):
    return PaperGateway().install(monkeypatch)


@pytest.fixture
def desk(show, paper):
    return Desk(show, paper)


def two_claim_at_once(show):
    """Alice has claimed A1 and not yet committed when Bob claims it."""
    alice_has_it, bob_is_done = threading.Event(), threading.Event()
    until = timezone.now() + timedelta(minutes=5)

    def claim(owner, before=None, after=None):
        if before:
            before.wait(20)
        with transaction.atomic():
            secure_claims(show.pk, owner, f"hold-of-{owner}", ["A1"], until)
            sell_seats(show.pk, owner, f"hold-of-{owner}", ["A1"])
            if after:
                after.set()
                bob_is_done.wait(2)  # with the guard he cannot be done before we commit

    def bob():
        try:
            claim("bob", before=alice_has_it)
        finally:
            bob_is_done.set()

    return at_once(lambda: claim("alice", after=alice_has_it), bob)


@pytest.mark.postgres
def test_without_the_unique_claim_a_seat_is_sold_twice(show):
    guarded = two_claim_at_once(show)
    assert [type(answer) for answer in guarded] == [type(None), SeatUnavailable]
    Claim.objects.all().delete()
    table = Claim._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT one_claim_per_seat")
    try:
        assert two_claim_at_once(show) == [None, None]
        assert Claim.objects.filter(show=show, seat="A1", state="sold").count() == 2
    finally:
        Claim.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT one_claim_per_seat UNIQUE (show_id, seat)")


def test_without_the_owner_check_anybody_frees_anybodys_seat(show, alice, bob, monkeypatch):
    hold_seats(show.pk, alice, ["A1"])
    assert release_seats(show.pk, bob, ["A1"]) == []
    ours = scripts.source("release")
    careless = ours.replace(
        "local owner, id, request = ARGV[3], ARGV[4], ARGV[5]",
        "local _, owner, id = state_of(ARGV[6]) local request = ARGV[5]",
    )
    assert careless != ours
    monkeypatch.setattr(scripts, "source", lambda name: careless)
    monkeypatch.setattr(scripts, "digest", lambda name: "0" * 40)  # unknown there, so the source is sent
    assert run_built(store.release(show.pk, bob, seats=["A1"]))[2:] == ["A1"]


def test_without_the_signature_anybodys_message_is_worked_on(desk, monkeypatch):
    body = b'{"event": "payment.captured"}'
    with pytest.raises(BadSignature):
        webhooks.receive(body, "forged", "evt_forged")
    monkeypatch.setattr("checkout.payments.gateways.razorpay.webhook_is_genuine", lambda *message: True)
    webhooks.receive(body, "forged", "evt_forged")
    assert WebhookEvent.objects.filter(event_id="evt_forged").exists()


@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_amount_check_two_seats_cost_one_rupee(desk, paper, monkeypatch, guarded):
    booking = desk.book()
    paper.pay(desk.order(booking), "captured", amount=100)
    if not guarded:
        monkeypatch.setattr(settling, "_counts", lambda *payment: True)
    settle_payment(booking.order.order_id)
    assert Ticket.objects.count() == (0 if guarded else 2)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_claim_before_the_capture_money_is_taken_for_somebody_elses_seats(
    desk, paper, bob, monkeypatch, guarded
):
    booking = desk.book()
    order_id = desk.order(booking)
    desk.lose_seats_to(bob, booking)
    paid = paper.pay(order_id)
    if not guarded:
        monkeypatch.setattr(settling, "_take_seats", lambda booking, seats: None)
    settle_payment(order_id)
    assert paper.paid[paid["payment_id"]]["captured"] == (not guarded)


def test_without_the_key_a_request_sent_twice_is_done_twice(desk, alice):
    """The seats of the second hold go into a second booking, though the customer has asked once."""

    def book(seat):
        hold_seats(desk.show.pk, alice, [seat])
        contact = {"name": "Alice", "email": "alice@example.com"}
        return create_booking([alice], desk.show.pk, **contact).pk

    def twice(key, *seats):
        return [idempotency.answer_once(alice, "create", key, {}, lambda s=seat: book(s)) for seat in seats]

    assert len(set(twice("key", "A1", "B1"))) == 1
    assert len(set(twice("", "C1", "D1"))) == 2


@pytest.mark.postgres
def test_without_one_constraint_two_bookings_could_share_a_hold(desk, alice):
    booking = desk.book()
    twin = Booking.objects.get(pk=booking.pk)
    twin.pk, twin.reference = "twin", "TWIN"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_condition_in_the_update_one_ticket_lets_two_people_in(desk, monkeypatch, guarded):
    ticket = desk.buy(seats=("A1",)).tickets.get()
    if not guarded:
        gates = import_module("checkout.gate.check_in")  # the service has its module's name
        whichever = Ticket.objects.filter(pk=ticket.pk)
        monkeypatch.setattr(gates, "_first", lambda said, gate, now: bool(whichever.update(checked_in_at=now)))
    let_in = at_once(*(partial(check_in, ticket.code, gate, desk.show.pk) for gate in ("left", "right")))
    refused = [answer for answer in let_in if isinstance(answer, AlreadyCheckedIn)]
    assert len(refused) == (1 if guarded else 0)
    assert GateScan.objects.filter(ticket=ticket).count() == (1 if guarded else 2)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_csrf_check_another_sites_page_cancels_somebodys_booking(desk, alice, monkeypatch, guarded):
    """The browser sends Alice's cookie along with whatever a page of another site posts."""
    booking = desk.buy(alice, ("A1",))
    browser = Client(enforce_csrf_checks=True)
    browser.cookies[COOKIE] = token_for(alice)
    if not guarded:
        monkeypatch.setattr("seating.auth.check_csrf", lambda request: None)
    another = {"Origin": "https://another.test"}
    browser.post(f"/api/bookings/{booking.pk}/cancel/", "{}", "text/plain", headers=another)
    booking.refresh_from_db()
    assert booking.status == ("confirmed" if guarded else "cancelled")
