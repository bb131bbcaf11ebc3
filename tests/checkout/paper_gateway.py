"""Razorpay in memory: the same facts as the sandbox's, without a socket, for tests that need thousands of steps.

It stands in for the functions of `checkout.payments.gateways.razorpay` that ask the gateway; signatures stay the real
ones. It can be away, lose the answer of what it has done, pay late, twice or silently, refuse refunds, and sends the
webhooks that the real one would send into a list, from which a test takes what arrives.
"""

import hashlib
import hmac
import json
from collections import Counter
from itertools import count
from typing import Any

from django.conf import settings

from checkout.errors import GatewayRefused, GatewayUnavailable
from checkout.payments.gateways import razorpay

ASKED = ("create_order", "payments_of", "capture", "refund", "fetch_refund")
NUMBERS = count(1)  # of all gateways: several may serve one database, one after the other


class PaperGateway:
    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.paid: dict[str, dict[str, Any]] = {}
        self.given_back: dict[str, dict[str, Any]] = {}
        self.messages: list[tuple[bytes, str, str]] = []
        self.refunds_end = "processed"
        self.stumbles: Counter[tuple[str, bool]] = Counter()

    def install(self, monkeypatch: Any) -> "PaperGateway":
        for name in ASKED:
            monkeypatch.setattr(razorpay, name, self._stumbling(name))
        return self

    def stumble(self, name: str, *, after: bool, times: int = 1) -> None:
        """The next `times` calls of `name` get no answer; with `after` they have worked all the same."""
        self.stumbles[name, after] = times

    def _stumbling(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            for after in (False, True):
                if self.stumbles[name, after] > 0:
                    self.stumbles[name, after] -= 1
                    if after:
                        getattr(self, name)(*arguments)
                    raise GatewayUnavailable("The gateway does not answer.")
            return getattr(self, name)(*arguments)

        return call

    def _new(self, kind: str) -> str:
        return f"{kind}_paper{next(NUMBERS):09d}"

    # --------------------------------------------------------------------- what checkout asks
    def create_order(self, amount: int, currency: str, receipt: str, notes: dict[str, str]) -> str:
        order_id = self._new("order")
        self.orders[order_id] = {"id": order_id, "amount": amount, "currency": currency, "status": "created"}
        return order_id

    def payments_of(self, order_id: str) -> list[dict[str, Any]]:
        if order_id not in self.orders:
            raise GatewayRefused("The id provided does not exist")
        return [dict(payment) for payment in self.paid.values() if payment["order_id"] == order_id]

    def capture(self, payment_id: str, amount: int, currency: str) -> dict[str, Any]:
        payment = self.paid[payment_id]
        if payment["status"] in {"captured", "refunded"}:
            return dict(payment)
        if payment["status"] != "authorized" or (amount, currency) != (payment["amount"], payment["currency"]):
            raise GatewayRefused("Capture amount must be equal to the amount authorized")
        payment.update(status="captured", captured=True)
        self.orders[payment["order_id"]]["status"] = "paid"
        self._tell("payment.captured", payment)
        self._tell("order.paid", self.orders[payment["order_id"]])
        return dict(payment)

    def refund(self, payment_id: str, amount: int, key: str) -> dict[str, Any]:
        known = [one for one in self.given_back.values() if one["receipt"] == key]
        if known:
            return dict(known[0])
        payment = self.paid[payment_id]
        if payment["status"] != "captured" or amount > payment["amount"] - payment["amount_refunded"]:
            raise GatewayRefused("The refund amount provided is greater than amount captured")
        refund = {"id": self._new("rfnd"), "payment_id": payment_id, "amount": amount, "receipt": key}
        self.given_back[refund["id"]] = refund | {"status": "pending"}
        payment["amount_refunded"] += amount
        self._tell("refund.created", refund)
        if self.refunds_end != "pending":
            self.end_refund(refund["id"], self.refunds_end)
        return dict(self.given_back[refund["id"]])

    def fetch_refund(self, refund_id: str) -> dict[str, Any]:
        if refund_id not in self.given_back:
            raise GatewayRefused("The id provided does not exist")
        return dict(self.given_back[refund_id])

    # --------------------------------------------------------------------- what people and banks do
    def pay(self, order_id: str, status: str = "authorized", **wrong: Any) -> dict[str, str]:
        """One more payment of the order; answers with what checkout.js would hand to the page."""
        order, payment_id = self.orders[order_id], self._new("pay")
        self.paid[payment_id] = {
            **{"id": payment_id, "order_id": order_id, "status": status, "captured": status == "captured"},
            **{"amount": order["amount"], "currency": order["currency"], "amount_refunded": 0, "method": "upi"},
            **wrong,
        }
        self._tell(f"payment.{status}", self.paid[payment_id])
        signed = hmac.new(settings.RAZORPAY_KEY_SECRET.encode(), f"{order_id}|{payment_id}".encode(), hashlib.sha256)
        return {"order_id": order_id, "payment_id": payment_id, "signature": signed.hexdigest()}

    def authorise_late(self, payment_id: str) -> None:
        if self.paid[payment_id]["status"] == "failed":
            self.paid[payment_id]["status"] = "authorized"
            self._tell("payment.authorized", self.paid[payment_id])

    def capture_by_hand(self, payment_id: str) -> None:
        payment = self.paid[payment_id]
        self.capture(payment_id, payment["amount"], payment["currency"])

    def end_refund(self, refund_id: str, status: str) -> None:
        refund = self.given_back[refund_id]
        if refund["status"] != "pending":
            return
        refund["status"] = status
        payment = self.paid[refund["payment_id"]]
        if status == "failed":
            payment["amount_refunded"] -= refund["amount"]
        elif payment["amount_refunded"] == payment["amount"]:
            payment["status"] = "refunded"
        self._tell(f"refund.{status}", refund)

    # --------------------------------------------------------------------- what can be counted
    def kept(self, order_id: str) -> int:
        """Paise taken for this order and not sent back."""
        taken = [one for one in self.paid.values() if one["order_id"] == order_id and one["captured"]]
        return sum(one["amount"] - one["amount_refunded"] for one in taken)

    def _tell(self, event: str, entity: dict[str, Any]) -> None:
        kind = event.partition(".")[0]
        body = json.dumps({"event": event, "payload": {kind: {"entity": entity}}}).encode()
        signed = hmac.new(settings.RAZORPAY_WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
        self.messages.append((body, signed, self._new("evt")))
