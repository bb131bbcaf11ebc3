"""The outbox: written with the booking, carried out once, retried with backoff for three days."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from checkout.cancellations.shows import GIVE_BACK
from checkout.models import OutboxMessage, due
from checkout.outbox import queue
from checkout.waitlist.entries import SERVE

CALLED = [
    "checkout.tasks.relay_outbox",
    "checkout.tasks.send_refunds",
    "checkout.tasks.process_webhooks",
    GIVE_BACK,
    SERVE,
]


@pytest.fixture
def booking(desk):
    return desk.book()


def put(booking, key="k", kind="wave"):
    with transaction.atomic():
        queue.put(booking, kind, key)


def make_due():
    OutboxMessage.objects.update(due_at=timezone.now())


def test_a_key_is_one_effect_however_often_it_is_asked_for(booking):
    done = []
    for _ in range(3):
        put(booking)
    assert queue.relay({"wave": done.append}) == 1
    assert queue.relay({"wave": done.append}) == 0
    assert [message.key for message in done] == ["k"]


def test_what_is_rolled_back_never_happens(booking):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue.put(booking, "wave", "k")
        raise ZeroDivisionError
    assert not OutboxMessage.objects.exists()


def test_a_failure_is_kept_with_its_reason_and_tried_again_later(booking):
    put(booking)

    def fail(message):
        raise OSError("no mail server")

    assert queue.relay({"wave": fail}) == 0
    kept = OutboxMessage.objects.get()
    assert "no mail server" in kept.error and kept.due_at > timezone.now() and kept.done_at is None
    make_due()
    assert queue.relay({"wave": lambda message: None}) == 1
    assert OutboxMessage.objects.get().attempts == 2


def test_one_failure_does_not_hold_up_the_others(booking):
    done = []

    def fail_first(message):
        if message.key == "a":
            raise OSError("no")
        done.append(message.key)

    put(booking, "a")
    put(booking, "b")
    assert queue.relay({"wave": fail_first}) == 1
    assert done == ["b"]


def wait_after(attempts):
    return due.wait_after(attempts, queue.FIRST_WAIT, queue.LONGEST_WAIT)


def test_waits_double_from_five_seconds_up_to_an_hour():
    waits = [wait_after(attempt).total_seconds() for attempt in range(1, 13)]
    assert waits[:4] == [5, 10, 20, 40]
    assert waits == sorted(waits) and waits[-1] == 3600
    assert wait_after(10_000) == timedelta(hours=1)


def test_after_three_days_it_is_given_up_and_said_so(booking):
    put(booking)

    def fail(message):
        raise OSError("still no mail server")

    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(days=2, hours=23))
    queue.relay({"wave": fail})
    assert OutboxMessage.objects.get().given_up_at is None
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(days=3, seconds=1))
    make_due()
    queue.relay({"wave": fail})
    assert OutboxMessage.objects.get().given_up_at
    make_due()
    assert queue.relay({"wave": lambda message: None}) == 0


def test_what_a_worker_has_in_hand_nobody_else_takes_until_its_lease_ends(booking):
    put(booking)

    def die(message):
        raise SystemExit

    with pytest.raises(SystemExit):
        queue.relay({"wave": die})
    done = []
    assert queue.relay({"wave": done.append}) == 0
    OutboxMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert queue.relay({"wave": done.append}) == 1


def test_a_broker_that_is_down_costs_the_customer_nothing(booking, monkeypatch, machine):
    import time

    from config.celery import app

    # This one first: unset, it reads as the other, and the other's false value would be put back in its place.
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:9/0")
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:9/0")
    started = time.monotonic()
    put(booking)
    assert time.monotonic() - started < machine.allows(2)
    assert OutboxMessage.objects.count() == 1
    assert queue.relay({"wave": lambda message: None}) == 1


def test_a_worker_is_woken_once_the_transaction_has_committed(booking, monkeypatch):
    woken = []
    monkeypatch.setattr(queue.current_app, "send_task", lambda task, **_: woken.append(task))
    with transaction.atomic():
        queue.put(booking, "wave", "k")
        assert woken == []
    assert woken == ["checkout.tasks.relay_outbox"]


def test_one_call_is_enough_for_all_who_ask_before_the_worker_begins(booking, monkeypatch):
    calls = []
    monkeypatch.setattr(queue.current_app, "send_task", lambda task, **_: calls.append(task))
    for key in ("first", "second", "third"):
        put(booking, key)
    assert len(calls) == 1

    queue.awake("checkout.tasks.relay_outbox")
    put(booking, "after it began")
    assert len(calls) == 2


@pytest.mark.parametrize("task", CALLED)
def test_every_task_that_is_called_says_that_it_has_begun(task, transactional_db, redis_server, monkeypatch):
    calls = []
    monkeypatch.setattr(queue.current_app, "send_task", lambda task, **_: calls.append(task))
    queue.wake(task)
    queue.current_app.tasks[task]()
    queue.wake(task)
    assert calls == [task, task]


def test_a_call_that_reached_nobody_spares_nobody(booking, monkeypatch):
    calls = []

    def unreachable(task, **_):
        calls.append(task)
        raise OSError("no broker")

    monkeypatch.setattr(queue.current_app, "send_task", unreachable)
    put(booking, "first")
    put(booking, "second")
    assert len(calls) == 2
