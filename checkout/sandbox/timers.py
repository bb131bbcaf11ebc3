"""What happens later by itself: each timer of the store is run once, when its time has come."""

from collections.abc import Callable

from checkout.sandbox import payments, refunds
from checkout.sandbox.store import Documents


def _authorise(docs: Documents, payment_id: str) -> None:
    payment = payments.get_payment(docs, payment_id)
    if payment["status"] == "failed":
        payments.authorise(docs, payment)


def _fail_refund(docs: Documents, refund_id: str) -> None:
    refunds.settle(docs, refund_id, "failed")


ACTIONS: dict[str, Callable[[Documents, str], None]] = {
    "authorise": _authorise,
    "return": refunds.return_uncaptured,
    "fail_refund": _fail_refund,
}


def run_due(docs: Documents) -> None:
    for timer in docs.due("timer", limit=100):
        docs.delete("timer", timer["id"])
        ACTIONS[timer["action"]](docs, timer["entity"])


def put_clock_forward(docs: Documents, seconds: float) -> float:
    """Moves the sandbox's clock on, so that hours of expiry and retries take no time; answers the new time."""
    clock = docs.get("switch", "clock") or {"id": "clock", "ahead": 0.0}
    clock["ahead"] += seconds
    docs.put("switch", clock)
    return docs.now() + seconds
