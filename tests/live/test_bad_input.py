"""Bad input gets the code that the contract names, and never a 500."""

import hashlib
import hmac
import json

import pytest

WEBHOOK_SECRET = b"sandbox-webhook-secret"


@pytest.fixture(scope="module")
def http(site):
    with site.client() as client:
        yield client


def lock(http, body):
    return http.post("/api/bookings/lock-seats/", json=body)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"show": 999_999_999}, 404, "not_found"),
        ({"show": 0}, None, None),
        ({"show": 2**70}, None, None),
        ({"seats": ["Z99"]}, 422, "unknown_seat"),
        ({"seats": []}, 422, "invalid_input"),
        ({"seats": "eleven"}, 422, "too_many_seats"),
        ({"seats": "twice"}, 422, "invalid_input"),
        ({"show": "one"}, 422, "invalid_input"),
        ({"seats": "A1"}, 422, "invalid_input"),
        ({"seats": [1]}, 422, "invalid_input"),
        ({"seats": None}, 422, "invalid_input"),
        ({"seats": ["A\u0000"]}, 422, None),
        ({"seats": ["x" * 5000]}, 422, None),
        ({"more": 1}, 422, "invalid_input"),
    ],
)
def test_a_lock_that_makes_no_sense(http, live_show, change, status, code):
    body = {"show": live_show.id, "seats": live_show.seats[:1], **change}
    if body["seats"] == "eleven":
        body["seats"] = live_show.seats[:11]
    if body["seats"] == "twice":
        body["seats"] = live_show.seats[:1] * 2
    answer = lock(http, body)
    assert answer.status_code == status or (status is None and 400 <= answer.status_code < 500)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "code", "detail"} <= set(answer.json())
    assert code is None or answer.json()["code"] == code


def test_another_persons_booking_is_not_found(http, new_customer, live_show):
    alice, bob = new_customer(live_show), new_customer(live_show)
    alice.lock(live_show.seats[:1])
    booking = alice.create()
    bob.lock(live_show.seats[1:2])
    for answer in (
        bob.http.get(f"/api/bookings/{booking['id']}/"),
        bob.http.get(f"/api/bookings/{booking['id']}/ticket.pdf"),
        bob.http.post(f"/api/bookings/{booking['id']}/cancel/", json={}),
        bob.http.post("/api/payments/initiate/", json={"booking": booking["id"]}),
        http.get(f"/api/bookings/{booking['id']}/"),
    ):
        assert answer.status_code == 404, answer.text
    assert alice.booking(booking)["status"] == "pending"


def test_a_forged_payment_signature_is_refused_and_changes_nothing(new_customer, live_show):
    alice = new_customer(live_show)
    booking, order = alice.up_to_payment(live_show.seats[:1])
    forged = {
        "razorpay_order_id": order["order_id"],
        "razorpay_payment_id": "pay_forged00000000",
        "razorpay_signature": "0" * 64,
    }
    for change in ({}, {"razorpay_signature": "ü" * 64}, {"razorpay_signature": ""}, {"razorpay_order_id": "order_x"}):
        answer = alice.http.post("/api/payments/verify/", json={**forged, **change})
        assert answer.status_code in {400, 422}, answer.text
        assert answer.status_code == 422 or answer.json()["code"] == "bad_signature"
    assert alice.booking(booking)["status"] == "pending"


def test_a_webhook_with_one_byte_changed_is_refused(http):
    body = json.dumps({"entity": "event", "event": "payment.captured", "payload": {}}).encode()
    signature = hmac.new(WEBHOOK_SECRET, body, hashlib.sha256).hexdigest()

    def send(content, signature):
        headers = {
            "X-Razorpay-Signature": signature,
            "X-Razorpay-Event-Id": "evt_test",
            "content-type": "application/json",
        }
        return http.post("/api/payments/webhook/", content=content, headers=headers)

    assert send(body, signature).status_code == 200
    assert send(body.replace(b"captured", b"capturee"), signature).status_code == 400
    assert send(body, signature[:-1] + ("0" if signature[-1] != "0" else "1")).status_code == 400
    assert http.post("/api/payments/webhook/", content=body).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/movies/abc/",
        "/api/movies/999999/",
        "/api/movies/99999999999999999999999/",
        "/api/shows/abc/",
        "/api/shows/-1/seats/",
        "/api/shows/99999999999999999999999/seats/",
        "/api/shows/999999/layout/",
        "/api/movies/?q=%00",
        "/api/movies/?limit=-1",
        "/api/nothing/",
        "/api/bookings/%00/",
    ],
)
def test_an_address_that_leads_nowhere_is_a_clear_no(http, path):
    assert 200 <= http.get(path).status_code < 500


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b"[" * 100_000])
@pytest.mark.parametrize(
    "path", ["/api/bookings/lock-seats/", "/api/bookings/create/", "/api/payments/initiate/", "/api/payments/verify/"]
)
def test_a_body_that_is_no_request_is_a_clear_no(http, path, body):
    answer = http.post(path, content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"]


def test_a_cookie_alone_cannot_write(site, live_show):
    with site.client() as browser:
        browser.get(f"/shows/{live_show.id}/")
        assert "guest" in browser.cookies
        body = {"show": live_show.id, "seats": live_show.seats[:1]}
        assert browser.post("/api/bookings/lock-seats/", json=body).json()["code"] == "csrf_failed"
        token = {"X-CSRFToken": browser.cookies["csrftoken"]}
        assert browser.post("/api/bookings/lock-seats/", json=body, headers=token).status_code == 201


def test_a_stale_etag_gets_the_map_and_a_fresh_one_gets_304(http, new_customer, live_show):
    first = http.get(f"/api/shows/{live_show.id}/seats/")
    tag = {"If-None-Match": first.headers["etag"]}
    assert http.get(f"/api/shows/{live_show.id}/seats/", headers=tag).status_code == 304
    new_customer(live_show).lock(live_show.seats[:1])
    assert http.get(f"/api/shows/{live_show.id}/seats/", headers=tag).status_code == 200
