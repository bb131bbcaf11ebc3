"""The cinema's periodic task: opens and closes sales at their times."""

from celery import shared_task

from cinema import services


@shared_task
def follow_the_clock() -> None:
    services.follow_the_clock()


BEAT = {
    "cinema: open and close sales": {
        "task": "cinema.tasks.follow_the_clock",
        "schedule": 5.0,
        "options": {"queue": "seats", "expires": 30},
    }
}
