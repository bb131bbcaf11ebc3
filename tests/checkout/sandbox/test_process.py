"""The command itself: when it refuses to start, how it ends, and what it remembers."""

import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
import razorpay
import requests
from django.conf import settings

from config.dev.embedded import free_port
from tests.checkout.sandbox.conftest import TOTAL
from tests.checkout.sandbox.receiver import running_receiver
from tests.sandbox_process import ROOT, running_sandbox, sandbox_environment

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "a-secret-key-of-more-than-fifty-characters-0123456789-abcdef",
    "ALLOWED_HOSTS": "box.example",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "RAZORPAY_KEY_ID": "rzp_live_1",
    "RAZORPAY_KEY_SECRET": "live-secret",
    "RAZORPAY_WEBHOOK_SECRET": "live-webhook-secret",
    "TICKET_SIGNING_KEY": "c2l4dGVlbiBieXRlcyArIHNpeHRlZW4gYnl0ZXMgISE=",
}


def run(tmp_path, port, **env):
    return subprocess.run(
        [sys.executable, "manage.py", "sandbox"],
        cwd=ROOT,
        env=sandbox_environment("http://127.0.0.1:9/", tmp_path, port) | env,
        capture_output=True,
        text=True,
        timeout=30,
    )


def sdk(url):
    return razorpay.Client(auth=(settings.SANDBOX_KEY_ID, settings.SANDBOX_KEY_SECRET), base_url=url)


@pytest.mark.parametrize(
    ("env", "why"),
    [(PRODUCTION, "DEBUG is false"), ({"RAZORPAY_KEY_ID": "rzp_test_1"}, "RAZORPAY_KEY_ID is not the sandbox's")],
)
def test_it_refuses_to_start_outside_development_in_one_line(tmp_path, env, why):
    done = run(tmp_path, free_port(), **env)

    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert why in line
    assert not (tmp_path / "sandbox.sqlite3").exists()


def test_a_taken_port_is_named_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(tmp_path, taken.getsockname()[1])

        assert done.returncode == 1
        (line,) = done.stderr.strip().splitlines()
        assert f"127.0.0.1:{taken.getsockname()[1]}" in line and "SANDBOX_PORT" in line


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_even_while_a_caller_and_a_receiver_hang(tmp_path, name, machine):
    released = threading.Event()
    with running_receiver() as receiver, running_sandbox(receiver.url, tmp_path) as sandbox:
        receiver.answer = lambda one: released.wait(120) and 200
        client = sdk(sandbox.url)
        order = client.order.create({"amount": TOTAL, "currency": "INR"})
        requests.post(f"{sandbox.url}/_test/pay", json={"order_id": order["id"], "outcome": "success"}, timeout=5)
        receiver.wait_for(order["id"], 1)
        with socket.create_connection(("127.0.0.1", sandbox.port)) as idle:
            idle.sendall(b"GET / HTTP/1.1\r\n")
            began = time.monotonic()
            sandbox.process.send_signal(name)
            code = sandbox.process.wait(100)
            took = time.monotonic() - began
        released.set()
        client.session.close()

    assert code == 0
    assert took < machine.allows(3.5)
    assert "Traceback" not in next(tmp_path.glob("*.log")).read_text()


def test_after_a_kill_it_knows_everything_and_delivers_what_was_due(tmp_path):
    with running_receiver() as receiver:
        receiver.answer = lambda one: 503
        with running_sandbox(receiver.url, tmp_path) as first:
            client = sdk(first.url)
            order = client.order.create({"amount": TOTAL, "currency": "INR", "payment_capture": 1})
            late = client.order.create({"amount": TOTAL, "currency": "INR"})
            for order_id, outcome in ((order["id"], "success"), (late["id"], "late")):
                body = {"order_id": order_id, "outcome": outcome, "late_seconds": 1}
                requests.post(f"{first.url}/_test/pay", json=body, timeout=5)
            paid = client.order.fetch(order["id"])
            receiver.wait_for(order["id"], 3)
            first.process.kill()
            first.process.wait()
            client.session.close()
        receiver.seen.clear()
        receiver.answer = lambda one: 200

        with running_sandbox(receiver.url, tmp_path) as second:
            client = sdk(second.url)
            assert client.order.fetch(order["id"]) == paid
            came = {one.event for one in receiver.wait_for(order["id"], 3, seconds=20)}
            assert came == {"payment.authorized", "payment.captured", "order.paid"}
            came = {one.event for one in receiver.wait_for(late["id"], 2, seconds=20)}
            assert came == {"payment.failed", "payment.authorized"}
            client.session.close()


def test_it_keeps_connections_open_and_answers_at_once(tmp_path):
    with running_sandbox("http://127.0.0.1:9/", tmp_path) as sandbox, requests.Session() as session:
        session.auth = (settings.SANDBOX_KEY_ID, settings.SANDBOX_KEY_SECRET)
        session.get(f"{sandbox.url}/v1/orders", timeout=5)
        took = []
        # Nagle's algorithm against delayed acknowledgements would cost every call 40 ms, however many there are.
        while len(took) < 50 or (min(took) >= 0.03 and len(took) < 1000):
            began = time.monotonic()
            answer = session.get(f"{sandbox.url}/v1/orders", timeout=5)
            took.append(time.monotonic() - began)
            assert answer.headers.get("Connection") != "close"
        assert min(took) < 0.03


def test_a_webhook_that_was_on_its_way_when_it_was_killed_comes_again(tmp_path):
    with running_receiver() as receiver:
        receiver.answer = lambda one: time.sleep(4) or 200
        with running_sandbox(receiver.url, tmp_path) as first:
            client = sdk(first.url)
            order = client.order.create({"amount": TOTAL, "currency": "INR"})
            body = {"order_id": order["id"], "outcome": "success"}
            requests.post(f"{first.url}/_test/pay", json=body, timeout=5)
            (cut_off,) = receiver.wait_for(order["id"], 1)
            first.process.kill()
            first.process.wait()
            client.session.close()
        receiver.answer = lambda one: 200

        with running_sandbox(receiver.url, tmp_path) as second:
            requests.post(f"{second.url}/_test/clock", json={"advance": 20}, timeout=5)
            assert receiver.wait_for(order["id"], 2)[1].event_id == cut_off.event_id
