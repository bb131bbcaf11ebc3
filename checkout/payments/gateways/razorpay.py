"""All calls to Razorpay: its own SDK on a session that adds what the SDK lacks.

The session gives every call a timeout, reads errors before the SDK drops their status, reason and field, and turns
everything else that can go wrong (no connection, an HTML page, half an answer) into `GatewayUnavailable`. Nothing
is retried here: callers know whether a call may be repeated, and after `GatewayUnavailable` a POST may have worked.
"""

import hashlib
import hmac
import threading
from typing import Any
from urllib.parse import quote

import razorpay as sdk
import requests
import structlog
from django.conf import settings

from checkout.errors import GatewayRefused, GatewayUnavailable

log = structlog.get_logger(__name__)
TIMEOUT = (3, 8)  # seconds to connect, seconds to answer
EXPIRY_MINUTES = 3 * 24 * 60  # a payment not captured by then is refunded; late authorisations take as long
UNAVAILABLE = "The payment service does not answer just now. Nothing is lost; try again in a moment."
_local = threading.local()


class _Session(requests.Session):
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = TIMEOUT
        kwargs["allow_redirects"] = False
        try:
            response = super().request(*args, **kwargs)
            answer = response.json()
        except requests.RequestException as error:  # an unreadable body is one of these too
            raise GatewayUnavailable(UNAVAILABLE) from error
        if response.ok and isinstance(answer, dict) and not response.is_redirect:
            return response
        raise _refusal(response.status_code, answer)


def _refusal(status: int, answer: Any) -> Exception:
    error = answer.get("error") if isinstance(answer, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if status in {401, 403}:
        log.error("gateway_keys_refused", status=status)
    # 401 and 403: our keys, so nothing is known of what was asked; 409: the same refund is on its way; 429: too fast.
    later = status in {401, 403, 409, 429} or status >= 500 or code == "SERVER_ERROR"
    if later or not isinstance(error, dict):
        return GatewayUnavailable(UNAVAILABLE)
    words = {name: str(error.get(name) or "") for name in ("description", "reason", "field")}
    return GatewayRefused(words["description"] or "No reason given.", status, words["reason"], words["field"])


def _client() -> sdk.Client:
    """One per thread: requests' sessions are not meant to be shared."""
    keys = (settings.RAZORPAY_BASE_URL, settings.RAZORPAY_KEY_ID, settings.RAZORPAY_KEY_SECRET)
    if getattr(_local, "made_for", None) != keys:
        base, key, secret = keys
        _local.client = sdk.Client(session=_Session(), auth=(key, secret), base_url=base)
        _local.made_for = keys
    return _local.client


# ------------------------------------------------------------------------------------------------- orders
def create_order(amount: int, currency: str, receipt: str, notes: dict[str, str]) -> str:
    """A new order of `amount` paise, to be captured by us; answers with its id.

    Raises GatewayUnavailable (the gateway may have an order that we do not know: harmless, because nobody can pay it),
    GatewayRefused.
    """
    order = _client().order.create(
        {
            "amount": amount,
            "currency": currency,
            "receipt": receipt,
            "notes": notes,
            "payment": {
                "capture": "manual",
                "capture_options": {
                    "automatic_expiry_period": EXPIRY_MINUTES,
                    "manual_expiry_period": EXPIRY_MINUTES,
                    "refund_speed": "normal",
                },
            },
        }
    )
    if not isinstance(order.get("id"), str) or order.get("amount") != amount:
        raise GatewayUnavailable(UNAVAILABLE)
    return str(order["id"])


def payments_of(order_id: str) -> list[dict[str, Any]]:
    """Every payment made for the order, as it is now. Raises GatewayUnavailable, GatewayRefused."""
    answer = _client().order.payments(quote(order_id, safe=""), {})
    items: list[dict[str, Any]] | None = answer.get("items")
    if not isinstance(items, list):
        raise GatewayUnavailable(UNAVAILABLE)
    return items


# ----------------------------------------------------------------------------------------------- payments
def capture(payment_id: str, amount: int, currency: str) -> dict[str, Any]:
    """Takes the money of an authorised payment; one that is captured already is returned as it is.

    Razorpay refuses to capture twice, and an earlier answer may have been lost, so a refusal is checked against
    the payment itself. Raises GatewayRefused when it is not captured after all, GatewayUnavailable.
    """
    client = _client()
    try:
        # A dictionary of our own: the SDK's default is shared between calls.
        captured: dict[str, Any] = client.payment.capture(quote(payment_id, safe=""), amount, {"currency": currency})
    except GatewayRefused:
        captured = client.payment.fetch(quote(payment_id, safe=""), {})
        if captured.get("status") not in {"captured", "refunded"}:
            raise
    return captured


def refund(payment_id: str, amount: int, key: str) -> dict[str, Any]:
    """Gives `amount` paise back; the same key is the same refund, however often it is asked for.

    `key` (10 to 40 letters, digits, _ and -) is both the idempotency header, which Razorpay forgets after a while,
    and the receipt, by which a refund that worked before is found again. Raises GatewayRefused, GatewayUnavailable.
    """
    client = _client()
    payment = quote(payment_id, safe="")
    try:
        # Not payment.refund(): in this version it is the only call whose body and headers cannot be given safely.
        made: dict[str, Any] = client.post(
            f"/v1/payments/{payment}/refund",
            {"amount": amount, "speed": "normal", "receipt": key},
            headers={"X-Refund-Idempotency": key},
        )
    except GatewayRefused:
        known = client.get(f"/v1/payments/{payment}/refunds", {}).get("items")
        for refund in known if isinstance(known, list) else []:
            if refund.get("receipt") == key:
                made = refund
                break
        else:
            raise
    return made


def fetch_refund(refund_id: str) -> dict[str, Any]:
    """Raises GatewayRefused for an unknown one, GatewayUnavailable."""
    refund: dict[str, Any] = _client().refund.fetch(quote(refund_id, safe=""), {})
    return refund


# --------------------------------------------------------------------------------------------- signatures
def signed_by_gateway(message: bytes, signature: str, secret: str) -> bool:
    """Whether `signature` is the hex HMAC-SHA256 of `message`, compared in constant time.

    Not the SDK's: that one raises TypeError for bytes and for a missing or non-ASCII signature.
    """
    expected = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def callback_is_genuine(order_id: str, payment_id: str, signature: str) -> bool:
    """What checkout.js handed to the page; `order_id` must be the one we stored."""
    message = f"{order_id}|{payment_id}".encode("utf-8", "replace")
    return signed_by_gateway(message, signature, settings.RAZORPAY_KEY_SECRET)


def webhook_is_genuine(body: bytes, signature: str) -> bool:
    return signed_by_gateway(body, signature, settings.RAZORPAY_WEBHOOK_SECRET)
