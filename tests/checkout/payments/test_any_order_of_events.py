"""A random walk over everything that can happen to a booking, in any order, with crashes and a stumbling gateway.

Alice and Bob want the same seats. Whatever happened: once everything has been worked on, no seat has two good
tickets, nobody's money is kept for nothing, and nobody has a ticket without having paid.
"""

import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from checkout import crash_points
from checkout.cancellations.bookings import cancel_booking
from checkout.models import Booking, Order, Payment, Refund, Ticket, WebhookEvent
from checkout.payments import starting, webhooks
from checkout.payments.reconciling import expire_bookings, reconcile_orders
from checkout.payments.settling import settle_payment
from checkout.payments.starting import verify_callback
from cinema.errors import DomainError
from tests import factories
from tests.checkout.conftest import Desk, Gateway, money_is_a_ticket_or_a_refund
from tests.conftest import ALICE, BOB

PEOPLE = st.sampled_from([ALICE, BOB])
SEATS = ("A1", "A2")


class Died(BaseException):
    """A crash: no handler may swallow it."""


class Walk(RuleBasedStateMachine):
    gateway: Gateway
    monkeypatch: pytest.MonkeyPatch

    @initialize()
    def open_the_desk(self) -> None:
        self.desk = Desk(factories.make_show(seats={"A": 2}), self.gateway)
        self.callbacks: list[dict] = []
        self.alive = True

    def try_to(self, job: Any, *arguments: Any, **more: Any) -> Any:
        """Refusals are part of life, and so are crashes; anything else is a mistake."""
        try:
            return job(*arguments, **more)
        except (DomainError, Died):
            return None

    def booking_of(self, person: str) -> Booking | None:
        return Booking.objects.filter(show=self.desk.show, owner=person).order_by("-created_at").first()

    def order_of(self, person: str) -> str | None:
        orders = Order.objects.filter(booking__show=self.desk.show, booking__owner=person)
        return orders.order_by("-pk").values_list("order_id", flat=True).first()

    @rule(person=PEOPLE)
    def book(self, person: str) -> None:
        self.try_to(self.desk.book, person, SEATS)

    @rule(person=PEOPLE)
    def start_payment(self, person: str) -> None:
        booking = self.booking_of(person)
        if booking:
            self.try_to(starting.start_payment, booking.pk)

    @rule(person=PEOPLE, outcome=st.sampled_from(["success", "success", "silent", "failure"]))
    def pay(self, person: str, outcome: str) -> None:
        order_id = self.order_of(person)
        if order_id and self.gateway.get(f"orders/{order_id}")["status"] != "paid":
            told = self.gateway.pay(order_id, outcome)
            if "razorpay_signature" in told:
                self.callbacks.append(told)

    @rule(person=PEOPLE)
    def pay_at_a_slow_bank(self, person: str) -> None:
        order_id = self.order_of(person)
        if order_id and self.gateway.get(f"orders/{order_id}")["status"] != "paid":
            failed = self.gateway.pay(order_id, "late", late_seconds=0.3)["error"]["metadata"]["payment_id"]
            self.try_to(settle_payment, order_id)
            while self.gateway.get(f"payments/{failed}")["status"] == "failed":
                time.sleep(0.02)

    @precondition(lambda self: self.callbacks)
    @rule(data=st.data())
    def callback(self, data: Any) -> None:
        told = data.draw(st.sampled_from(self.callbacks))
        self.try_to(verify_callback, *told.values())

    @rule(
        person=PEOPLE,
        event=st.sampled_from(["payment.authorized", "payment.failed", "payment.captured", "order.paid"]),
        event_id=st.sampled_from(["evt_1", "evt_2", "evt_3"]),
    )
    def webhook(self, person: str, event: str, event_id: str) -> None:
        order_id = self.order_of(person)
        if order_id:
            kind = event.partition(".")[0]
            entity = {"id": order_id, "order_id": order_id, "status": "captured", "amount": 1}
            body = json.dumps({"event": event, "payload": {kind: {"entity": entity}}}).encode()
            secret = django_settings.RAZORPAY_WEBHOOK_SECRET.encode()
            webhooks.receive(body, hmac.new(secret, body, hashlib.sha256).hexdigest(), event_id)
            self.try_to(webhooks.process_stored)

    @rule(person=PEOPLE)
    def time_runs_out(self, person: str) -> None:
        booking = self.booking_of(person)
        if booking and booking.status == "pending":
            self.desk.let_time_run_out(booking)

    @rule()
    def sweep(self) -> None:
        self.try_to(expire_bookings)

    @rule()
    def reconcile(self) -> None:
        # Of this story alone: the stories before it are over, and their orders need not be asked about again.
        Order.objects.filter(booking__show=self.desk.show, due_at__isnull=False).update(due_at=timezone.now())
        self.try_to(reconcile_orders)

    @rule(person=PEOPLE, all_of_it=st.booleans())
    def cancel(self, person: str, all_of_it: bool) -> None:
        booking = self.booking_of(person)
        if booking:
            good = booking.tickets.filter(cancelled_at=None).values_list("pk", flat=True)
            self.try_to(cancel_booking, booking.pk, None if all_of_it else [str(pk) for pk in good[:1]])

    @rule()
    def relay(self) -> None:
        self.try_to(self.desk.carry_out)

    @rule(
        fault=st.sampled_from(["bad_gateway", "server_error", "lost_answer", "rate_limited"]),
        match=st.sampled_from(["/capture", "/payments", "/refund", "POST /v1/orders"]),
    )
    def stumble(self, fault: str, match: str) -> None:
        self.gateway.fail(match, fault)

    @rule(point=st.sampled_from(crash_points.ALL))
    def die_next_time(self, point: str) -> None:
        def reached(where: str) -> None:
            if where == point and armed:
                armed.pop()
                raise Died(where)

        armed = [point]
        self.monkeypatch.setattr(crash_points, "reached", reached)

    def teardown(self) -> None:
        """Everything works again, and the clock's tasks have had their time."""
        self.monkeypatch.setattr(crash_points, "reached", lambda point: None)
        self.gateway.switch("faults", fault="none")
        for booking in Booking.objects.filter(show=self.desk.show, status="pending"):
            self.desk.let_time_run_out(booking)
        for _ in range(2):
            WebhookEvent.objects.update(due_at=timezone.now())
            webhooks.process_stored()
            self.reconcile()
            self.sweep()
            self.desk.carry_out()
        self.check()
        WebhookEvent.objects.all().delete()

    def check(self) -> None:
        bookings = Booking.objects.filter(show=self.desk.show)
        assert not bookings.filter(status="pending").exists()
        good = Ticket.objects.filter(show=self.desk.show, cancelled_at=None)
        assert good.count() == good.values("seat").distinct().count()
        for booking in bookings:
            money_is_a_ticket_or_a_refund(booking, self.gateway)
            captured = [p for p in Payment.objects.filter(booking=booking) if p.status in ("captured", "refunded")]
            assert sum(payment.pk == booking.paid_by_id for payment in captured) <= 1
        assert not Refund.objects.filter(booking__show=self.desk.show).exclude(status="processed").exists()


@pytest.mark.slow
def test_in_whatever_order_things_happen_money_is_a_ticket_or_a_refund(
    transactional_db, redis_server, gateway, monkeypatch
):
    Walk.gateway, Walk.monkeypatch = gateway, monkeypatch
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=False,
        ),
    )
