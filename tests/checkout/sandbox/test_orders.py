"""Orders as the real SDK sees them."""

import pytest
from razorpay.errors import BadRequestError

from tests.checkout.sandbox.conftest import TOTAL


def test_a_new_order_has_razorpays_fields_and_waits_for_its_first_attempt(new_order, client):
    order = new_order(receipt="HF-1", notes={"show": "101"})

    assert order["id"].startswith("order_")
    assert {name: value for name, value in order.items() if name not in {"id", "created_at"}} == {
        "entity": "order",
        "amount": TOTAL,
        "amount_paid": 0,
        "amount_due": TOTAL,
        "currency": "INR",
        "receipt": "HF-1",
        "offer_id": None,
        "status": "created",
        "attempts": 0,
        "notes": {"show": "101"},
    }
    assert client.order.fetch(order["id"]) == order


def test_notes_that_are_empty_come_back_as_a_list(new_order):
    assert new_order(notes={})["notes"] == []


def test_the_notes_of_an_order_can_be_changed_and_nothing_else(new_order, client):
    order = new_order()

    assert client.order.edit(order["id"], {"notes": {"seat": "B12"}})["notes"] == {"seat": "B12"}
    with pytest.raises(BadRequestError, match="amount is not required and should not be sent"):
        client.order.edit(order["id"], {"amount": 1})


def test_a_receipt_names_one_order_and_finds_it_again(new_order, client):
    order = new_order(receipt="HF-once")

    with pytest.raises(BadRequestError, match="receipt already exists"):
        new_order(receipt="HF-once")
    assert client.order.all({"receipt": "HF-once"})["items"] == [order]
    assert client.order.all({"receipt": "HF-never"})["items"] == []


@pytest.mark.parametrize(
    ("body", "field", "description"),
    [
        ({"currency": "INR"}, "amount", "The amount field is required."),
        ({"amount": 99, "currency": "INR"}, "amount", "The amount must be at least INR 1.00."),
        ({"amount": 100.5, "currency": "INR"}, "amount", "The amount must be an integer."),
        ({"amount": "100", "currency": "INR"}, "amount", "The amount must be an integer."),
        ({"amount": True, "currency": "INR"}, "amount", "The amount must be an integer."),
        ({"amount": 10**15, "currency": "INR"}, "amount", "Amount exceeds maximum amount allowed."),
        ({"amount": 100}, "currency", "The currency field is required."),
        ({"amount": 100, "currency": "XYZ"}, "currency", "Currency is not supported"),
        ({"amount": 100, "currency": "INR", "receipt": "r" * 41}, "receipt", "may not be greater than 40"),
        ({"amount": 100, "currency": "INR", "receipt": "\ud800"}, "receipt", "must be a string"),
        ({"amount": 100, "currency": "INR", "notes": {str(n): "" for n in range(16)}}, "notes", "equal to 15"),
        ({"amount": 100, "currency": "INR", "notes": {"a": "x" * 257}}, "notes", "256"),
        ({"amount": 100, "currency": "INR", "payment_capture": "maybe"}, "payment_capture", "true or false"),
        ({"amount": 100, "currency": "INR", "payment": {"capture": "soon"}}, "capture", "automatic, manual"),
        (
            {
                "amount": 100,
                "currency": "INR",
                "payment": {"capture": "manual", "capture_options": {"manual_expiry_period": 0}},
            },
            "manual_expiry_period",
            "minutes between 1 and 7200",
        ),
    ],
)
def test_a_wrong_order_is_refused_with_the_field_named(api, body, field, description):
    answer = api("POST", "orders", json=body)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert set(error) == {"code", "description", "field", "source", "step", "reason", "metadata"}
    assert (error["code"], error["field"]) == ("BAD_REQUEST_ERROR", field)
    assert description in error["description"]


@pytest.mark.parametrize("raw", [b"{", b"[1]", b"100", b"\xff\xfe", b"[" * 200_000])
def test_a_body_that_is_no_json_object_is_refused(api, raw):
    answer = api("POST", "orders", data=raw)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "BAD_REQUEST_ERROR"


@pytest.mark.parametrize("auth", [None, ("rzp_test_housefull", "wrong"), ("rzp_test_other", "sandbox-key-secret")])
def test_wrong_keys_are_answered_401(api, auth):
    answer = api("GET", "orders", auth=auth)

    assert answer.status_code == 401
    assert answer.json()["error"]["description"] == "Authentication failed"


@pytest.mark.parametrize("path", ["orders/order_none", "payments/pay_none", "refunds/rfnd_none", "orders/x/payments"])
def test_an_unknown_id_is_a_bad_request(api, path):
    answer = api("GET", path)

    assert answer.status_code == 400
    assert answer.json()["error"]["description"] == "The id provided does not exist"


def test_addresses_and_methods_that_do_not_exist_are_refused_as_json(api):
    assert api("GET", "invoices").status_code == 404
    assert api("DELETE", "orders").status_code == 405
    assert api("DELETE", "orders").json()["error"]["code"] == "BAD_REQUEST_ERROR"


def test_lists_are_paged_newest_first(new_order, client, api):
    made = [new_order()["id"] for _ in range(3)]

    page = client.order.all({"count": 2, "skip": 1})
    assert (page["entity"], page["count"]) == ("collection", 2)
    assert [order["id"] for order in page["items"]] == [made[1], made[0]]
    assert client.order.all({"to": 1000})["items"] == []
    for query in ("count=101", "count=0", "skip=-1", "from=rubbish"):
        assert api("GET", f"orders?{query}").status_code == 400
