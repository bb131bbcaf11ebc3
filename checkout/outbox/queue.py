"""The outbox: what must happen because a transaction committed, written down in that very transaction.

`put` writes a row; its key makes the effect one, however often it is asked for. `relay` takes due rows one by one
(`checkout.models.due`), carries them out, and retries with ever longer waits for three days. Celery is only the wake-up
call: a lost one costs seconds, because the sweep comes every few of them. Refunds and mails have a task each, in queues
of their own: a mail server that says nothing must not hold up money.
"""

import contextlib
import functools
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

import redis
import structlog
from celery import current_app
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers

from checkout import crash_points
from checkout.models import Booking, OutboxMessage
from checkout.models.due import take, wait_after

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=90)  # longer than a mail and two calls to the gateway can take
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
CALL_SECONDS = 5  # a call that was lost is made again then; the sweep comes as often
AT_ONCE = 200  # rows per run: the next sweep takes the rest
RUN_SECONDS = 30.0  # then a run begins no further row: the worker has other tasks too
MONEY, MAILS = Q(kind="refund"), ~Q(kind="refund")  # which rows a task carries out

Handler = Callable[[OutboxMessage], None]


class GiveUp(Exception):
    """Raised by a handler: trying again cannot help."""


def put(booking: Booking | None, kind: str, key: str, **payload: Any) -> None:
    """Inside a transaction: `kind` will be carried out after it commits, once per `key`."""
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(booking=booking, kind=kind, key=key, payload=payload)], ignore_conflicts=True
    )
    _wake_for(kind)


def put_for_each(bookings: Iterable[Booking], kind: str) -> None:
    """Inside a transaction: `kind` once for each of the bookings, however often it is asked for."""
    rows = [OutboxMessage(booking=booking, kind=kind, key=f"{kind}:{booking.pk}") for booking in bookings]
    if rows:
        OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
        _wake_for(kind)


def put_again(kind: str, key: str) -> None:
    """Inside a transaction: what was given up under `key`, or found nothing to do, is due once more, for three more
    days."""
    now = timezone.now()
    OutboxMessage.objects.filter(kind=kind, key=key).update(
        done_at=None, given_up_at=None, created_at=now, due_at=now, attempts=0, error=""
    )
    _wake_for(kind)


def _wake_for(kind: str) -> None:
    wake("checkout.tasks.send_refunds" if kind == "refund" else "checkout.tasks.relay_outbox")


# A broker that is down must not hold up the customer whose booking has just been written.
_BRIEFLY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
}


@functools.cache
def _producers() -> Any:
    """Kept connections to the broker: making one costs more than the message."""
    return producers[current_app.connection_for_write(transport_options=_BRIEFLY)]


def wake(task: str) -> None:
    """Asks a worker to run `task` once the transaction has committed. Never raises: the sweep runs it anyway.

    One call is enough for all who ask before the worker has begun: it answers `awake` first and looks afterwards,
    so it sees whatever was committed before a call that was spared.
    """

    def send() -> None:
        try:
            if not cache.add(_called(task), 1, CALL_SECONDS):
                return
        except redis.RedisError:
            log.warning("cache_unreachable", task=task)  # then everybody calls
        try:
            with _producers().acquire(block=True, timeout=1) as producer:
                policy = {"max_retries": 1, "interval_start": 0}  # once more when a kept connection turns out dead
                current_app.send_task(task, producer=producer, retry_policy=policy, ignore_result=True)
        except (LimitExceeded, OperationalError, OSError):
            log.warning("broker_unreachable", task=task)
            awake(task)  # nobody was called

    transaction.on_commit(send)


def awake(task: str) -> None:
    """Called by the worker before it looks for work: whoever has more from now on must call again."""
    with contextlib.suppress(redis.RedisError):
        cache.delete(_called(task))


def _called(task: str) -> str:
    return f"called:{task}"


def relay(handlers: Mapping[str, Handler], which: Q | None = None, limit: int = AT_ONCE) -> int:
    """Carries out due rows, or only `which`; returns how many succeeded. A handler's exception means: again later."""
    done, until = 0, time.monotonic() + RUN_SECONDS
    for _ in range(limit):
        message = _take_one(which or Q()) if time.monotonic() < until else None
        if message is None:
            break
        done += _carry_out(message, handlers)
    return done


def _take_one(which: Q) -> OutboxMessage | None:
    taken = take(OutboxMessage.objects.filter(which, done_at=None, given_up_at=None), timezone.now(), LEASE)
    if not taken:
        return None
    crash_points.reached(crash_points.OUTBOX_TAKEN)
    return taken[0]


def _carry_out(message: OutboxMessage, handlers: Mapping[str, Handler]) -> bool:
    try:
        handlers[message.kind](message)
    except Exception as error:
        _failed(message, error)
        return False
    crash_points.reached(crash_points.OUTBOX_CARRIED_OUT)
    OutboxMessage.objects.filter(pk=message.pk).update(done_at=timezone.now(), error="")
    crash_points.reached(crash_points.OUTBOX_MARKED)
    return True


def _failed(message: OutboxMessage, error: Exception) -> None:
    now = timezone.now()
    given_up = isinstance(error, GiveUp) or now - message.created_at >= GIVE_UP_AFTER
    OutboxMessage.objects.filter(pk=message.pk, done_at=None).update(
        due_at=now + wait_after(message.attempts, FIRST_WAIT, LONGEST_WAIT),
        given_up_at=now if given_up else None,
        error=f"{type(error).__name__}: {error}"[:300],
    )
    write = log.error if given_up else log.warning
    write("outbox_given_up" if given_up else "outbox_failed", key=message.key, attempt=message.attempts, why=str(error))
