"""What a customer can pay with, and what becomes of it: Razorpay's test inputs and nothing else pays."""

from dataclasses import dataclass, field
from typing import Any

from checkout.sandbox import fields
from checkout.sandbox.errors import ApiError
from checkout.sandbox.store import Document, new_id

SUCCESS_VPA = "success@razorpay"
FAILURE_VPA = "failure@razorpay"
TEST_CARD = "4100280000001007"
OUTCOMES = ("success", "failure", "late", "silent")


@dataclass(frozen=True)
class Failure:
    """Why a payment failed, in the words of Razorpay's error objects."""

    description: str
    reason: str
    source: str = "customer"
    step: str = "payment_authentication"
    code: str = "BAD_REQUEST_ERROR"

    def on_payment(self) -> Document:
        return {
            "error_code": self.code,
            "error_description": self.description,
            "error_source": self.source,
            "error_step": self.step,
            "error_reason": self.reason,
        }


DECLINED = Failure(
    "Your payment didn't go through as it was declined by the bank. Try another payment method or contact your bank.",
    "payment_failed",
    source="bank",
    step="payment_authorization",
)
TIMED_OUT = Failure(
    "Your payment was not completed on time. Try again; money taken meanwhile comes back by itself.",
    "payment_timed_out",
    source="bank",
    step="payment_authorization",
    code="GATEWAY_ERROR",
)
NO_SUCH_VPA = Failure("Invalid VPA. Please enter a valid Virtual Payment Address", "invalid_vpa")
CARD_DECLINED = Failure(
    "Your card was declined: in the sandbox only the test card 4100 2800 0000 1007 pays.",
    "card_declined",
    source="issuer_bank",
    step="payment_authorization",
)
NO_FAILURE: Document = {f"error_{name}": None for name in ("code", "description", "source", "step", "reason")}


@dataclass(frozen=True)
class Instrument:
    """A way to pay: the payment's fields that describe it, the outcome it leads to, and why it fails if it does."""

    outcome: str
    failure: Failure = DECLINED
    details: dict[str, Any] = field(default_factory=dict)


def instrument_of(body: Document) -> Instrument:
    """Reads `method` (upi or card) with `vpa` or `card_number`; an `outcome` in the body overrules the input's.

    Raises ApiError for what checkout.js itself would not send on.
    """
    forced = body.get("outcome")
    if forced is not None and forced not in OUTCOMES:
        raise ApiError(f"The outcome must be one of {', '.join(OUTCOMES)}.", field="outcome")
    if forced is None and "vpa" not in body and "card_number" not in body:
        raise ApiError("Give an outcome, or the vpa or card_number to pay with.", field="outcome")
    method = fields.choice(body, "method", ("upi", "card"), "card" if "card_number" in body else "upi")
    if method == "card":
        outcome, failure, details = _card(body)
    else:
        outcome, failure, details = _upi(body)
    if forced == "late":
        failure = TIMED_OUT
    elif forced == "failure":
        failure = DECLINED
    return Instrument(forced or outcome, failure, details)


def _upi(body: Document) -> tuple[str, Failure, Document]:
    vpa = (fields.text(body, "vpa", 100, SUCCESS_VPA) or "").strip().lower()
    details = {"method": "upi", "vpa": vpa, "upi": {"vpa": vpa}}
    if vpa == SUCCESS_VPA:
        return "success", DECLINED, details
    return "failure", DECLINED if vpa == FAILURE_VPA else NO_SUCH_VPA, details


def _card(body: Document) -> tuple[str, Failure, Document]:
    number = (fields.text(body, "card_number", 30, TEST_CARD) or "").replace(" ", "")
    if not _is_card_number(number):
        raise ApiError("Please enter a valid card number", field="card_number", source="customer")
    card = {
        "id": new_id("card"),
        "entity": "card",
        "name": "",
        "last4": number[-4:],
        "network": "Visa" if number.startswith("4") else "Unknown",
        "type": "credit",
        "issuer": None,
        "international": False,
        "emi": False,
        "sub_type": "consumer",
    }
    details = {"method": "card", "card_id": card["id"], "card": card}
    return "success" if number == TEST_CARD else "failure", CARD_DECLINED, details


def _is_card_number(number: str) -> bool:
    """Luhn's check, which every card number passes (ISO/IEC 7812-1)."""
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
