"""Idempotency-Key: however often a request comes, it is done once and answered alike.

Flow: a key is leased for (owner, endpoint) in a short transaction of its own → the work is done and its answer stored
in one further transaction → the same key and body gets that answer for 24 hours. A process that dies in between leaves
nothing but a lease that runs out. Only answers of success are stored: a refusal has changed nothing, frees the key, and
the same request may be tried again with it.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from checkout import crash_points
from checkout.errors import IdempotencyKeyBusy, IdempotencyKeyReused, InvalidInput
from checkout.models import IdempotencyKey

LONGEST_KEY = 200
ONCE: dict[str, Any] = {  # for a route's `openapi_extra`
    "parameters": [{"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": LONGEST_KEY}}]
}
KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)  # longer than any answer takes; a dead process blocks its key for so long at the most


class _Overtaken(Exception):
    """Our lease had run out, and the request that took it over has stored an answer."""


def answer_once(
    owner: str, endpoint: str, key: str, body: Any, work: Callable[[], Any], *, in_one_piece: bool = True
) -> Any:
    """The answer of `work` (something JSON can hold), or the one stored for this key before.

    `in_one_piece`: the work is one transaction, and its answer is stored in it, so that neither exists without the
    other. Work that waits for the gateway is not: it must be safe to do again by itself. Without a key it is just
    done. Raises IdempotencyKeyReused, IdempotencyKeyBusy, and whatever `work` raises.
    """
    if not key or not owner:
        return work()
    row = _take(owner, endpoint, key, _digest(body))
    if row.answered_at:
        return row.answer
    crash_points.reached(crash_points.KEY_TAKEN)
    try:
        with transaction.atomic() if in_one_piece else nullcontext():
            answer = work()
            _store(row, answer)
    except Exception:
        stored = IdempotencyKey.objects.filter(pk=row.pk).exclude(answered_at=None).first()
        if stored is not None:
            return stored.answer  # done meanwhile by the request that took the lease over: ours is rolled back
        # Only while the lease is still ours: whoever takes an expired one over raises `attempts`.
        IdempotencyKey.objects.filter(pk=row.pk, attempts=row.attempts, answered_at=None).delete()
        raise
    crash_points.reached(crash_points.KEY_ANSWERED)
    return answer


def forget_old_keys() -> int:
    """Deletes keys older than a day; returns how many. Safe to run again."""
    return IdempotencyKey.objects.filter(created_at__lte=timezone.now() - KEPT).delete()[0]


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()


@transaction.atomic
def _take(owner: str, endpoint: str, key: str, digest: str) -> IdempotencyKey:
    """The key's row: answered, or leased to us. Raises IdempotencyKeyBusy, IdempotencyKeyReused."""
    now = timezone.now()
    known = IdempotencyKey.objects.filter(owner=owner, endpoint=endpoint, key=key)
    known.filter(created_at__lte=now - KEPT).delete()
    new = IdempotencyKey(owner=owner, endpoint=endpoint, key=key, digest=digest, due_at=now, created_at=now)
    IdempotencyKey.objects.bulk_create([new], ignore_conflicts=True)
    row = known.select_for_update().first()
    if row is None:  # another request was refused and freed it between the two statements
        raise IdempotencyKeyBusy("The same request has just been refused. Send it again.")
    if row.digest != digest:
        raise IdempotencyKeyReused(
            "This Idempotency-Key was used for another request. Send a new key with a new request."
        )
    if row.answered_at is None:
        if not row.is_due(now):
            raise IdempotencyKeyBusy("The same request is being worked on. Ask again in a moment.")
        row.lease(now + LEASE)
    return row


def _store(row: IdempotencyKey, answer: Any) -> None:
    # Waits here for the request that took our lease over and is about to commit: one of the two is rolled back.
    mine = IdempotencyKey.objects.filter(pk=row.pk, answered_at=None)
    if not mine.update(answered_at=timezone.now(), answer=answer):
        raise _Overtaken


def key_of(request: HttpRequest) -> str:
    """Empty where none was sent. Raises InvalidInput."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInput(f"Idempotency-Key: send at most {LONGEST_KEY} printable ASCII characters.")
    return key
