"""Webhooks as a shop receives them, and the ways in which they can be made to go wrong."""

import threading
import time
from itertools import pairwise

import pytest
from django.conf import settings
from razorpay.errors import SignatureVerificationError

from checkout.sandbox import webhooks
from checkout.sandbox.store import Store
from tests.checkout.sandbox.conftest import TOTAL
from tests.checkout.sandbox.receiver import until

QUIET_SECONDS = 0.7


def events(received):
    return sorted(one.event for one in received)


def test_an_authorised_payment_is_told_in_razorpays_envelope(new_order, pay, receiver):
    order = new_order()

    answer = pay(order, "success")

    (one,) = receiver.wait_for(order["id"], 1)
    assert set(one.json) == {"entity", "account_id", "event", "contains", "payload", "created_at"}
    assert (one.json["entity"], one.json["contains"]) == ("event", ["payment"])
    assert one.event == "payment.authorized"
    assert one.payment["id"] == answer["razorpay_payment_id"]
    assert one.payment["amount"] == TOTAL
    assert not [name for name in one.payment if name.startswith("_")]
    assert one.headers["content-type"] == "application/json"
    assert one.event_id


def test_the_signature_covers_the_raw_body(new_order, pay, receiver, client):
    order = new_order()
    pay(order, "success")

    (one,) = receiver.wait_for(order["id"], 1)

    secret, signature = settings.SANDBOX_WEBHOOK_SECRET, one.headers["x-razorpay-signature"]
    assert client.utility.verify_webhook_signature(one.body.decode(), signature, secret)
    with pytest.raises(SignatureVerificationError):
        client.utility.verify_webhook_signature(one.body.decode() + " ", signature, secret)
    with pytest.raises(SignatureVerificationError):
        client.utility.verify_webhook_signature(one.body.decode(), signature, settings.SANDBOX_KEY_SECRET)


def test_each_event_shows_its_own_moment_and_not_the_present(new_order, pay, receiver):
    order = new_order(payment_capture=1)

    pay(order, "success")

    came = {one.event: one for one in receiver.wait_for(order["id"], 3)}
    assert set(came) == {"payment.authorized", "payment.captured", "order.paid"}
    assert came["payment.authorized"].payment["status"] == "authorized"
    assert came["payment.captured"].payment["status"] == "captured"
    assert came["order.paid"].json["contains"] == ["payment", "order"]
    assert came["order.paid"].json["payload"]["order"]["entity"]["status"] == "paid"
    assert len({one.event_id for one in came.values()}) == 3


def test_a_late_payment_is_told_twice_as_failed_and_as_authorised(new_order, pay, receiver):
    order = new_order()

    answer = pay(order, "late", late_seconds=0.4)

    failed, authorised = receiver.wait_for(order["id"], 2)
    assert (failed.event, failed.payment["status"]) == ("payment.failed", "failed")
    assert (authorised.event, authorised.payment["status"]) == ("payment.authorized", "authorized")
    assert failed.payment["id"] == authorised.payment["id"] == answer["error"]["metadata"]["payment_id"]
    assert authorised.at - failed.at > 0.3


def test_refunds_are_told_as_created_and_as_processed_or_failed(new_order, pay, receiver, client, switches):
    order = new_order(payment_capture=1)
    payment_id = pay(order, "success")["razorpay_payment_id"]
    client.payment.refund(payment_id, {"amount": 1000})
    switches("refunds", outcome="failed", seconds=0.1)
    client.payment.refund(payment_id, {"amount": 2000})

    came = receiver.wait_for(order["id"], 7)

    refunds = [one for one in came if one.event.startswith("refund.")]
    assert events(refunds) == ["refund.created", "refund.created", "refund.failed", "refund.processed"]
    states = {one.event: one.json["payload"]["refund"]["entity"] for one in refunds}
    assert (states["refund.processed"]["status"], states["refund.processed"]["amount"]) == ("processed", 1000)
    assert (states["refund.failed"]["status"], states["refund.failed"]["amount"]) == ("failed", 2000)


@pytest.mark.parametrize("refusal", [500, 404, 302])
def test_anything_but_a_2xx_is_tried_again_ever_more_slowly(new_order, pay, receiver, refusal):
    receiver.answer = lambda one: refusal if len(receiver.of(order["id"])) < 4 else 204
    order = new_order()

    pay(order, "success")

    came = receiver.wait_for(order["id"], 4)
    waits = [later.at - earlier.at for earlier, later in pairwise(came)]
    assert waits[0] >= 0.19 and waits[1] >= 0.39 and waits[2] >= 0.79
    assert len({(one.event_id, one.body, one.headers["x-razorpay-signature"]) for one in came}) == 1
    time.sleep(QUIET_SECONDS)
    assert len(receiver.of(order["id"])) == 4, "a 2xx ends it"


def test_an_answer_after_five_seconds_counts_as_none(new_order, pay, receiver, machine):
    released = threading.Event()

    def slow_once(one):
        if len(receiver.of(order["id"])) == 1:
            released.wait(60)
        return 200

    receiver.answer = slow_once
    order = new_order()

    pay(order, "success")

    first, second = receiver.wait_for(order["id"], 2, seconds=55)
    released.set()
    assert 4.9 < second.at - first.at < 5 + machine.allows(5)


