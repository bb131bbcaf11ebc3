"""Several at once: threads on real servers, each with a connection of its own."""

import threading
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from checkout.bookings import create as creating
from checkout.bookings.create import create_booking
from checkout.cancellations.bookings import cancel_booking
from checkout.errors import AlreadyCheckedIn, NotCancellable
from checkout.gate.check_in import check_in
from checkout.gate.offline import OfflineScan, sync_scans
from checkout.gate.reissue import reissue_tickets
from checkout.models import Booking, GateScan, OutboxMessage, Payment, Refund, Ticket
from checkout.outbox.handlers import relay_outbox
from checkout.outbox.reminders import remind_customers
from checkout.payments.reconciling import expire_bookings
from checkout.payments.settling import settle_payment
from checkout.payments.starting import start_payment
from checkout.tickets import codes
from seating.services.holds import hold_seats
from tests.checkout.conftest import CONTACT, money_is_a_ticket_or_a_refund, post

pytestmark = pytest.mark.postgres
checking_in = import_module("checkout.gate.check_in")  # the package has a function of that name
CROWD = 6


@pytest.fixture(autouse=True)
def _postgres_only(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: there is no race to lose")


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Runs the jobs together; answers with what each returned or raised."""
    start = threading.Barrier(len(jobs))
    answers: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers[place] = job()
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def somebody_waits_or(happened: threading.Event) -> None:
    """Returns once another transaction waits for a lock, or `happened` has."""
    for _ in range(400):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction would see one answer over and over
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            waiting = cursor.fetchone()[0]
        if waiting or happened.wait(0.05):
            return


def test_creates_at_once_are_one_booking(show, alice):

    hold_seats(show.pk, alice, ["A1", "A2"])
    answers = at_once(*[lambda: create_booking([alice], show.pk, **CONTACT)] * CROWD)
    assert {getattr(answer, "pk", answer) for answer in answers} == {Booking.objects.get().pk}


def test_without_waiting_for_each_other_a_second_create_would_be_told_its_seats_are_gone(show, alice, monkeypatch):
    """Why creates wait: the first has taken the hold, and its booking cannot be seen yet."""

    monkeypatch.setattr(creating, "one_at_a_time", lambda *_: None)
    monkeypatch.setattr(creating, "_claim_orphan", lambda *_: None)  # relies on the waiting too
    first_is_in, second_is_done = threading.Event(), threading.Event()
    store = creating._store

    def slow_store(*arguments):
        first_is_in.set()
        second_is_done.wait(20)
        return store(*arguments)

    monkeypatch.setattr(creating, "_store", slow_store)
    hold_seats(show.pk, alice, ["A1"])

    def second():
        first_is_in.wait(20)
        try:
            return create_booking([alice], show.pk, **CONTACT)
        finally:
            second_is_done.set()

    _, refused = at_once(lambda: create_booking([alice], show.pk, **CONTACT), second)
    assert getattr(refused, "code", refused) == "hold_expired"


def test_the_same_key_at_once_is_one_booking(show, alice, alices_client):

    hold_seats(show.pk, alice, ["A1"])
    body, headers = {"show": show.pk, **CONTACT}, {"Idempotency-Key": "key-1"}
    answers = at_once(*[lambda: post(alices_client, "bookings/create/", body, **headers)] * CROWD)
    booking = Booking.objects.get().pk
    told = {(answer.status_code, answer.json().get("id"), answer.json().get("code")) for answer in answers}
    assert (201, booking, None) in told
    assert told <= {(201, booking, None), (409, None, "idempotency_key_busy")}


def test_payments_started_at_once_share_one_order(desk):
    booking = desk.book()
    answers = at_once(*[lambda: start_payment(booking.pk).order_id] * CROWD)
    assert len(set(answers)) == 1 and isinstance(answers[0], str)


def test_settled_by_everybody_at_once_there_is_one_capture_one_ticket_set_one_mail(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    answers = at_once(*[lambda: settle_payment(order_id).status] * CROWD)
    assert "confirmed" in answers
    assert settle_payment(order_id).status == "confirmed"
    assert Ticket.objects.count() == 2
    assert OutboxMessage.objects.filter(kind="confirmation").count() == 1
    assert [payment["status"] for payment in gateway.payments(order_id)] == ["captured"]
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_two_payments_at_once_leave_one_taken(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    gateway.pay(order_id)
    at_once(*[lambda: settle_payment(order_id)] * CROWD)
    settle_payment(order_id)
    assert sorted(payment["status"] for payment in gateway.payments(order_id)) == ["authorized", "captured"]
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["captured", "void"]
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_paid_and_swept_at_once_the_booking_is_confirmed_or_nothing_is_kept(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    desk.let_time_run_out(booking)
    at_once(expire_bookings, lambda: settle_payment(order_id), expire_bookings)
    settle_payment(order_id)
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_paid_and_cancelled_at_once_money_is_a_ticket_or_a_refund(desk, gateway):
    for seat in ("A1", "A2", "A3"):
        booking = desk.book(seats=(seat,))
        order_id = desk.order(booking)
        gateway.pay(order_id)
        at_once(lambda b=booking: cancel_booking(b.pk), lambda o=order_id: settle_payment(o))
        settle_payment(order_id)
        desk.carry_out()
        money_is_a_ticket_or_a_refund(booking, gateway)


def test_cancelled_by_everybody_at_once_there_is_one_refund(desk, gateway):
    booking = desk.buy()
    answers = at_once(*[lambda: cancel_booking(booking.pk)] * CROWD)
    assert sum(isinstance(answer, NotCancellable) for answer in answers) == CROWD - 1
    assert Refund.objects.count() == 1


def test_of_many_scans_at_once_the_first_wins_and_the_others_are_told(desk):
    booking = desk.buy()
    code = booking.tickets.get(seat="A1").code
    gates = [f"gate {number}" for number in range(CROWD)]
    answers = at_once(*[lambda gate=gate: check_in(code, gate, desk.show.pk) for gate in gates])
    [won] = [answer for answer in answers if isinstance(answer, Ticket)]
    lost = [answer for answer in answers if isinstance(answer, AlreadyCheckedIn)]
    assert len(lost) == CROWD - 1
    assert {one.extra["gate"] for one in lost} == {won.checked_in_gate}


def test_of_two_hundred_scans_at_once_exactly_one_wins(desk):
    """More than there are connections: who waits too long for one asks again, as a gate does after a 503."""
    code = desk.buy(seats=("A1",)).tickets.get().code

    def scan(gate):
        while True:
            try:
                return check_in(code, gate, desk.show.pk)
            except OperationalError:
                continue

    answers = at_once(*[lambda gate=f"gate {number}": scan(gate) for number in range(200)])
    [won] = [answer for answer in answers if isinstance(answer, Ticket)]
    lost = [answer for answer in answers if isinstance(answer, AlreadyCheckedIn)]
    assert len(lost) == 199
    assert {one.extra["gate"] for one in lost} == {won.checked_in_gate}
    assert GateScan.objects.filter(outcome="admitted").count() == 1


def test_looking_first_and_writing_then_would_let_two_in(desk, monkeypatch):
    """Why one statement decides: between a look and a write another gate looks too."""
    code = desk.buy(seats=("A1",)).tickets.get().code
    both_have_looked = threading.Barrier(2)

    def look_then_write(said, gate, now):
        ticket = Ticket.objects.get(pk=said.ticket)
        both_have_looked.wait(20)
        if ticket.checked_in_at is None:
            Ticket.objects.filter(pk=ticket.pk).update(checked_in_at=now, checked_in_gate=gate)
        return ticket.checked_in_at is None

    monkeypatch.setattr(checking_in, "_first", look_then_write)
    answers = at_once(*[lambda gate=gate: check_in(code, gate, desk.show.pk) for gate in ("North gate", "South gate")])
    assert [type(answer) for answer in answers] == [Ticket, Ticket]


def test_offline_scans_told_by_many_gates_at_once_leave_the_earliest(desk):
    ticket = desk.buy(seats=("A1",)).tickets.get()
    now = timezone.now()
    times = [(now + timedelta(milliseconds=10 * number)).isoformat() for number in range(CROWD)]
    scans = [OfflineScan(ticket.code, f"gate {number}", at) for number, at in enumerate(times)]
    at_once(*[lambda scan=scan: sync_scans([scan], desk.show.pk) for scan in reversed(scans)])
    ticket.refresh_from_db()
    assert ticket.checked_in_gate == "gate 0"
    assert GateScan.objects.get(outcome="admitted").gate == "gate 0"
    assert GateScan.objects.filter(outcome="already_checked_in").count() == CROWD - 1


def test_scanned_and_issued_again_at_once_only_one_of_them_happens(desk):
    for seat in ("C1", "C2", "C3", "C4"):
        booking = desk.buy(seats=(seat,))
        ticket = booking.tickets.get()
        at_once(lambda t=ticket: check_in(t.code, "gate", t.show_id), lambda b=booking: reissue_tickets(b.pk))
        ticket.refresh_from_db()
        assert bool(ticket.checked_in_at) != bool(ticket.reissued_at)


def test_two_beats_at_once_write_one_reminder(desk):
    booking = desk.buy()
    now = desk.show.starts_at - timedelta(hours=2)
    assert [answer for answer in at_once(*[lambda: remind_customers(now)] * CROWD) if answer == 1]
    assert OutboxMessage.objects.filter(kind="reminder", booking=booking).count() == 1


def test_scanned_and_cancelled_at_once_only_one_of_them_happens(desk):
    for seat in ("B1", "B2", "B3", "B4"):
        booking = desk.buy(seats=(seat,))
        ticket = booking.tickets.get()
        at_once(lambda t=ticket: check_in(t.code, "gate", t.show_id), lambda b=booking: cancel_booking(b.pk))
        ticket.refresh_from_db()
        assert bool(ticket.checked_in_at) != bool(ticket.cancelled_at)


def test_several_relays_send_each_mail_once(desk):
    from django.core import mail

    for seat in ("A1", "A2", "A3", "A4"):
        desk.buy(seats=(seat,))
    at_once(*[relay_outbox] * CROWD)
    assert len(mail.outbox) == 4
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_ticket_codes_do_not_depend_on_who_made_them(desk):
    booking = desk.buy()
    for ticket in booking.tickets.all():
        assert ticket.code == codes.sign(ticket.pk, booking.show_id, ticket.seat)
