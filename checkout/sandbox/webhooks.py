"""Webhooks: what happened, frozen when it happened, signed, and queued for `background` to deliver.

A delivery is written in the transaction of the change it reports, so a crash loses none. How deliveries behave
is a switch: `normal`; `lost` (kept, never sent); `doubled` (sent twice, same event id); `shuffled` (kept back for
a moment, and what happened last is sent first). Razorpay promises no order in any mode.
"""

import hashlib
import hmac
import json
import secrets
import string
from typing import Any

from django.conf import settings

from checkout.sandbox import fields
from checkout.sandbox.errors import UNKNOWN_ID, ApiError
from checkout.sandbox.store import Document, Documents, new_id, public

MODES = ("normal", "lost", "doubled", "shuffled")
ACCOUNT_ID = "acc_HousefullTest0"
RETRY_FOR_SECONDS = 86_400  # Razorpay tries for 24 hours
LONGEST_WAIT_SECONDS = 3_600
LEASE_SECONDS = 15.0  # longer than any attempt takes; a crash in the middle makes it due again


def sign(body: bytes, secret: str) -> str:
    """Hex HMAC-SHA256, Razorpay's only kind of signature."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def receiver_url() -> str:
    # The site's addresses end in a slash, and a redirect to one that does would lose the body.
    return settings.SANDBOX_WEBHOOK_URL.rstrip("/") + "/"


def announce(docs: Documents, event: str, **entities: Document) -> None:
    """Queues one event about the given entities (payment=…, order=…, refund=…) as they are now.

    What concerns a silent payment or its order is kept as `lost`: only asking the API shows it.
    """
    now = docs.now()
    envelope = {
        "entity": "event",
        "account_id": ACCOUNT_ID,
        "event": event,
        "contains": list(entities),
        "payload": {name: {"entity": public(entity)} for name, entity in entities.items()},
        "created_at": int(now),
    }
    body = json.dumps(envelope)
    payment = entities["payment"]
    silent = payment.get("_silent", False) and "refund" not in entities
    mode = "lost" if silent else switch(docs)["mode"]
    event_id = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(14))
    delivery = {
        "event_id": event_id,
        "event": event,
        "order_id": payment["order_id"],
        "payment_id": payment["id"],
        "refund_id": entities.get("refund", {}).get("id"),
        "status": "lost" if mode == "lost" else "pending",
        "attempts": [],
        "created_at": now,
        # A retry after the secret was changed still carries the old signature, as Razorpay's do.
        "signature": sign(body.encode(), settings.RAZORPAY_WEBHOOK_SECRET),
        "body": body,
    }
    due = {"lost": None, "shuffled": _before_those_waiting(docs, now)}.get(mode, now)
    for _ in range(2 if mode == "doubled" else 1):
        docs.put("delivery", {"id": new_id("dlv"), **delivery}, parent=payment["order_id"], due=due)


def _before_those_waiting(docs: Documents, now: float) -> float:
    """A time before every delivery kept back so far, so that later events overtake earlier ones."""
    waiting = [docs.due_of("delivery", delivery["id"]) for delivery in docs.find("delivery", limit=20)]
    first = min((due for due in waiting if due is not None and due > now), default=None)
    return now + switch(docs)["spread_seconds"] if first is None else (now + first) / 2


def switch(docs: Documents) -> Document:
    return docs.get("switch", "webhooks") or {
        "id": "webhooks",
        "mode": "normal",
        "retry_seconds": 1.0,
        "spread_seconds": 1.0,
    }


def set_switch(docs: Documents, body: Document) -> Document:
    """`{mode?, retry_seconds?, spread_seconds?}`: how webhooks behave from now on; what is left out stays.

    `retry_seconds` is the wait before the second attempt, doubled each time; `spread_seconds` is how long
    `shuffled` keeps the first event back.
    """
    current = switch(docs)
    current["mode"] = fields.choice(body, "mode", MODES, current["mode"])
    current["retry_seconds"] = fields.seconds(body, "retry_seconds", current["retry_seconds"], 3600)
    current["spread_seconds"] = fields.seconds(body, "spread_seconds", current["spread_seconds"], 60)
    return docs.put("switch", current)


def list_deliveries(docs: Documents, query: dict[str, str]) -> Document:
    """Newest first, filtered by `order_id`, `event` and `status` (pending, delivered, lost, given_up)."""
    filters = {name: query[name] for name in ("event", "status") if name in query}
    items = [
        delivery
        for delivery in docs.find("delivery", parent=query.get("order_id"))
        if all(delivery[name] == value for name, value in filters.items())
    ]
    return {**public(switch(docs)), **fields.collection(items[:200]), "url": receiver_url()}


def redeliver(docs: Documents, body: Document) -> int:
    """Sends again: the event `event_id`, or every event of `order_id`, or all that were lost or given up."""
    event_id, order_id = body.get("event_id"), body.get("order_id")
    chosen = [
        delivery
        for delivery in docs.find("delivery", parent=fields.text(body, "order_id", 64))
        if (delivery["event_id"] == event_id if event_id else order_id or delivery["status"] in {"lost", "given_up"})
    ]
    if event_id and not chosen:
        raise ApiError(UNKNOWN_ID, field="event_id")
    for delivery in chosen:
        # Its 24 hours begin anew, or an old one would be given up at once.
        docs.put("delivery", delivery | {"status": "pending", "_since": docs.now()}, due=docs.now())
    return len(chosen)


def take_due(docs: Documents, limit: int) -> list[Document]:
    """What must be sent now. Each comes again after the lease unless `record` is called."""
    taken = docs.due("delivery", limit)
    for delivery in taken:
        docs.put("delivery", delivery, due=docs.now() + LEASE_SECONDS)
    return taken


def record(docs: Documents, taken: Document, outcome: dict[str, Any]) -> None:
    """Notes an outcome of an attempt at `taken`, `{status}` or `{error}`, and when to try again if not a 2xx."""
    delivery = docs.get("delivery", taken["id"])
    if delivery is None:
        return
    now = docs.now()
    delivery["attempts"].append({"at": now, **outcome})
    if delivery.get("_since") != taken.get("_since"):
        # Asked for again while this attempt was under way: its answer settles nothing about the next one.
        docs.put("delivery", delivery, due=docs.due_of("delivery", taken["id"]))
        return
    if 200 <= outcome.get("status", 0) < 300:
        docs.put("delivery", delivery | {"status": "delivered"})
        return
    started = delivery.get("_since", delivery["created_at"])
    tries = sum(1 for attempt in delivery["attempts"] if attempt["at"] >= started)
    # The exponent is bounded, or a thousand attempts would not fit a float.
    wait = min(switch(docs)["retry_seconds"] * 2 ** min(tries - 1, 20), LONGEST_WAIT_SECONDS)
    if now + wait - started > RETRY_FOR_SECONDS:
        docs.put("delivery", delivery | {"status": "given_up"})
    else:
        docs.put("delivery", delivery, due=now + wait)