def test_a_receiver_that_hangs_keeps_neither_the_api_nor_other_webhooks_waiting(new_order, pay, receiver):
    stuck = new_order()
    released = threading.Event()
    receiver.answer = lambda one: 200 if one.payment["order_id"] != stuck["id"] or released.wait(60) else 503
    pay(stuck, "success")
    (first,) = receiver.wait_for(stuck["id"], 1)
    began = time.monotonic()

    order = new_order()
    pay(order, "success")

    came = receiver.wait_for(order["id"], 1)[0].at
    if came - began >= 4:  # a busy machine, or it waited until the stuck one was given up after five seconds
        again = receiver.wait_for(stuck["id"], 2, seconds=55)[1]
        assert came - began < 0.8 * (again.at - first.at)
    released.set()


def test_after_a_day_of_refusals_it_is_given_up_and_can_be_sent_again(
    new_order, pay, receiver, switches, http, sandbox
):
    receiver.answer = lambda one: 503
    order = new_order()
    pay(order, "success")
    receiver.wait_for(order["id"], 1)

    switches("clock", advance=86_500)

    address = f"{sandbox.url}/_test/webhooks?order_id={order['id']}"
    until(lambda: http.get(address, timeout=5).json()["items"][0]["status"] == "given_up")
    receiver.answer = lambda one: 200
    tried = len(receiver.of(order["id"]))
    assert switches("webhooks/redeliver", order_id=order["id"]) == {"redelivered": 1}
    receiver.wait_for(order["id"], tried + 1)


def test_lost_webhooks_do_not_come_until_they_are_sent_again(new_order, pay, receiver, switches):
    switches("webhooks", mode="lost")
    order = new_order(payment_capture=1)
    pay(order, "success")
    time.sleep(QUIET_SECONDS)
    assert receiver.of(order["id"]) == []

    switches("webhooks", mode="normal")
    assert switches("webhooks/redeliver", order_id=order["id"]) == {"redelivered": 3}

    assert events(receiver.wait_for(order["id"], 3)) == ["order.paid", "payment.authorized", "payment.captured"]


def test_doubled_webhooks_come_twice_under_one_event_id(new_order, pay, receiver, switches):
    switches("webhooks", mode="doubled")
    order = new_order()

    pay(order, "success")

    first, second = receiver.wait_for(order["id"], 2)
    assert (first.event_id, first.body) == (second.event_id, second.body)
    time.sleep(QUIET_SECONDS)
    assert len(receiver.of(order["id"])) == 2


def test_shuffled_webhooks_come_in_the_wrong_order(new_order, pay, receiver, switches):
    switches("webhooks", mode="shuffled", spread_seconds=2)
    order = new_order(payment_capture=1)

    pay(order, "success")

    came = [one.event for one in receiver.wait_for(order["id"], 3)]
    assert came == ["order.paid", "payment.captured", "payment.authorized"]


def test_a_silent_payment_sends_nothing_not_even_when_it_is_captured(new_order, pay, receiver, client):
    order = new_order()
    payment_id = pay(order, "silent")["razorpay_payment_id"]
    client.payment.capture(payment_id, TOTAL, {"currency": "INR"})
    time.sleep(QUIET_SECONDS)
    assert receiver.of(order["id"]) == []

    client.payment.refund(payment_id, {})

    assert events(receiver.wait_for(order["id"], 2)) == ["refund.created", "refund.processed"]


def test_one_event_can_be_sent_again_after_it_was_delivered(new_order, pay, receiver, switches, http, sandbox):
    order = new_order()
    pay(order, "success")
    (first,) = receiver.wait_for(order["id"], 1)

    assert switches("webhooks/redeliver", event_id=first.event_id) == {"redelivered": 1}

    assert receiver.wait_for(order["id"], 2)[1].body == first.body
    unknown = http.post(f"{sandbox.url}/_test/webhooks/redeliver", json={"event_id": "none"}, timeout=5)
    assert unknown.status_code == 400


def test_one_event_asked_for_again_while_it_is_being_delivered_is_not_forgotten(tmp_path):
    store = Store(tmp_path / "sandbox.sqlite3")
    with store.transaction() as docs:
        webhooks.announce(docs, "payment.authorized", payment={"id": "pay_1", "order_id": "order_1"})
        (under_way,) = webhooks.take_due(docs, limit=1)

        webhooks.redeliver(docs, {"event_id": under_way["event_id"]})
        webhooks.record(docs, under_way, {"status": 200})

        (again,) = webhooks.take_due(docs, limit=1)
        assert again["body"] == under_way["body"]
        webhooks.record(docs, again, {"status": 200})
        assert docs.due_of("delivery", again["id"]) is None
    store.close()


def test_the_list_of_deliveries_says_what_became_of_each(new_order, pay, receiver, http, sandbox):
    order = new_order()
    answer = pay(order, "success")
    (one,) = receiver.wait_for(order["id"], 1)
    address = f"{sandbox.url}/_test/webhooks?order_id={order['id']}"

    listed = until(lambda: (now := http.get(address, timeout=5).json())["items"][0]["attempts"] and now)

    assert (listed["mode"], listed["url"], listed["count"]) == ("normal", receiver.url, 1)
    (delivery,) = listed["items"]
    assert (delivery["event"], delivery["status"]) == ("payment.authorized", "delivered")
    assert (delivery["event_id"], delivery["body"]) == (one.event_id, one.body.decode())
    assert delivery["payment_id"] == answer["razorpay_payment_id"]
    assert [attempt["status"] for attempt in delivery["attempts"]] == [200]


def test_an_unknown_mode_is_refused_and_changes_nothing(http, sandbox):
    answer = http.post(f"{sandbox.url}/_test/webhooks", json={"mode": "sideways"}, timeout=5)

    assert answer.status_code == 400
    assert "normal, lost, doubled, shuffled" in answer.json()["error"]["description"]
    assert http.get(f"{sandbox.url}/_test/webhooks", timeout=5).json()["mode"] == "normal"
