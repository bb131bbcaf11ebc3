"""Refunds through the real SDK: partial, full, idempotent, and those that fail."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from razorpay.errors import BadRequestError

from tests.checkout.sandbox.conftest import TOTAL
from tests.checkout.sandbox.receiver import until

KEY = {"X-Refund-Idempotency": "booking-1-refund-1"}


@pytest.fixture
def payment_id(new_order, pay):
    return pay(new_order(payment_capture=1), "success")["razorpay_payment_id"]


def test_a_full_refund_gives_everything_back_and_the_order_stays_paid(payment_id, client):
    refund = client.payment.refund(payment_id, {"notes": {"why": "cancelled"}, "receipt": "HF-R1"})

    assert (refund["entity"], refund["amount"], refund["payment_id"]) == ("refund", TOTAL, payment_id)
    assert (refund["status"], refund["receipt"], refund["notes"]) == ("processed", "HF-R1", {"why": "cancelled"})
    payment = client.payment.fetch(payment_id)
    assert (payment["status"], payment["refund_status"], payment["amount_refunded"]) == ("refunded", "full", TOTAL)
    order = client.order.fetch(payment["order_id"])
    assert (order["status"], order["amount_paid"]) == ("paid", TOTAL)


def test_refunds_can_be_partial_until_nothing_is_left(payment_id, client):
    first = client.payment.refund(payment_id, {"amount": 10_000})
    payment = client.payment.fetch(payment_id)
    assert (payment["status"], payment["refund_status"], payment["amount_refunded"]) == ("captured", "partial", 10_000)

    with pytest.raises(BadRequestError, match="greater than the refund payment amount"):
        client.payment.refund(payment_id, {"amount": TOTAL - 9_999})
    second = client.payment.refund(payment_id, {"amount": TOTAL - 10_000})
    with pytest.raises(BadRequestError, match="fully refunded already"):
        client.payment.refund(payment_id, {"amount": 100})

    assert client.payment.fetch(payment_id)["refund_status"] == "full"
    assert client.payment.fetch_multiple_refund(payment_id)["items"] == [second, first]
    assert client.refund.fetch(first["id"]) == first
    assert client.payment.fetch_refund_id(payment_id, first["id"]) == first


def test_many_refunds_at_once_never_give_back_more_than_was_paid(payment_id, api, client):
    gate = threading.Barrier(5)

    def refund(_):
        gate.wait()
        return api("POST", f"payments/{payment_id}/refund", json={"amount": TOTAL // 2}).status_code

    with ThreadPoolExecutor(5) as people:
        assert sorted(people.map(refund, range(5))) == [200, 200, 400, 400, 400]
    assert client.payment.fetch(payment_id)["amount_refunded"] == TOTAL


def test_only_captured_money_can_be_refunded(new_order, pay, client):
    payment_id = pay(new_order(), "success")["razorpay_payment_id"]

    with pytest.raises(BadRequestError, match="status should be captured"):
        client.payment.refund(payment_id, {"amount": 100})


def test_a_refund_must_be_of_at_least_one_rupee(payment_id, client):
    with pytest.raises(BadRequestError, match="must be at least INR"):
        client.payment.refund(payment_id, {"amount": 99})


def test_the_sdks_bare_amount_is_refused_and_refunds_nothing(payment_id, client):
    with pytest.raises(BadRequestError, match="must be a JSON object"):
        client.payment.refund(payment_id, 100)
    assert client.payment.fetch(payment_id)["amount_refunded"] == 0


def test_the_same_key_and_body_make_one_refund(payment_id, client):
    first, again = (client.payment.refund(payment_id, {"amount": 500}, headers=dict(KEY)) for _ in range(2))

    assert again["id"] == first["id"]
    assert client.payment.fetch(payment_id)["amount_refunded"] == 500


def test_without_a_key_the_same_body_makes_two_refunds(payment_id, client):
    for _ in range(2):
        client.payment.refund(payment_id, {"amount": 500})

    assert client.payment.fetch(payment_id)["amount_refunded"] == 1000


def test_the_same_key_with_another_body_is_refused(payment_id, client):
    key = {"X-Refund-Idempotency": "another-body-1"}
    client.payment.refund(payment_id, {"amount": 500}, headers=dict(key))

    with pytest.raises(BadRequestError, match="Different request body"):
        client.payment.refund(payment_id, {"amount": 600}, headers=dict(key))
    assert client.payment.fetch(payment_id)["amount_refunded"] == 500


def test_a_refused_refund_does_not_use_up_its_key(payment_id, client):
    key = {"X-Refund-Idempotency": "refused-then-right"}
    with pytest.raises(BadRequestError):
        client.payment.refund(payment_id, {"amount": TOTAL + 1}, headers=dict(key))

    assert client.payment.refund(payment_id, {"amount": TOTAL}, headers=dict(key))["amount"] == TOTAL


@pytest.mark.parametrize("key", ["short", "has spaces in it", "with/slashes/too"])
def test_a_key_of_another_shape_is_refused(payment_id, api, key):
    answer = api("POST", f"payments/{payment_id}/refund", json={}, headers={"X-Refund-Idempotency": key})

    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "X-Refund-Idempotency"


def test_while_a_refund_is_worked_on_the_same_key_is_answered_409(payment_id, api, switches, client):
    switches("faults", fault="slow", match="/refund", seconds=3)
    path = f"payments/{payment_id}/refund"
    options = {"json": {"amount": 700}, "headers": {"X-Refund-Idempotency": "in-flight-key-1"}}

    with ThreadPoolExecutor(1) as alice:
        slow = alice.submit(api, "POST", path, **options)
        time.sleep(1)
        assert api("POST", path, **options).status_code == 409
        assert slow.result().status_code == 200
    assert api("POST", path, **options).json()["id"] == slow.result().json()["id"]
    assert client.payment.fetch(payment_id)["amount_refunded"] == 700


def test_a_failed_refund_can_be_made_again(payment_id, client, switches):
    switches("refunds", outcome="failed", seconds=0.1)
    refund = client.payment.refund(payment_id, {})
    assert refund["status"] == "pending"

    until(lambda: client.refund.fetch(refund["id"])["status"] == "failed")

    payment = client.payment.fetch(payment_id)
    assert (payment["status"], payment["refund_status"], payment["amount_refunded"]) == ("captured", None, 0)
    switches("refunds", outcome="processed")
    assert client.payment.refund(payment_id, {})["status"] == "processed"


def test_a_pending_refund_waits_until_it_is_settled(payment_id, client, switches):
    switches("refunds", outcome="pending")
    refund = client.payment.refund(payment_id, {"amount": 300})
    assert client.refund.fetch(refund["id"])["status"] == "pending"

    assert switches("refunds", refund_id=refund["id"], outcome="processed")["status"] == "processed"

    switches("refunds", refund_id=refund["id"], outcome="failed")
    assert client.refund.fetch(refund["id"])["status"] == "processed"


def test_a_refund_can_also_be_asked_for_at_the_refunds_address(payment_id, client):
    refund = client.refund.create({"payment_id": payment_id, "amount": 400})

    assert client.refund.all({"count": 1})["items"] == [refund]
    assert client.refund.edit(refund["id"], {"notes": {"a": "b"}})["notes"] == {"a": "b"}
