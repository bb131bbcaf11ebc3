"""Payments: created → authorized → captured → refunded, or failed; and failed → authorized when the bank is late.

What happens later by itself is a timer in the store: a late authorisation, and the return of money that nobody
captured in time. `timers` runs them.
"""

import secrets

from django.conf import settings

from checkout.sandbox import fields, orders, webhooks
from checkout.sandbox.errors import UNKNOWN_ID, ApiError
from checkout.sandbox.instruments import NO_FAILURE, Instrument, instrument_of
from checkout.sandbox.store import Document, Documents, new_id

LATE_SECONDS = 2.0
LONGEST_LATE_SECONDS = 3 * 86_400  # Razorpay waits up to three days for a bank
FEE_BASIS_POINTS = 200  # two percent, and GST of 18 % on it
GST_PERCENT = 18


def pay(docs: Documents, body: Document) -> Document:
    """A customer pays: answers with what checkout.js hands to the page.

    `success` has id, order id and signature; `failure` and `late` the `error` object of payment.failed; `silent`
    the two ids without the signature: a page that was closed can verify nothing. With `late` the same payment is
    authorised `late_seconds` later. Raises ApiError for an unknown or paid order.
    """
    _check_key(body)
    order = orders.get_order(docs, body.get("order_id"))
    if order["status"] == "paid":
        raise ApiError("This order has already been paid.", field="order_id", reason="order_already_paid")
    if fields.amount(body, order["amount"]) != order["amount"]:
        raise ApiError("Your payment amount is different from your order amount.", field="amount")
    late_seconds = fields.seconds(body, "late_seconds", LATE_SECONDS, LONGEST_LATE_SECONDS)
    instrument = instrument_of(body)
    payment = _new_payment(docs, order, instrument, body)
    orders.note_attempt(docs, order)
    if instrument.outcome in {"failure", "late"}:
        _fail(docs, payment, instrument)
        if instrument.outcome == "late":
            schedule(docs, "authorise", payment["id"], docs.now() + late_seconds)
        return _failure_for_page(payment)
    authorise(docs, payment)
    answer = {"razorpay_payment_id": payment["id"], "razorpay_order_id": order["id"]}
    if instrument.outcome == "silent":
        return answer
    message = f"{order['id']}|{payment['id']}".encode()
    return answer | {"razorpay_signature": webhooks.sign(message, settings.RAZORPAY_KEY_SECRET)}


def authorise(docs: Documents, payment: Document) -> None:
    """The bank says yes, at once or late; an order with automatic capture captures it while it may."""
    payment |= {"status": "authorized", **NO_FAILURE, "acquirer_data": _acquirer_data(payment)}
    docs.put("payment", payment)
    webhooks.announce(docs, "payment.authorized", payment=payment)
    order = orders.get_order(docs, payment["order_id"])
    rule = order["_capture"]
    age = docs.now() - payment["created_at"]
    if rule["automatic"] and order["status"] != "paid" and age <= rule["automatic_minutes"] * 60:
        _capture(docs, payment, order)
    else:
        schedule(docs, "return", payment["id"], docs.now() + rule["manual_minutes"] * 60)


def capture_payment(docs: Documents, payment_id: str, body: Document) -> Document:
    """Takes an authorised payment's money: the whole amount, once, and one payment per order."""
    fields.only(body, "amount", "currency")
    payment = get_payment(docs, payment_id)
    amount = fields.amount(body)
    fields.currency(body, payment["currency"])
    if payment["captured"]:
        raise ApiError("This payment has already been captured", reason="payment_already_captured")
    if payment["status"] != "authorized":
        raise ApiError(
            "Only payments which have been authorized and not yet captured can be captured",
            reason="payment_not_authorized",
        )
    order = orders.get_order(docs, payment["order_id"])
    if order["status"] == "paid":
        raise ApiError("The order of this payment has already been paid.", reason="order_already_paid")
    if amount != payment["amount"]:
        raise ApiError("Capture amount must be equal to the amount authorized", field="amount")
    _capture(docs, payment, order)
    docs.delete("timer", f"return:{payment_id}")
    return payment


def get_payment(docs: Documents, payment_id: object) -> Document:
    known = isinstance(payment_id, str) and payment_id.isascii()
    payment = docs.get("payment", str(payment_id)) if known else None
    if payment is None:
        raise ApiError(UNKNOWN_ID)
    return payment


def edit_payment(docs: Documents, payment_id: str, body: Document) -> Document:
    """Only notes can be changed."""
    fields.only(body, "notes")
    payment = get_payment(docs, payment_id)
    payment["notes"] = fields.notes(body)
    return docs.put("payment", payment)


def schedule(docs: Documents, action: str, entity_id: str, due: float) -> None:
    """Has `timers` do `action` to the entity at that time, by the sandbox's clock; one of each kind at most."""
    docs.put("timer", {"id": f"{action}:{entity_id}", "action": action, "entity": entity_id}, due=due)


def _check_key(body: Document) -> None:
    if body.get("key", settings.RAZORPAY_KEY_ID) != settings.RAZORPAY_KEY_ID:
        raise ApiError("The key_id is not the sandbox's: is the page using other keys?", field="key", status=401)


def _new_payment(docs: Documents, order: Document, instrument: Instrument, body: Document) -> Document:
    payment = {
        "id": new_id("pay"),
        "entity": "payment",
        "amount": order["amount"],
        "currency": order["currency"],
        "status": "created",
        "order_id": order["id"],
        "invoice_id": None,
        "international": False,
        "method": "upi",
        "amount_refunded": 0,
        "refund_status": None,
        "captured": False,
        "description": fields.text(body, "description", 255),
        "card_id": None,
        "bank": None,
        "wallet": None,
        "vpa": None,
        "email": fields.text(body, "email", 255, "customer@example.com"),
        "contact": fields.text(body, "contact", 30, "+919900000000"),
        "notes": fields.notes(body) or order["notes"],
        "fee": None,
        "tax": None,
        **NO_FAILURE,
        "acquirer_data": {},
        "created_at": int(docs.now()),
        **instrument.details,
        "_silent": instrument.outcome == "silent",
    }
    return docs.put("payment", payment, parent=order["id"])


def _fail(docs: Documents, payment: Document, instrument: Instrument) -> None:
    payment |= {"status": "failed", **instrument.failure.on_payment()}
    docs.put("payment", payment)
    webhooks.announce(docs, "payment.failed", payment=payment)


def _capture(docs: Documents, payment: Document, order: Document) -> None:
    fee = payment["amount"] * FEE_BASIS_POINTS // 10_000
    tax = fee * GST_PERCENT // 100
    payment |= {"status": "captured", "captured": True, "fee": fee + tax, "tax": tax}
    docs.put("payment", payment)
    webhooks.announce(docs, "payment.captured", payment=payment)
    orders.mark_paid(docs, order, payment)


def _acquirer_data(payment: Document) -> Document:
    reference = f"{secrets.randbelow(10**12):012d}"
    if payment["method"] == "card":
        return {"auth_code": reference[:6]}
    return {"rrn": reference, "upi_transaction_id": secrets.token_hex(16).upper()}


def _failure_for_page(payment: Document) -> Document:
    return {
        "error": {
            "code": payment["error_code"],
            "description": payment["error_description"],
            "field": None,
            "source": payment["error_source"],
            "step": payment["error_step"],
            "reason": payment["error_reason"],
            "metadata": {"payment_id": payment["id"], "order_id": payment["order_id"]},
        }
    }
