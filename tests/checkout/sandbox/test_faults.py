"""The gateway failing on demand, as the real SDK experiences it."""

import pytest
import requests
from razorpay.errors import BadRequestError, GatewayError, ServerError

from tests.checkout.sandbox.conftest import TOTAL
from tests.checkout.sandbox.receiver import until


@pytest.mark.parametrize(
    ("fault", "status", "raised"),
    [
        ("server_error", 500, ServerError),
        ("gateway_error", 502, GatewayError),
        ("rate_limited", 429, BadRequestError),
        ("bad_gateway", 502, requests.exceptions.JSONDecodeError),
    ],
)
def test_a_fault_hits_as_many_calls_as_were_asked_for(new_order, switches, api, client, fault, status, raised):
    order = new_order()
    switches("faults", fault=fault, match="GET /v1/orders", times=2)

    assert api("GET", f"orders/{order['id']}").status_code == status
    with pytest.raises(raised):
        client.order.fetch(order["id"])
    assert client.order.fetch(order["id"]) == order


def test_a_fault_leaves_other_calls_alone(new_order, switches, client):
    switches("faults", fault="server_error", match="/capture")

    assert client.order.fetch(new_order()["id"])["status"] == "created"


def test_a_refused_call_did_nothing_but_one_whose_answer_was_lost_did(new_order, pay, switches, api, client):
    payment_id = pay(new_order(), "success")["razorpay_payment_id"]
    capture = ("POST", f"payments/{payment_id}/capture")
    body = {"amount": TOTAL, "currency": "INR"}

    switches("faults", fault="bad_gateway", match="/capture")
    assert api(*capture, json=body).status_code == 502
    assert client.payment.fetch(payment_id)["status"] == "authorized"

    switches("faults", fault="lost_answer", match="/capture")
    assert api(*capture, json=body).status_code == 502
    assert client.payment.fetch(payment_id)["status"] == "captured"


def test_a_slow_call_outlasts_the_callers_patience_and_happens_all_the_same(new_order, pay, switches, client):
    payment_id = pay(new_order(), "success")["razorpay_payment_id"]
    switches("faults", fault="slow", match="/capture", seconds=2)

    with pytest.raises(requests.exceptions.ReadTimeout):
        client.payment.capture(payment_id, TOTAL, {"currency": "INR"}, timeout=(3, 0.2))

    assert client.payment.fetch(payment_id)["status"] == "authorized"
    until(lambda: client.payment.fetch(payment_id)["status"] == "captured")


def test_an_unknown_fault_is_refused(http, sandbox):
    answer = http.post(f"{sandbox.url}/_test/faults", json={"fault": "earthquake"}, timeout=5)

    assert answer.status_code == 400
