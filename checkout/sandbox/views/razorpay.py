"""Razorpay's HTTP API: each handler calls the function of the same name."""

from checkout.sandbox import fields, orders, payments, refunds
from checkout.sandbox.errors import ApiError
from checkout.sandbox.store import Document
from checkout.sandbox.views.edge import Call, api


def create_order(call: Call) -> Document:
    return orders.create_order(call.docs, call.body)


def list_orders(call: Call) -> Document:
    return orders.list_orders(call.docs, call.query)


def get_order(call: Call, order_id: str) -> Document:
    return orders.get_order(call.docs, order_id)


def edit_order(call: Call, order_id: str) -> Document:
    return orders.edit_order(call.docs, order_id, call.body)


def payments_of_order(call: Call, order_id: str) -> Document:
    return orders.payments_of_order(call.docs, order_id)


def list_payments(call: Call) -> Document:
    return fields.page(call.docs, "payment", call.query)


def get_payment(call: Call, payment_id: str) -> Document:
    return payments.get_payment(call.docs, payment_id)


def edit_payment(call: Call, payment_id: str) -> Document:
    return payments.edit_payment(call.docs, payment_id, call.body)


def capture_payment(call: Call, payment_id: str) -> Document:
    return payments.capture_payment(call.docs, payment_id, call.body)


def refund_payment(call: Call, payment_id: str) -> Document:
    return refunds.refund_payment(call.docs, payment_id, call.body, call.idempotency_key)


def create_refund(call: Call) -> Document:
    """The other way to ask for a refund: the payment is named in the body."""
    payment_id = call.body.get("payment_id")
    if not isinstance(payment_id, str):
        raise ApiError("The payment id field is required.", field="payment_id")
    return refunds.refund_payment(call.docs, payment_id, call.body, call.idempotency_key)


def refunds_of_payment(call: Call, payment_id: str) -> Document:
    return refunds.refunds_of_payment(call.docs, payment_id, call.query)


def refund_of_payment(call: Call, payment_id: str, refund_id: str) -> Document:
    return refunds.get_refund(call.docs, refund_id, payment_id)


def list_refunds(call: Call) -> Document:
    return fields.page(call.docs, "refund", call.query)


def get_refund(call: Call, refund_id: str) -> Document:
    return refunds.get_refund(call.docs, refund_id)


def edit_refund(call: Call, refund_id: str) -> Document:
    return refunds.edit_refund(call.docs, refund_id, call.body)


order_list = api(GET=list_orders, POST=create_order)
order = api(GET=get_order, PATCH=edit_order)
order_payments = api(GET=payments_of_order)
payment_list = api(GET=list_payments)
payment = api(GET=get_payment, PATCH=edit_payment)
payment_capture = api(POST=capture_payment)
payment_refund = api(POST=refund_payment)
payment_refunds = api(GET=refunds_of_payment)
payment_refund_detail = api(GET=refund_of_payment)
refund_list = api(GET=list_refunds, POST=create_refund)
refund = api(GET=get_refund, PATCH=edit_refund)
