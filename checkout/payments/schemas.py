"""What the payment rows of the API take and give."""

from ninja import Schema

from checkout.fields import Opaque, Paise, Strict


class InitiateIn(Strict):
    booking: Opaque


class VerifyIn(Strict):
    razorpay_order_id: Opaque
    razorpay_payment_id: Opaque
    razorpay_signature: Opaque


class PrefillOut(Schema):
    name: str
    email: str
    contact: str


class OrderOut(Schema):
    """What checkout.js is opened with; `checkout_js` is where to load it from."""

    booking: str
    order_id: str
    key_id: str
    amount: Paise
    currency: str
    name: str
    description: str
    prefill: PrefillOut
    checkout_js: str
    expires_at: str


class StoredOut(Schema):
    stored: bool
