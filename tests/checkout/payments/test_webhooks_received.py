"""Razorpay's webhooks: verified raw, stored, answered, worked on afterwards; lost, doubled, shuffled and forged."""

import hashlib
import hmac
import itertools
import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
from checkout.models import Booking, Payment, Refund, Ticket, WebhookEvent
from checkout.payments import webhooks
from checkout.payments.reconciling import reconcile_orders
from checkout.payments.settling import settle_payment
from tests.checkout.conftest import money_is_a_ticket_or_a_refund
from tests.checkout.sandbox.receiver import Received

PATH = "/api/payments/webhook/"


def sign(body: bytes) -> str:
    return hmac.new(settings.RAZORPAY_WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()


def send(body: bytes, signature: str | None, event_id: str = "evt_1"):
    headers = {"X-Razorpay-Event-Id": event_id}
    if signature is not None:
        headers["X-Razorpay-Signature"] = signature
    return Client(enforce_csrf_checks=True).post(PATH, body, "application/json", headers=headers)


def make(event: str = "payment.authorized", entity_id: str = "pay_1", order_id: str = "order_1") -> bytes:
    kind = event.partition(".")[0]
    entity = {"id": entity_id, "order_id": order_id}
    return json.dumps({"entity": "event", "event": event, "payload": {kind: {"entity": entity}}}).encode()


@pytest.fixture
def paid(desk, gateway):
    """A pending booking that has been paid at the gateway, and the webhook that says so."""
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    [message] = desk.webhooks_of(order_id, 1)
    return booking, message


def test_a_genuine_message_is_stored_and_answered_before_any_work(transactional_db):
    answer = send(make(), sign(make()))
    assert (answer.status_code, answer.json()) == (200, {"stored": True})
    stored = WebhookEvent.objects.get()
    assert (stored.event, stored.entity_id, stored.order_id) == ("payment.authorized", "pay_1", "order_1")
    assert stored.body == make().decode() and stored.processed_at is None


@pytest.mark.parametrize("signature", [None, "", "0" * 64, "é", "é" * 64, "x" * 10_000])
def test_a_message_without_the_right_signature_is_refused(transactional_db, signature):
    answer = send(make(), signature.encode().decode("latin-1") if signature else signature)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature")
    assert not WebhookEvent.objects.exists()


def test_the_signature_is_over_the_bytes_as_they_came(transactional_db):
    spaced = make().replace(b": ", b":  ")
    assert send(spaced, sign(make())).status_code == 400
    assert send(spaced, sign(spaced)).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b'"x"', b"null", b"\xff\xfe", b"{}", b'{"event": 5}', b"[" * 5000]
)
def test_signed_nonsense_is_kept_and_does_no_harm(transactional_db, body):
    assert send(body, sign(body)).status_code == 200
    assert webhooks.process_stored() == 1
    assert WebhookEvent.objects.get().error == "nothing to do"


def test_a_message_confirms_the_booking_by_asking_the_gateway(desk, gateway, paid):
    booking, message = paid
    desk.deliver(message)
    assert Booking.objects.get().status == "confirmed"
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_a_signed_message_of_a_payment_that_the_gateway_does_not_know_confirms_nothing(desk):
    """The snapshot says captured; the gateway, asked, knows of no payment."""
    booking = desk.book()
    order_id = desk.order(booking)
    entity = {"id": "pay_invented", "order_id": order_id, "status": "captured", "amount": booking.total}
    body = json.dumps({"event": "payment.captured", "payload": {"payment": {"entity": entity}}}).encode()
    webhooks.receive(body, sign(body), "evt_invented")
    webhooks.process_stored()
    assert Booking.objects.get().status == "pending"
    assert not Ticket.objects.exists()


def test_the_same_message_twice_is_one_event(desk, gateway, paid):
    _, message = paid
    desk.deliver(message, message, message)
    assert WebhookEvent.objects.count() == 1
    assert Ticket.objects.count() == 2


