"""From seats to ticket by the API alone, every payment outcome, against the running site and its sandbox."""

import time

import pytest


@pytest.fixture
def customer(new_customer, live_show):
    return new_customer(live_show)


def test_lock_create_initiate_pay_verify_ticket(customer, live_show):
    seats = live_show.seats[:2]
    booking, order = customer.up_to_payment(seats)
    told = customer.pay(order, "success")
    confirmed = customer.http.post("/api/payments/verify/", json=told)
    assert confirmed.status_code == 200
    body = confirmed.json()
    assert body["status"] == "confirmed"
    assert [ticket["seat"] for ticket in body["tickets"]] == seats
    assert customer.booking(booking) == body
    ticket = customer.http.get(f"/api/bookings/{booking['id']}/ticket.pdf")
    assert ticket.headers["content-type"] == "application/pdf"
    assert ticket.content.startswith(b"%PDF-")
    calendar = customer.http.get(f"/api/bookings/{booking['id']}/calendar.ics")
    assert "BEGIN:VEVENT" in calendar.text
    _, _, letters = live_show.fresh()
    assert letters.count("s") == 2
    assert _mails_to(live_show.site, "alice@example.test") >= 1


def test_a_browser_closed_after_paying_is_confirmed_by_the_webhook_alone(customer, live_show):
    booking, order = customer.up_to_payment(live_show.seats[:1])
    customer.pay(order, "success")
    assert customer.wait_for(booking, "confirmed")["tickets"]


def test_a_failed_payment_leaves_the_seats_held_and_may_be_tried_again(customer, live_show):
    booking, order = customer.up_to_payment(live_show.seats[:1])
    assert "error" in customer.pay(order, "failure")
    assert customer.booking(booking)["status"] == "pending"
    assert live_show.fresh()[2].count("h") == 1
    told = customer.pay(customer.initiate(booking), "success")
    assert customer.http.post("/api/payments/verify/", json=told).json()["status"] == "confirmed"


def test_a_payment_that_fails_first_and_authorises_later_is_confirmed(customer, live_show):
    booking, order = customer.up_to_payment(live_show.seats[:1])
    customer.pay(order, "late")
    assert customer.wait_for(booking, "confirmed")["payment"]["status"] == "captured"


def test_verifying_again_and_hearing_the_webhook_too_makes_one_set_of_tickets(customer, live_show):
    booking, order = customer.up_to_payment(live_show.seats[:2])
    told = customer.pay(order, "success")
    answers = [customer.http.post("/api/payments/verify/", json=told) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    time.sleep(2)  # the webhook has come as well by now
    assert customer.booking(booking) == answers[0].json()


def test_an_abandoned_payment_gives_its_seats_back(new_customer, hasty_show):
    customer = new_customer(hasty_show)
    customer.lock(hasty_show.seats[:2])
    booking = customer.create()
    customer.wait_for(booking, "expired", 15)
    assert hasty_show.fresh()[2].count("h") == 0


def test_creating_twice_with_one_key_is_one_booking(customer, live_show):
    customer.lock(live_show.seats[:1])
    assert customer.create("k")["id"] == customer.create("k")["id"]
    other = {"show": live_show.id, "name": "Mallory", "email": "m@example.test"}
    answer = customer.http.post("/api/bookings/create/", json=other, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 422


def test_a_cancelled_booking_reopens_its_seats_and_refunds(customer, live_show):
    booking, order = customer.up_to_payment(live_show.seats[:2])
    customer.http.post("/api/payments/verify/", json=customer.pay(order, "success"))
    plan = customer.http.post(f"/api/bookings/{booking['id']}/cancel/", json={"dry_run": True}).json()
    assert plan["refund"] == sum(line["base"] for line in booking["lines"]) * 75 // 100
    assert customer.booking(booking)["status"] == "confirmed"
    done = customer.http.post(f"/api/bookings/{booking['id']}/cancel/", json={})
    assert done.status_code == 200, done.text
    assert live_show.fresh()[2].count("s") == 0
    deadline = time.monotonic() + 20
    while customer.booking(booking)["payment"]["refunded"] != plan["refund"] and time.monotonic() < deadline:
        time.sleep(0.3)
    assert customer.booking(booking)["payment"]["refunded"] == plan["refund"]


def _mails_to(site, address, seconds=15.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        new = site.var / "mail" / "new"
        found = sum(address in mail.read_text(errors="replace") for mail in new.iterdir()) if new.exists() else 0
        if found:
            return found
        time.sleep(0.2)
    return 0
