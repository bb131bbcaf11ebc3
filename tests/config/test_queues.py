"""The queues: each task waits in its own, and only once, however long no worker comes."""

import json
import os
import subprocess
import sys
import time

import pytest
import redis
from django.conf import settings

from config import celery
from config.celery import Application, app
from config.dev.lifeline import end_with_parent
from tests.site import ROOT

URGENT = {"seating.expire_holds", "seating.reconcile_shows", "checkout.tasks.serve_waitlists"}
MONEY = {
    "checkout.tasks.send_refunds",
    "checkout.tasks.process_webhooks",
    "checkout.tasks.expire_bookings",
    "checkout.tasks.reconcile_orders",
    "checkout.tasks.reconcile_refunds",
    "checkout.tasks.give_back_cancelled_shows",
}


@pytest.fixture
def broker(redis_server):
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    client.delete(*celery.QUEUES)
    yield client
    client.delete(*celery.QUEUES)
    client.close()


def waiting(broker):
    """The names of the tasks in all queues."""
    return [
        json.loads(message)["headers"]["task"] for queue in celery.QUEUES for message in broker.lrange(queue, 0, -1)
    ]


def queue_of(task):
    return celery.rhythm()[task]["options"]["queue"]


# ----------------------------------------------------------------------------------------- the tables


@pytest.mark.parametrize("name", sorted(celery.schedule()))
def test_every_entry_of_the_rhythm_says_its_queue_and_when_it_is_too_late(name):
    entry = celery.schedule()[name]
    assert entry["options"]["queue"] in celery.QUEUES
    assert entry["options"]["expires"] >= entry["schedule"]  # one that waits is the only one there is
    assert entry["task"] in app.tasks


def test_every_task_of_ours_is_in_the_rhythm():
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == {*celery.rhythm()}


def test_seats_money_and_mail_wait_apart():
    assert {queue_of(task) for task in URGENT} == {"seats"}
    assert {queue_of(task) for task in MONEY} == {"money"}
    assert queue_of("checkout.tasks.relay_outbox") == "mail"


@pytest.mark.parametrize("task", sorted(celery.rhythm()))
def test_a_task_that_is_called_by_name_goes_where_beat_sends_it(task, broker):
    app.send_task(task)
    assert broker.llen(queue_of(task)) == 1
    (message,) = broker.lrange(queue_of(task), 0, -1)
    assert json.loads(message)["headers"]["expires"]


def test_a_task_that_nobody_repeats_is_sent_each_time(broker):
    for _ in range(3):
        app.send_task("somebody.asks_once")
    assert broker.llen(celery.LEAST_URGENT) == 3


# ------------------------------------------------------------------------------- when no worker comes


def test_one_message_of_a_task_waits_at_most(broker):
    for _ in range(5):
        for task in celery.rhythm():
            app.send_task(task)
    assert sorted(waiting(broker)) == sorted(celery.rhythm())


def test_without_the_guard_they_pile_up(broker, monkeypatch):
    monkeypatch.setattr(Application, "_waits", lambda *_: False)
    for _ in range(5):
        app.send_task("seating.expire_holds")
    assert broker.llen("seats") == 5


def test_a_queue_that_is_very_long_already_gets_no_more_of_it(broker):
    for _ in range(celery.LONGEST):
        app.send_task("somebody.asks_once")
    app.send_task("checkout.tasks.relay_outbox")
    assert broker.llen("mail") == celery.LONGEST


def test_it_is_sent_again_once_a_worker_has_taken_it(broker):
    app.send_task("seating.expire_holds")
    broker.rpop("seats")
    app.send_task("seating.expire_holds")
    assert waiting(broker) == ["seating.expire_holds"]


def celery_process(*arguments, place):
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "--quiet", "-A", "config", *arguments, "--loglevel", "WARNING"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(place)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent(),
    )


def wait_until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert condition()


def test_beat_alone_fills_nothing(broker, tmp_path):
    """A real beat and no worker: after many rounds each task waits once, and Redis holds no more than before."""
    beat = celery_process("beat", "--schedule", str(tmp_path / "schedule"), place=tmp_path)
    try:
        frequent = {entry["task"] for entry in celery.schedule().values() if entry["schedule"] <= 5}
        wait_until(lambda: frequent <= set(waiting(broker)))
        size = broker.dbsize()
        time.sleep(7)  # seven rounds of the fastest
        names = waiting(broker)
        assert len(names) == len(set(names))
        assert broker.dbsize() <= size + len(celery.QUEUES)
    finally:
        beat.terminate()
        beat.wait(30)
