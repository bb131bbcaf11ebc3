"""A real sandbox in front of the real code: what the tests of checkout share.

`desk` does what people, the gateway and the clock do; each test asks afterwards what has come of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from checkout.bookings.create import create_booking
from checkout.models import Booking, OutboxMessage, Refund, Ticket
from checkout.outbox.handlers import relay_outbox
from checkout.payments import webhooks
from checkout.payments.reconciling import expire_bookings
from checkout.payments.settling import settle_payment
from checkout.payments.starting import start_payment
from checkout.payments.webhooks import WebhookEvent
from cinema.models import Show
from seating.identity import token_for
from seating.models import Claim
from seating.services.holds import hold_seats
from tests import factories
from tests.checkout.sandbox.receiver import Received, Receiver, running_receiver
from tests.conftest import ALICE
from tests.sandbox_process import RunningSandbox, running_sandbox

CONTACT = {"name": "Alice", "email": "alice@example.com"}


@pytest.fixture(scope="session")
def gateway_receiver() -> Iterator[Receiver]:
    """Takes the sandbox's webhooks and keeps them: a test decides when, in which order and whether they come."""
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def gateway_process(gateway_receiver: Receiver, tmp_path_factory: Any) -> Iterator[RunningSandbox]:
    with running_sandbox(gateway_receiver.url, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@dataclass
class Gateway:
    """The sandbox's switches, and what it has sent."""

    url: str
    receiver: Receiver
    session: requests.Session = field(repr=False)

    def switch(self, name: str, **body: Any) -> dict:
        answer = self.session.post(f"{self.url}/_test/{name}", json=body, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pay(self, order_id: str, outcome: str = "success", **more: Any) -> dict:
        """What checkout.js would hand to the page."""
        return self.switch("pay", order_id=order_id, outcome=outcome, **more)

    def fail(self, match: str, fault: str = "bad_gateway", times: int = 1) -> None:
        self.switch("faults", fault=fault, match=match, times=times)

    def get(self, path: str) -> dict:
        keys = (django_settings.RAZORPAY_KEY_ID, django_settings.RAZORPAY_KEY_SECRET)
        answer = self.session.get(f"{self.url}/v1/{path}", auth=keys, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def payments(self, order_id: str) -> list[dict]:
        return self.get(f"orders/{order_id}/payments")["items"]

    def refunds(self, payment_id: str) -> list[dict]:
        return self.get(f"payments/{payment_id}/refunds")["items"]


@pytest.fixture
def gateway(gateway_process: RunningSandbox, gateway_receiver: Receiver, settings: Any) -> Iterator[Gateway]:
    """The sandbox with every switch as it is at first; the code under test talks to it."""
    settings.RAZORPAY_BASE_URL = gateway_process.url
    with requests.Session() as session:
        session.trust_env = False
        running = Gateway(gateway_process.url, gateway_receiver, session)
        running.switch("webhooks", mode="normal", retry_seconds=0.2)
        running.switch("refunds", outcome="processed", seconds=0.1)
        running.switch("faults", fault="none")
        yield running


@pytest.fixture
def show(transactional_db: None, redis_server: Any) -> Show:
    """On sale, tomorrow, rows A to D of six seats each; A costs ₹200, the others ₹300."""
    return factories.make_show(seats=dict.fromkeys("ABCD", 6))


@dataclass
class Desk:
    """Everything that happens at a box office's checkout, for one show."""

    show: Show
    gateway: Gateway

    def book(self, owner: str = ALICE, seats: tuple[str, ...] = ("A1", "A2"), **more: Any) -> Booking:
        hold_seats(self.show.pk, owner, list(seats))
        return create_booking([owner], self.show.pk, **{**CONTACT, **more})

    def order(self, booking: Booking) -> str:
        return start_payment(booking.pk).order_id

    def buy(self, owner: str = ALICE, seats: tuple[str, ...] = ("A1", "A2"), **more: Any) -> Booking:
        """A confirmed booking."""
        booking = self.book(owner, seats, **more)
        order_id = self.order(booking)
        self.gateway.pay(order_id)
        bought = settle_payment(order_id)
        assert bought.status == "confirmed"
        return bought

    def let_time_run_out(self, booking: Booking) -> None:
        """The booking's time is over; nobody has swept yet."""
        past = timezone.now() - timedelta(seconds=1)
        Booking.objects.filter(pk=booking.pk).update(expires_at=past)
        Claim.objects.filter(show=self.show, hold=booking.hold, state="pending").update(deadline=past)

    def lose_seats_to(self, other: str, booking: Booking) -> None:
        """The booking's time runs out, is swept, and somebody else buys its seats."""
        self.let_time_run_out(booking)
        expire_bookings()
        seats = tuple(booking.lines.values_list("seat", flat=True))
        self.buy(other, seats, name="Bob", email="bob@example.com")

    def webhooks_of(self, order_id: str, count: int) -> list[Received]:
        return self.gateway.receiver.wait_for(order_id, count)

    def deliver(self, *messages: Received) -> None:
        for message in messages:
            webhooks.receive(message.body, message.headers["x-razorpay-signature"], message.event_id)
        webhooks.process_stored()

    def carry_out(self) -> None:
        """The outbox, as if every waiting time were over."""
        for _ in range(3):
            OutboxMessage.objects.filter(done_at=None).update(due_at=timezone.now())
            relay_outbox()

    def claims(self, *seats: str) -> list[str]:
        states = dict(Claim.objects.filter(show=self.show).values_list("seat", "state"))
        return [states.get(seat, "free") for seat in seats]


@pytest.fixture
def desk(show: Show, gateway: Gateway) -> Desk:
    return Desk(show, gateway)


@pytest.fixture
def alices_client(alice: str) -> Client:
    """Alice's program: a bearer token and no cookies."""
    return Client(headers={"Authorization": f"Bearer {token_for(alice)}"})


@pytest.fixture
def bobs_client(bob: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token_for(bob)}"})


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    """A JSON POST to /api/…"""
    return client.post(f"/api/{path}", body if body is not None else {}, "application/json", headers=headers)


def money_is_a_ticket_or_a_refund(booking: Booking, gateway: Gateway) -> None:
    """What must hold for every booking whose events have all been worked on, whatever happened before."""
    booking.refresh_from_db()
    order = getattr(booking, "order", None)
    kept = 0
    for payment in gateway.payments(order.order_id) if order else []:
        if payment["captured"]:
            kept += payment["amount"] - payment["amount_refunded"]
    good = Ticket.objects.filter(booking=booking, cancelled_at=None)
    sold = Claim.objects.filter(show=booking.show_id, hold=booking.hold, state="sold")
    assert {ticket.seat for ticket in good} == {claim.seat for claim in sold}
    if booking.status == "confirmed":
        cancelled = Refund.objects.filter(booking=booking, payment=booking.paid_by)
        assert kept == booking.total - sum(refund.amount for refund in cancelled)
    elif booking.status == "cancelled" and booking.confirmed_at:
        assert not good.exists()
    else:
        assert kept == 0
        assert not good.exists()


__all__ = ["Desk", "Gateway", "WebhookEvent", "money_is_a_ticket_or_a_refund", "post"]