def test_a_replay_under_a_new_event_id_has_no_second_effect(desk, paid, monkeypatch):
    booking, message = paid
    asked = []
    settle = webhooks.settle_payment
    monkeypatch.setattr(webhooks, "settle_payment", lambda order_id: asked.append(order_id) or settle(order_id))
    for event_id in ("evt_a", "evt_b", "evt_c"):
        webhooks.receive(message.body, message.headers["x-razorpay-signature"], event_id)
        webhooks.process_stored()
    assert asked == [booking.order.order_id]
    assert WebhookEvent.objects.exclude(processed_at=None).count() == 3


def test_an_event_id_that_somebody_used_up_does_not_silence_the_real_message(desk, paid):
    _, message = paid
    other = make("payment.downtime.started", "down_1", "")
    webhooks.receive(other, sign(other), message.event_id)
    desk.deliver(message)
    assert Booking.objects.get().status == "confirmed"


def test_messages_in_any_order_make_one_booking_and_leave_it_as_it_is(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id, "late", late_seconds=0.1)
    desk.webhooks_of(order_id, 2)
    settle_payment(order_id)
    messages = desk.webhooks_of(order_id, 4)  # failed, authorized, captured, order.paid
    for order in itertools.islice(itertools.permutations(messages), 0, 24, 5):
        WebhookEvent.objects.all().delete()
        desk.deliver(*order, *order)
        assert Booking.objects.get().status == "confirmed"
        assert Payment.objects.get().status == "captured"
    assert Ticket.objects.count() == 2
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_a_message_that_comes_again_after_a_cancellation_revives_nothing(desk, gateway, paid):
    booking, message = paid
    desk.deliver(message)
    cancel_booking(booking.pk)
    WebhookEvent.objects.all().delete()
    desk.deliver(message)
    assert Booking.objects.get().status == "cancelled"
    assert not Ticket.objects.filter(cancelled_at=None).exists()


def test_lost_messages_are_made_up_for_by_the_reconciler(desk, gateway):
    gateway.switch("webhooks", mode="lost")
    booking = desk.book()
    gateway.pay(desk.order(booking), "silent")
    booking.order.due_at = timezone.now()
    booking.order.save()
    assert reconcile_orders() == 1
    assert Booking.objects.get().status == "confirmed"


def test_while_the_gateway_is_down_the_message_is_kept_and_tried_again(desk, gateway, paid):
    booking, message = paid
    gateway.fail(f"{booking.order.order_id}/payments", times=1)
    desk.deliver(message)
    kept = WebhookEvent.objects.get()
    assert kept.processed_at is None and "GatewayUnavailable" in kept.error
    assert kept.due_at > timezone.now()
    WebhookEvent.objects.update(due_at=timezone.now())
    assert webhooks.process_stored() == 1
    assert Booking.objects.get().status == "confirmed"


def test_a_worker_that_dies_with_a_message_in_hand_leaves_it_for_the_next(desk, paid, monkeypatch):
    _, message = paid

    def die(order_id):
        raise SystemExit

    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr(webhooks, "settle_payment", die)
        desk.deliver(message)
    assert webhooks.process_stored() == 0  # its lease still runs
    WebhookEvent.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert webhooks.process_stored() == 1
    assert Booking.objects.get().status == "confirmed"


def test_a_message_about_somebody_elses_order_is_put_aside(transactional_db, gateway):
    body = make(order_id="order_of_another_shop")
    webhooks.receive(body, sign(body), "evt_1")
    webhooks.process_stored()
    assert WebhookEvent.objects.get().error == "not an order of ours"


def test_a_refund_that_is_processed_later_is_noted_when_its_message_comes(desk, gateway):
    gateway.switch("refunds", outcome="pending")
    booking = desk.buy()
    cancel_booking(booking.pk)
    desk.carry_out()
    refund = Refund.objects.get()
    assert (refund.status, bool(refund.refund_id)) == ("pending", True)
    gateway.switch("refunds", refund_id=refund.refund_id, outcome="processed")
    message = _refund_message(desk, booking, "refund.processed")
    desk.deliver(message)
    assert Refund.objects.get().status == "processed"


def _refund_message(desk, booking, event) -> Received:
    order_id = booking.order.order_id
    for count in range(4, 9):
        for message in desk.webhooks_of(order_id, count):
            if message.event == event:
                return message
    raise AssertionError(event)
