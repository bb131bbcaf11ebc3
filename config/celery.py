"""The Celery application, its queues and its rhythm. Two beats at once are harmless: every task may run twice.

The rhythm is made of the apps' `BEAT` tables, read once the apps are loaded. Each entry says its schedule in seconds,
the queue it waits in, and after how many seconds in that queue it is not worth doing any more (`expires`).
"""

import json
import os
from functools import cache
from typing import Any

import django
from celery import Celery
from celery.result import AsyncResult
from celery.signals import setup_logging
from django.apps import apps
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Each has workers of its own (see the Procfile), so that a mail server that says nothing holds up neither a refund nor
# a hold whose time is over. A worker that is started without -Q serves all of them.
QUEUES = ("seats", "money", "mail")
LEAST_URGENT = "mail"  # for a task that is in no BEAT table
LONGEST = 200  # messages of a queue: beyond that, what comes again by itself is not added


class Application(Celery):
    """Celery's, but of a task that comes again by itself one message at most waits in its queue.

    `expires` alone would not do: an expired message stays in Redis until a worker receives it, and a dead worker
    receives none. Several senders at once may all find nothing waiting, so there may be as many messages as they are.
    """

    def send_task(self, name: str, *args: Any, **options: Any) -> "AsyncResult[Any]":
        entry = rhythm().get(name)
        if entry is None:
            return super().send_task(name, *args, **options)
        options.setdefault("expires", entry["options"]["expires"])
        with self.producer_or_acquire(options.pop("producer", None)) as sender:
            if self._waits(name, entry["options"]["queue"], sender):
                return self.AsyncResult("waits already")
            return super().send_task(name, *args, **{**options, "producer": sender})

    def _waits(self, name: str, queue: str, producer: Any) -> bool:
        """Whether a message for the task lies in its queue, or very many others do. Raises kombu's OperationalError."""

        def waiting() -> list[bytes]:
            messages: list[bytes] = producer.channel.client.lrange(queue, 0, LONGEST - 1)
            return messages

        found = producer.connection.ensure(producer, waiting, max_retries=1, interval_start=0)()
        return len(found) == LONGEST or name in map(_task_of, found)


def _task_of(message: bytes) -> str | None:
    task: str | None = json.loads(message).get("headers", {}).get("task")
    return task


app = Application("housefull")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.add_defaults
def _queues() -> dict[str, Any]:
    return {
        "task_queues": [Queue(name) for name in QUEUES],
        "task_default_queue": LEAST_URGENT,
        "task_create_missing_queues": False,
        "task_routes": [_route],
    }


def _route(name: str, *_: Any, **__: Any) -> dict[str, str] | None:
    """For who calls a task by its name; beat's own messages say their queue."""
    entry = rhythm().get(name)
    return {"queue": entry["options"]["queue"]} if entry else None


@setup_logging.connect
def _leave_logging_alone(**_: object) -> None:
    """Keeps Django's LOGGING, which Celery would otherwise replace."""


@app.on_after_finalize.connect
def _collect_beats(sender: Celery, **_: object) -> None:
    sender.conf.beat_schedule = schedule()


@cache
def schedule() -> dict[str, dict[str, Any]]:
    """Beat's schedule: what the apps' BEAT tables say."""
    if not apps.ready:
        django.setup()  # `celery call` comes here without it
    from boxoffice.tasks import BEAT as BOXOFFICE
    from checkout.tasks import BEAT as CHECKOUT
    from cinema.tasks import BEAT as CINEMA
    from seating.tasks import BEAT as SEATING

    return {**CINEMA, **SEATING, **CHECKOUT, **BOXOFFICE}


@cache
def rhythm() -> dict[str, dict[str, Any]]:
    """The entries of the schedule by the name of their task."""
    return {entry["task"]: entry for entry in schedule().values()}
