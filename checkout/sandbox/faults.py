"""Failures on demand: the next calls of the API that match fail in a chosen way, so that callers can be tried.

Kinds: `server_error` (500), `gateway_error` (502, JSON), `bad_gateway` (502, a proxy's HTML), `rate_limited` (429):
nothing was done; `lost_answer`: it was done, and a 502 in HTML comes back; `slow`: it is done after `seconds`.
"""

from checkout.sandbox import fields
from checkout.sandbox.errors import ApiError, ServerFailed
from checkout.sandbox.store import Document, Documents

KINDS = ("server_error", "gateway_error", "bad_gateway", "rate_limited", "lost_answer", "slow")
BAD_GATEWAY_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


class BadGateway(Exception):
    """A proxy in front of Razorpay answers with a page of its own."""


def set_fault(docs: Documents, body: Document) -> Document:
    """`{fault, match?, times?, seconds?}`: `match` is a part of "POST /v1/payments/pay_…/capture", `times` how
    many calls fail (1); with `fault` "none" all faults end."""
    fault = fields.choice(body, "fault", (*KINDS, "none"), "")
    if fault == "none":
        docs.delete("switch", "fault")
        return {"fault": "none"}
    times = body.get("times", 1)
    if type(times) is not int or not 1 <= times <= 10_000:
        raise ApiError("times must be a whole number between 1 and 10000.", field="times")
    return docs.put(
        "switch",
        {
            "id": "fault",
            "fault": fault,
            "match": fields.text(body, "match", 200, ""),
            "times": times,
            "seconds": fields.seconds(body, "seconds", 10.0, 60.0),
        },
    )


def take(docs: Documents, call: str) -> Document | None:
    """The fault this call must suffer, counted down."""
    fault = docs.get("switch", "fault")
    if fault is None or fault["match"] not in call:
        return None
    if fault["times"] == 1:
        docs.delete("switch", "fault")
    else:
        docs.put("switch", fault | {"times": fault["times"] - 1})
    return fault


def refuse(kind: str) -> None:
    """Raises what the caller gets instead of an answer; `slow` and `lost_answer` refuse nothing yet."""
    if kind == "server_error":
        raise ServerFailed
    if kind == "gateway_error":
        raise ApiError(
            "Payment processing failed due to an error at the bank or wallet gateway",
            code="GATEWAY_ERROR",
            status=502,
            source="gateway",
            reason="gateway_technical_error",
        )
    if kind == "rate_limited":
        raise ApiError("Request failed. Please try after sometime.", status=429, reason="rate_limited")
    if kind == "bad_gateway":
        raise BadGateway
