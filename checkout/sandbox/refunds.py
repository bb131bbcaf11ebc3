"""Refunds: pending → processed or failed. A failed one gives its amount back to what can be refunded.

What becomes of refunds is a switch: `processed` at once (as in Razorpay's test mode), `failed` a moment later, or
`pending` until a test says otherwise.
"""

import json
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from checkout.sandbox import fields, webhooks
from checkout.sandbox.errors import UNKNOWN_ID, ApiError
from checkout.sandbox.orders import get_order
from checkout.sandbox.payments import get_payment, schedule
from checkout.sandbox.store import Document, Documents, new_id

OUTCOMES = ("processed", "failed", "pending")
KEY_PATTERN = re.compile(r"[A-Za-z0-9_-]{10,255}")

_in_flight: set[str] = set()
_in_flight_lock = threading.Lock()


@contextmanager
def in_flight(key: str | None) -> Iterator[None]:
    """While a refund with this `X-Refund-Idempotency` is being worked on, a second one gets 409."""
    if key is None:
        yield
        return
    if not KEY_PATTERN.fullmatch(key):
        raise ApiError(
            "The idempotency key must be at least 10 characters of letters, digits, hyphens and underscores.",
            field="X-Refund-Idempotency",
        )
    with _in_flight_lock:
        if key in _in_flight:
            raise ApiError("Request failed because another request is in progress.", status=409)
        _in_flight.add(key)
    try:
        yield
    finally:
        with _in_flight_lock:
            _in_flight.discard(key)


def refund_payment(docs: Documents, payment_id: str, body: Document, key: str | None = None) -> Document:
    """Gives back `amount` paise, or all that is left. The same `key` and body answer with the same refund."""
    asked = json.dumps([payment_id, body], sort_keys=True)
    earlier = docs.get("idempotency", key) if key else None
    if earlier:
        if earlier["asked"] != asked:
            raise ApiError("Different request body sent with the same idempotency key.", field="X-Refund-Idempotency")
        return get_refund(docs, earlier["refund_id"])
    refund = _create(docs, get_payment(docs, payment_id), body)
    if key:
        docs.put("idempotency", {"id": key, "asked": asked, "refund_id": refund["id"]})
    return refund


def return_uncaptured(docs: Documents, payment_id: str) -> None:
    """Razorpay's own refund of a payment that nobody captured in time."""
    payment = get_payment(docs, payment_id)
    if payment["status"] == "authorized":
        speed = get_order(docs, payment["order_id"])["_capture"]["speed"]
        _give_back(docs, payment, {"amount": payment["amount"], "speed": speed}, outcome="processed")


def get_refund(docs: Documents, refund_id: object, payment_id: str | None = None) -> Document:
    known = isinstance(refund_id, str) and refund_id.isascii()
    refund = docs.get("refund", str(refund_id)) if known else None
    if refund is None or (payment_id and refund["payment_id"] != payment_id):
        raise ApiError(UNKNOWN_ID)
    return refund


def edit_refund(docs: Documents, refund_id: str, body: Document) -> Document:
    """Only notes can be changed."""
    fields.only(body, "notes")
    refund = get_refund(docs, refund_id)
    refund["notes"] = fields.notes(body)
    return docs.put("refund", refund)


def refunds_of_payment(docs: Documents, payment_id: str, query: dict[str, str]) -> Document:
    get_payment(docs, payment_id)
    return fields.page(docs, "refund", query, parent=payment_id)


def switch(docs: Documents) -> Document:
    return docs.get("switch", "refunds") or {"id": "refunds", "outcome": "processed", "seconds": 0.2}


def set_switch(docs: Documents, body: Document) -> Document:
    """`{outcome, seconds?}`: what becomes of later refunds, a failed one after `seconds`; with a `refund_id`,
    what becomes of that pending one, now."""
    current = switch(docs)
    outcome = fields.choice(body, "outcome", OUTCOMES, current["outcome"])
    if "refund_id" in body:
        refund = get_refund(docs, body["refund_id"])
        settle(docs, refund["id"], outcome)
        return get_refund(docs, refund["id"])
    seconds = fields.seconds(body, "seconds", current["seconds"], 86_400)
    return docs.put("switch", current | {"outcome": outcome, "seconds": seconds})


def settle(docs: Documents, refund_id: str, outcome: str) -> None:
    """A pending refund becomes processed or failed; any other stays as it is."""
    refund = get_refund(docs, refund_id)
    if refund["status"] != "pending" or outcome == "pending":
        return
    payment = get_payment(docs, refund["payment_id"])
    refund["status"] = outcome
    if outcome == "processed":
        refund |= {"speed_processed": "normal", "acquirer_data": {"arn": f"{secrets.randbelow(10**23):023d}"}}
    else:
        _set_refunded(docs, payment, payment["amount_refunded"] - refund["amount"])
    docs.put("refund", refund)
    webhooks.announce(docs, f"refund.{outcome}", refund=refund, payment=payment)


def _create(docs: Documents, payment: Document, body: Document) -> Document:
    fields.only(body, "amount", "speed", "notes", "receipt", "payment_id")
    if payment["status"] == "refunded":
        raise ApiError("The payment has been fully refunded already", reason="payment_fully_refunded")
    if payment["status"] != "captured":
        raise ApiError("The payment status should be captured for action to be taken", reason="payment_not_captured")
    left = payment["amount"] - payment["amount_refunded"]
    if fields.amount(body, left) > left:
        raise ApiError("The total refund amount is greater than the refund payment amount", field="amount")
    return _give_back(docs, payment, body, switch(docs)["outcome"])


def _give_back(docs: Documents, payment: Document, body: Document, outcome: str) -> Document:
    amount = body.get("amount") or payment["amount"] - payment["amount_refunded"]
    refund = {
        "id": new_id("rfnd"),
        "entity": "refund",
        "amount": amount,
        "currency": payment["currency"],
        "payment_id": payment["id"],
        "notes": fields.notes(body),
        "receipt": fields.text(body, "receipt", fields.LONGEST_RECEIPT),
        "acquirer_data": {"arn": None},
        "created_at": int(docs.now()),
        "batch_id": None,
        "status": "pending",
        "speed_processed": None,
        "speed_requested": fields.choice(body, "speed", ("normal", "optimum"), "normal"),
    }
    docs.put("refund", refund, parent=payment["id"])
    _set_refunded(docs, payment, payment["amount_refunded"] + amount)
    webhooks.announce(docs, "refund.created", refund=refund, payment=payment)
    if outcome == "processed":
        settle(docs, refund["id"], outcome)
    elif outcome == "failed":
        schedule(docs, "fail_refund", refund["id"], docs.now() + switch(docs)["seconds"])
    return get_refund(docs, refund["id"])


def _set_refunded(docs: Documents, payment: Document, refunded: int) -> None:
    status = "full" if refunded == payment["amount"] else "partial" if refunded else None
    payment |= {
        "amount_refunded": refunded,
        "refund_status": status,
        "status": "refunded" if status == "full" else "captured",
    }
    docs.put("payment", payment)
