"""POST /api/payments/initiate/ and verify/: one order, one extension of the hold, and no unsigned word believed."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
from checkout.models import Booking, Order
from checkout.payments.gateways import razorpay
from checkout.payments.reconciling import expire_bookings, reconcile_orders
from checkout.payments.settling import settle_payment
from seating.models import Claim
from tests.checkout.conftest import post


@pytest.fixture
def booking(desk):
    return desk.book()


def initiate(client, booking):
    return post(client, "payments/initiate/", {"booking": booking.pk})


def verify(client, order_id, payment_id, signature):
    told = {
        "razorpay_order_id": order_id,
        "razorpay_payment_id": payment_id,
        "razorpay_signature": signature,
    }
    return post(client, "payments/verify/", told)


def sign(order_id, payment_id, secret=None):
    key = (secret or settings.RAZORPAY_KEY_SECRET).encode()
    return hmac.new(key, f"{order_id}|{payment_id}".encode(), hashlib.sha256).hexdigest()


def test_the_answer_is_what_checkout_js_is_opened_with(booking, gateway, alices_client):
    answer = initiate(alices_client, booking)
    assert answer.status_code == 200
    order = answer.json()
    assert (order["amount"], order["currency"]) == (booking.total, "INR")
    assert order["key_id"] == settings.RAZORPAY_KEY_ID
    assert order["prefill"] == {"name": "Alice", "email": "alice@example.com", "contact": ""}
    assert order["checkout_js"] == "/dev/sandbox/checkout.js"
    assert settings.RAZORPAY_KEY_SECRET not in answer.content.decode()
    at_gateway = gateway.get(f"orders/{order['order_id']}")
    assert (at_gateway["amount"], at_gateway["notes"]["booking"]) == (booking.total, booking.pk)


def test_the_order_waits_for_us_to_capture(booking, gateway, alices_client):
    order_id = initiate(alices_client, booking).json()["order_id"]
    gateway.pay(order_id)
    assert gateway.payments(order_id)[0]["status"] == "authorized"


def test_asked_again_it_is_the_same_open_order(booking, alices_client, monkeypatch):
    made = []
    create = razorpay.create_order
    monkeypatch.setattr(razorpay, "create_order", lambda *order: made.append(order) or create(*order))
    first, second = initiate(alices_client, booking).json(), initiate(alices_client, booking).json()
    assert first == second
    assert Order.objects.count() == 1 and len(made) == 1


def test_the_hold_is_extended_once_with_the_claims(booking, alices_client):
    initiate(alices_client, booking)
    extended = Booking.objects.get()
    # A hold of 300 s becomes a payment window of 600 s.
    assert timedelta(seconds=250) < extended.expires_at - booking.expires_at < timedelta(seconds=350)
    assert set(Claim.objects.filter(show=booking.show).values_list("deadline", flat=True)) == {extended.expires_at}
    initiate(alices_client, booking)
    assert Booking.objects.get().expires_at == extended.expires_at


@pytest.mark.parametrize("fault", ["server_error", "bad_gateway", "gateway_error", "rate_limited", "lost_answer"])
def test_a_gateway_that_is_down_loses_nothing(booking, gateway, alices_client, fault):
    gateway.fail("POST /v1/orders", fault)
    answer = initiate(alices_client, booking)
    assert (answer.status_code, answer.json()["code"]) == (503, "gateway_unavailable")
    assert Claim.objects.filter(show=booking.show, state="pending").count() == 2
    assert initiate(alices_client, booking).status_code == 200


def test_a_gateway_that_nobody_answers_at_is_unavailable_too(booking, alices_client, settings):
    settings.RAZORPAY_BASE_URL = "http://127.0.0.1:9"
    assert initiate(alices_client, booking).status_code == 503


def test_wrong_keys_are_our_trouble_and_not_the_customers(booking, alices_client, settings):
    settings.RAZORPAY_KEY_SECRET = "wrong"
    assert initiate(alices_client, booking).status_code == 503


def test_after_the_time_is_over_payment_does_not_begin(desk, booking, alices_client):
    desk.let_time_run_out(booking)
    answer = initiate(alices_client, booking)
    assert (answer.status_code, answer.json()["code"]) == (410, "hold_expired")
    expire_bookings()
    assert initiate(alices_client, booking).status_code == 410


def test_a_paid_booking_is_not_paid_again(desk, gateway, alices_client, booking):
    order_id = initiate(alices_client, booking).json()["order_id"]
    gateway.pay(order_id)
    settle_payment(order_id)
    answer = initiate(alices_client, booking)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_paid")


def test_a_cancelled_booking_is_not_paid(booking, alices_client):
    cancel_booking(booking.pk)
    answer = initiate(alices_client, booking)
    assert (answer.status_code, answer.json()["code"]) == (409, "booking_cancelled")


def test_a_signed_callback_confirms_the_booking(booking, gateway, alices_client):
    told = gateway.pay(initiate(alices_client, booking).json()["order_id"])
    answer = post(alices_client, "payments/verify/", told)
    assert answer.status_code == 200
    assert answer.json()["status"] == "confirmed"
    assert len(answer.json()["tickets"]) == 2
    assert answer.json()["payment"] == {
        **{"status": "captured", "order_id": told["razorpay_order_id"], "amount": booking.total},
        **{"payment_id": told["razorpay_payment_id"], "refunded": 0},
    }
    assert post(alices_client, "payments/verify/", told).json() == answer.json()


def test_a_genuine_signature_of_a_payment_that_failed_confirms_nothing(booking, gateway, alices_client):
    order_id = initiate(alices_client, booking).json()["order_id"]
    payment_id = gateway.pay(order_id, "failure")["error"]["metadata"]["payment_id"]
    answer = verify(alices_client, order_id, payment_id, sign(order_id, payment_id))
    assert (answer.status_code, answer.json()["status"]) == (200, "pending")


@pytest.mark.parametrize("signature", ["0" * 64, "é" * 64, "x", "\u0660" * 64])
def test_a_forged_signature_is_refused(booking, gateway, alices_client, signature):
    told = gateway.pay(initiate(alices_client, booking).json()["order_id"])
    answer = post(alices_client, "payments/verify/", {**told, "razorpay_signature": signature})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature")
    assert Booking.objects.get().status == "pending"


def test_a_signature_for_a_cheaper_order_does_not_pay_this_one(desk, booking, gateway, alices_client, bob):
    cheap = gateway.pay(desk.order(desk.book(bob, ("C1",), name="Bob")))
    order_id = initiate(alices_client, booking).json()["order_id"]
    answer = verify(alices_client, order_id, cheap["razorpay_payment_id"], cheap["razorpay_signature"])
    assert answer.status_code == 400
    assert Booking.objects.get(pk=booking.pk).status == "pending"


@pytest.mark.parametrize("order_id", ["order_nobodyknows", "order_\u00e9", "order_\x00"])
def test_an_order_that_is_not_ours_is_a_bad_signature_even_if_signed(booking, alices_client, order_id):
    answer = verify(alices_client, order_id, "pay_1", sign(order_id, "pay_1"))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature")


@pytest.mark.parametrize("value", [None, 5, ["x"], {"a": 1}, "", "x" * 201, "\ud800"])
@pytest.mark.parametrize("field", ["razorpay_order_id", "razorpay_payment_id", "razorpay_signature"])
def test_wrong_types_are_invalid_input(show, alices_client, field, value):
    told = dict.fromkeys(("razorpay_order_id", "razorpay_payment_id", "razorpay_signature"), "x") | {field: value}
    answer = post(alices_client, "payments/verify/", told)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_verified_by_somebody_else_the_owner_gets_the_tickets_and_nobody_else_sees_them(
    booking, gateway, alices_client, bobs_client
):
    told = gateway.pay(initiate(alices_client, booking).json()["order_id"])
    assert post(bobs_client, "payments/verify/", told).status_code == 404
    assert alices_client.get(f"/api/bookings/{booking.pk}/").json()["status"] == "confirmed"


def test_when_the_gateway_is_down_while_verifying_the_payment_is_found_later(booking, gateway, alices_client):
    order_id = initiate(alices_client, booking).json()["order_id"]
    told = gateway.pay(order_id)
    gateway.fail(f"{order_id}/payments", times=1)
    assert post(alices_client, "payments/verify/", told).status_code == 503
    Order.objects.update(due_at=timezone.now())
    assert reconcile_orders() == 1
    assert Booking.objects.get().status == "confirmed"


def test_a_page_that_cookies_identify_needs_the_csrf_token_to_pay(booking):
    from seating.identity import COOKIE, token_for

    client = Client(enforce_csrf_checks=True)
    client.cookies[COOKIE] = token_for(booking.owner)
    told = dict.fromkeys(("razorpay_order_id", "razorpay_payment_id", "razorpay_signature"), "x")
    for path, body in (
        ("payments/initiate/", {"booking": booking.pk}),
        ("payments/verify/", told),
        ("bookings/create/", {"show": booking.show_id, "name": "A", "email": "a@example.com"}),
        (f"bookings/{booking.pk}/cancel/", {}),
    ):
        answer = post(client, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed"), path
