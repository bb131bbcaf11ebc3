"""Paying and capturing: every outcome of `_test/pay`, seen through the real SDK."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from razorpay.errors import BadRequestError, SignatureVerificationError

from tests.checkout.sandbox.conftest import TOTAL
from tests.checkout.sandbox.receiver import until

MANUAL = {"payment": {"capture": "manual", "capture_options": {"manual_expiry_period": 30}}}


def test_a_successful_payment_is_signed_so_that_the_sdk_believes_it(new_order, pay, client):
    order = new_order()

    answer = pay(order, "success")

    assert set(answer) == {"razorpay_payment_id", "razorpay_order_id", "razorpay_signature"}
    assert answer["razorpay_order_id"] == order["id"]
    assert client.utility.verify_payment_signature(answer)
    with pytest.raises(SignatureVerificationError):
        client.utility.verify_payment_signature({**answer, "razorpay_order_id": new_order()["id"]})


def test_a_payment_is_only_authorised_until_it_is_captured(new_order, pay, client):
    order = new_order(**MANUAL)

    payment_id = pay(order, "success")["razorpay_payment_id"]

    payment = client.payment.fetch(payment_id)
    assert (payment["status"], payment["captured"], payment["order_id"]) == ("authorized", False, order["id"])
    assert (payment["fee"], payment["vpa"], payment["refund_status"]) == (None, "success@razorpay", None)
    assert client.order.fetch(order["id"])["status"] == "attempted"

    captured = client.payment.capture(payment_id, TOTAL, {"currency": "INR"})
    assert (captured["status"], captured["captured"]) == ("captured", True)
    assert captured["fee"] == 1180 + captured["tax"] and captured["tax"] == 212
    paid = client.order.fetch(order["id"])
    assert (paid["status"], paid["amount_paid"], paid["amount_due"], paid["attempts"]) == ("paid", TOTAL, 0, 1)


@pytest.mark.parametrize(
    "wish", [{"payment_capture": 1}, {"payment_capture": True}, {"payment": {"capture": "automatic"}}]
)
def test_automatic_capture_takes_the_money_at_once(new_order, pay, client, wish):
    order = new_order(**wish)

    payment_id = pay(order, "success")["razorpay_payment_id"]

    assert client.payment.fetch(payment_id)["status"] == "captured"
    assert client.order.fetch(order["id"])["status"] == "paid"


@pytest.mark.parametrize(
    "wish", [{}, {"payment_capture": 0}, {"payment_capture": False}, {"payment": {"capture": "manual"}}]
)
def test_without_automatic_capture_the_money_waits(new_order, pay, client, wish):
    payment_id = pay(new_order(**wish), "success")["razorpay_payment_id"]

    assert client.payment.fetch(payment_id)["status"] == "authorized"


def test_the_capture_must_be_of_the_whole_amount(new_order, pay, client):
    payment_id = pay(new_order(), "success")["razorpay_payment_id"]

    with pytest.raises(BadRequestError, match="Capture amount must be equal to the amount authorized"):
        client.payment.capture(payment_id, TOTAL - 1, {"currency": "INR"})
    assert client.payment.fetch(payment_id)["status"] == "authorized"


def test_a_captured_payment_cannot_be_captured_again(new_order, pay, client):
    payment_id = pay(new_order(), "success")["razorpay_payment_id"]
    client.payment.capture(payment_id, TOTAL, {"currency": "INR"})

    with pytest.raises(BadRequestError, match="already been captured"):
        client.payment.capture(payment_id, TOTAL, {"currency": "INR"})


def test_of_many_captures_at_once_one_succeeds(new_order, pay, api):
    payment_id = pay(new_order(), "success")["razorpay_payment_id"]
    gate = threading.Barrier(6)

    def capture(_):
        gate.wait()
        return api("POST", f"payments/{payment_id}/capture", json={"amount": TOTAL, "currency": "INR"}).status_code

    with ThreadPoolExecutor(6) as people:
        assert sorted(people.map(capture, range(6))) == [200, 400, 400, 400, 400, 400]


def test_an_order_takes_the_money_of_one_payment_only(new_order, pay, client):
    order = new_order()
    first, second = (pay(order, "success")["razorpay_payment_id"] for _ in range(2))
    client.payment.capture(first, TOTAL, {"currency": "INR"})

    with pytest.raises(BadRequestError, match="already been paid"):
        client.payment.capture(second, TOTAL, {"currency": "INR"})
    assert client.order.fetch(order["id"])["attempts"] == 2
    assert [payment["id"] for payment in client.order.payments(order["id"])["items"]] == [second, first]


def test_a_paid_order_cannot_be_paid_again(new_order, pay, http, sandbox):
    order = new_order(payment_capture=1)
    pay(order, "success")

    answer = http.post(f"{sandbox.url}/_test/pay", json={"order_id": order["id"], "outcome": "success"}, timeout=5)

    assert answer.status_code == 400
    assert answer.json()["error"]["description"] == "This order has already been paid."


def test_a_failed_payment_hands_the_page_the_error_of_payment_failed(new_order, pay, client):
    order = new_order()

    error = pay(order, "failure")["error"]

    assert error["code"] == "BAD_REQUEST_ERROR"
    assert error["reason"] == "payment_failed"
    assert error["metadata"]["order_id"] == order["id"]
    payment = client.payment.fetch(error["metadata"]["payment_id"])
    assert payment["status"] == "failed"
    assert (payment["error_code"], payment["error_reason"]) == (error["code"], error["reason"])
    assert client.order.fetch(order["id"])["status"] == "attempted"
    with pytest.raises(BadRequestError, match="Only payments which have been authorized"):
        client.payment.capture(payment["id"], TOTAL, {"currency": "INR"})


def test_after_a_failure_the_same_order_can_be_paid(new_order, pay, client):
    order = new_order()
    pay(order, "failure")

    pay(order, "success")

    states = [payment["status"] for payment in client.order.payments(order["id"])["items"]]
    assert states == ["authorized", "failed"]


def test_a_late_payment_fails_first_and_is_authorised_afterwards(new_order, pay, client):
    order = new_order()

    error = pay(order, "late", late_seconds=1.5)["error"]

    payment_id = error["metadata"]["payment_id"]
    assert error["reason"] == "payment_timed_out"
    assert client.payment.fetch(payment_id)["status"] == "failed"
    until(lambda: client.payment.fetch(payment_id)["status"] == "authorized")
    assert client.payment.fetch(payment_id)["error_code"] is None
    assert client.payment.capture(payment_id, TOTAL, {"currency": "INR"})["status"] == "captured"


def test_a_late_payment_is_captured_by_itself_where_capture_is_automatic(new_order, pay, client):
    order = new_order(payment_capture=1)

    pay(order, "late", late_seconds=0.1)

    until(lambda: client.order.fetch(order["id"])["status"] == "paid")


def test_a_payment_that_comes_after_the_automatic_period_waits_for_a_manual_capture(new_order, pay, client, switches):
    options = {"automatic_expiry_period": 12, "manual_expiry_period": 60}
    order = new_order(payment={"capture": "automatic", "capture_options": options})
    payment_id = pay(order, "late", late_seconds=900)["error"]["metadata"]["payment_id"]

    switches("clock", advance=901)

    until(lambda: client.payment.fetch(payment_id)["status"] == "authorized")
    assert client.order.fetch(order["id"])["status"] == "attempted"


def test_money_nobody_captured_goes_back_after_the_expiry_period(new_order, pay, client, switches):
    payment_id = pay(new_order(**MANUAL), "success")["razorpay_payment_id"]

    switches("clock", advance=29 * 60)
    time.sleep(0.2)
    assert client.payment.fetch(payment_id)["status"] == "authorized"
    switches("clock", advance=61)

    payment = until(lambda: (now := client.payment.fetch(payment_id))["status"] == "refunded" and now)
    assert (payment["captured"], payment["refund_status"], payment["amount_refunded"]) == (False, "full", TOTAL)
    with pytest.raises(BadRequestError):
        client.payment.capture(payment_id, TOTAL, {"currency": "INR"})


def test_captured_money_stays_after_the_expiry_period(new_order, pay, client, switches):
    payment_id = pay(new_order(**MANUAL), "success")["razorpay_payment_id"]
    client.payment.capture(payment_id, TOTAL, {"currency": "INR"})

    switches("clock", advance=3600)
    time.sleep(0.2)

    assert client.payment.fetch(payment_id)["status"] == "captured"


def test_a_silent_payment_is_found_only_by_asking(new_order, pay, client):
    order = new_order()

    answer = pay(order, "silent")

    assert set(answer) == {"razorpay_payment_id", "razorpay_order_id"}
    (payment,) = client.order.payments(order["id"])["items"]
    assert (payment["id"], payment["status"]) == (answer["razorpay_payment_id"], "authorized")


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"vpa": "success@razorpay"}, "authorized"),
        ({"vpa": " Success@Razorpay "}, "authorized"),
        ({"vpa": "failure@razorpay"}, "failed"),
        ({"vpa": "alice@bank"}, "failed"),
        ({"card_number": "4100 2800 0000 1007"}, "authorized"),
        ({"card_number": "4111 1111 1111 1111"}, "failed"),
    ],
)
def test_without_an_outcome_the_typed_upi_id_or_card_decides(new_order, switches, client, typed, status):
    order = new_order()

    switches("pay", order_id=order["id"], **typed)

    (payment,) = client.order.payments(order["id"])["items"]
    assert payment["status"] == status
    assert payment["method"] == ("card" if "card_number" in typed else "upi")
    assert (payment.get("card") or {}).get("last4") == (typed["card_number"][-4:] if "card_number" in typed else None)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"order_id": "order_none"}, 400),
        ({"order_id": 7}, 400),
        ({"order_id": "\ud800"}, 400),
        ({"outcome": "maybe"}, 400),
        ({"outcome": None}, 400),
        ({"amount": TOTAL - 1}, 400),
        ({"card_number": "4100 2800 0000 1008"}, 400),
        ({"late_seconds": -1}, 400),
        ({"late_seconds": "soon"}, 400),
        ({"key": "rzp_test_other"}, 401),
    ],
)
def test_what_cannot_be_paid_makes_no_payment(new_order, http, sandbox, client, change, status):
    order = new_order()

    body = {"order_id": order["id"], "outcome": "success", **change}
    answer = http.post(f"{sandbox.url}/_test/pay", json=body, timeout=5)

    assert answer.status_code == status
    assert answer.json()["error"]["description"]
    assert client.order.payments(order["id"])["items"] == []
    assert client.order.fetch(order["id"])["status"] == "created"


def test_the_customer_and_the_notes_of_the_page_are_on_the_payment(new_order, pay, client):
    order = new_order()
    customer = {"email": "alice@example.com", "contact": "+919812345678", "notes": {"booking": "b1"}}

    answer = pay(order, "success", key=settings.SANDBOX_KEY_ID, amount=TOTAL, description="Two seats", **customer)

    payment = client.payment.fetch(answer["razorpay_payment_id"])
    assert {name: payment[name] for name in customer} == customer
    assert payment["description"] == "Two seats"
