"""The client mends what the SDK leaves open: timeouts, lost statuses, HTML answers, odd signatures."""

import socket
import threading

import pytest
import requests

from checkout.errors import GatewayRefused, GatewayUnavailable
from checkout.payments.gateways import razorpay


def test_a_call_always_has_a_timeout(monkeypatch, settings):
    seen = []

    def request(self, *args, **kwargs):
        seen.append(kwargs["timeout"])
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "request", request)
    settings.RAZORPAY_BASE_URL = "http://127.0.0.1:9"
    for call in (
        lambda: razorpay.create_order(100, "INR", "r", {}),
        lambda: razorpay.payments_of("order_1"),
        lambda: razorpay.capture("pay_1", 100, "INR"),
        lambda: razorpay.refund("pay_1", 100, "a-key-of-a-refund"),
        lambda: razorpay.fetch_refund("rfnd_1"),
    ):
        with pytest.raises(GatewayUnavailable):
            call()
    assert seen == [(3, 8)] * 5


def test_a_gateway_that_accepts_and_says_nothing_is_unavailable(monkeypatch, settings):
    monkeypatch.setattr(razorpay, "TIMEOUT", (0.5, 0.3))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.RAZORPAY_BASE_URL = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(GatewayUnavailable):
            razorpay.payments_of("order_1")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b""),
        (200, b"[]"),
        (200, b"null"),
        (302, b"{}"),
        (500, b'{"error": {"code": "SERVER_ERROR"}}'),
        (400, b'{"error": "text"}'),
        (400, b"{}"),
        (502, b"<html>502 Bad Gateway</html>"),
        (401, b'{"error": {"code": "BAD_REQUEST_ERROR", "description": "Authentication failed"}}'),
        (409, b'{"error": {"code": "BAD_REQUEST_ERROR"}}'),
        (429, b'{"error": {"code": "BAD_REQUEST_ERROR"}}'),
    ],
)
def test_an_answer_that_settles_nothing_means_ask_again(settings, status, body):
    with answering(status, body) as address:
        settings.RAZORPAY_BASE_URL = address
        with pytest.raises(GatewayUnavailable):
            razorpay.payments_of("order_1")


def test_a_redirection_is_not_followed_with_our_keys(settings):
    with answering(200, b'{"items": []}') as elsewhere, answering(302, b"{}", elsewhere) as address:
        settings.RAZORPAY_BASE_URL = address
        with pytest.raises(GatewayUnavailable):
            razorpay.payments_of("order_1")


def test_a_refusal_keeps_what_the_sdk_would_drop(settings):
    body = (
        b'{"error": {"code": "BAD_REQUEST_ERROR", "description": "No.", "reason": "input_validation_failed", '
        b'"field": "amount"}}'
    )
    with answering(400, body) as address:
        settings.RAZORPAY_BASE_URL = address
        with pytest.raises(GatewayRefused) as told:
            razorpay.payments_of("order_1")
    assert (told.value.detail, told.value.http_status) == ("No.", 400)
    assert (told.value.reason, told.value.field) == ("input_validation_failed", "amount")


def test_nothing_is_printed_when_the_gateway_is_away(settings, capsys):
    settings.RAZORPAY_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(GatewayUnavailable):
        razorpay.payments_of("order_1")
    assert capsys.readouterr().out == ""


def test_an_id_cannot_lead_to_another_address(settings):
    with answering(200, b'{"items": []}') as address:
        settings.RAZORPAY_BASE_URL = address
        assert razorpay.payments_of("../payments?x=") == []
    assert b"/v1/orders/..%2Fpayments%3Fx%3D/payments" in _asked[-1]


def test_two_captures_do_not_share_their_body(gateway, desk):
    """The SDK's own default is one dictionary for all calls."""
    import razorpay as sdk

    first, second = desk.book(seats=("A1",)), desk.book(seats=("B1",))
    for booking in (first, second):
        paid = gateway.pay(desk.order(booking))
        assert razorpay.capture(paid["razorpay_payment_id"], booking.total, "INR")["captured"]
    assert sdk.resources.payment.Payment.capture.__defaults__ == ({},)


def test_capturing_twice_is_capturing_once(gateway, desk):
    booking = desk.book()
    payment_id = gateway.pay(desk.order(booking))["razorpay_payment_id"]
    for _ in range(2):
        assert razorpay.capture(payment_id, booking.total, "INR")["status"] == "captured"


def test_capturing_what_was_never_authorised_is_refused(gateway, desk):
    booking = desk.book()
    failed = gateway.pay(desk.order(booking), "failure")["error"]["metadata"]["payment_id"]
    with pytest.raises(GatewayRefused):
        razorpay.capture(failed, booking.total, "INR")


@pytest.mark.parametrize("signature", ["", "é", "\u200b" * 64, "0" * 64])
def test_an_odd_signature_is_simply_wrong(signature):
    assert not razorpay.signed_by_gateway(b"body", signature, "secret")
    assert not razorpay.callback_is_genuine("order_1", "pay_1", signature)
    assert not razorpay.webhook_is_genuine(b"\xff\x00", signature)


_asked: list[bytes] = []


class answering:
    """A server that gives every caller the same answer."""

    def __init__(self, status: int, body: bytes, location: str = "/elsewhere") -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        self.answer = head.encode() + f"Location: {location}\r\n\r\n".encode() + body

    def __enter__(self) -> str:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return f"http://127.0.0.1:{self.server.getsockname()[1]}"

    def _serve(self) -> None:
        try:
            while True:
                connection, _ = self.server.accept()
                with connection:
                    _asked.append(connection.recv(65_536))
                    connection.sendall(self.answer)
        except OSError:
            return

    def __exit__(self, *args: object) -> None:
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join(5)
