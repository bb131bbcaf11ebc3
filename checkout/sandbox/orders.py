"""Orders: created → attempted (a payment was tried) → paid (a payment was captured), and paid for good."""

from checkout.sandbox import fields, webhooks
from checkout.sandbox.errors import UNKNOWN_ID, ApiError
from checkout.sandbox.store import Document, Documents, new_id

# Razorpay's own defaults where an order names none, in minutes: three days to capture, five to be refunded.
AUTOMATIC_EXPIRY_MINUTES = 4320
MANUAL_EXPIRY_MINUTES = 7200
LONGEST_EXPIRY_MINUTES = 7200


def create_order(docs: Documents, body: Document) -> Document:
    fields.only(body, "amount", "currency", "receipt", "notes", "payment_capture", "payment")
    amount = fields.amount(body)
    order: Document = {
        "id": new_id("order"),
        "entity": "order",
        "amount": amount,
        "amount_paid": 0,
        "amount_due": amount,
        "currency": fields.currency(body),
        "receipt": fields.text(body, "receipt", fields.LONGEST_RECEIPT),
        "offer_id": None,
        "status": "created",
        "attempts": 0,
        "notes": fields.notes(body),
        "created_at": int(docs.now()),
        "_capture": _capture_rule(body),
    }
    if order["receipt"] is not None:
        if docs.get("receipt", order["receipt"]):
            raise ApiError("Order with the given receipt already exists.", field="receipt")
        docs.put("receipt", {"id": order["receipt"], "order_id": order["id"]})
    return docs.put("order", order)


def edit_order(docs: Documents, order_id: str, body: Document) -> Document:
    """Only notes can be changed."""
    fields.only(body, "notes")
    order = get_order(docs, order_id)
    order["notes"] = fields.notes(body)
    return docs.put("order", order)


def get_order(docs: Documents, order_id: object) -> Document:
    known = isinstance(order_id, str) and order_id.isascii()
    order = docs.get("order", str(order_id)) if known else None
    if order is None:
        raise ApiError(UNKNOWN_ID)
    return order


def list_orders(docs: Documents, query: dict[str, str]) -> Document:
    receipt = query.get("receipt")
    if receipt is None:
        return fields.page(docs, "order", query)
    known = docs.get("receipt", receipt)
    return fields.collection([get_order(docs, known["order_id"])] if known else [])


def payments_of_order(docs: Documents, order_id: str) -> Document:
    get_order(docs, order_id)
    return fields.collection(docs.find("payment", parent=order_id))


def note_attempt(docs: Documents, order: Document) -> None:
    order["attempts"] += 1
    if order["status"] == "created":
        order["status"] = "attempted"
    docs.put("order", order)


def mark_paid(docs: Documents, order: Document, payment: Document) -> None:
    order |= {"status": "paid", "amount_paid": order["amount"], "amount_due": 0}
    docs.put("order", order)
    webhooks.announce(docs, "order.paid", payment=payment, order=order)


def _capture_rule(body: Document) -> Document:
    """Automatic or manual, by `payment` or, older, by `payment_capture`; manual by default."""
    rule = {
        "automatic": _old_capture_flag(body.get("payment_capture")),
        "automatic_minutes": AUTOMATIC_EXPIRY_MINUTES,
        "manual_minutes": MANUAL_EXPIRY_MINUTES,
        "speed": "normal",
    }
    payment = body.get("payment")
    if payment is None:
        return rule
    if not isinstance(payment, dict):
        raise ApiError("The payment must be an array.", field="payment")
    fields.only(payment, "capture", "capture_options")
    if "capture" not in payment:
        raise ApiError("The capture field is required.", field="capture")
    rule["automatic"] = fields.choice(payment, "capture", ("automatic", "manual"), "") == "automatic"
    options = payment.get("capture_options") or {}
    if not isinstance(options, dict):
        raise ApiError("The capture options must be an array.", field="capture_options")
    fields.only(options, "automatic_expiry_period", "manual_expiry_period", "refund_speed")
    rule["automatic_minutes"] = _minutes(options, "automatic_expiry_period", AUTOMATIC_EXPIRY_MINUTES)
    rule["manual_minutes"] = _minutes(options, "manual_expiry_period", MANUAL_EXPIRY_MINUTES)
    rule["speed"] = fields.choice(options, "refund_speed", ("normal", "optimum"), "normal")
    return rule


def _old_capture_flag(value: object) -> bool:
    if value is None or value in (0, "0"):
        return False
    if value in (1, "1"):
        return True
    raise ApiError("The payment capture field must be true or false.", field="payment_capture")


def _minutes(options: Document, name: str, default: int) -> int:
    value = options.get(name)
    if value is None:
        return default
    if type(value) is not int or not 1 <= value <= LONGEST_EXPIRY_MINUTES:
        raise ApiError(f"The {name} must be a number of minutes between 1 and {LONGEST_EXPIRY_MINUTES}.", field=name)
    return value
