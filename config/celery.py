"""The Celery application and its beat schedule. Two beats at once are harmless: every task may run twice.

The schedule is made of the apps' `BEAT` tables, collected once the apps are loaded.
"""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("housefull")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _leave_logging_alone(**_: object) -> None:
    """Keeps Django's LOGGING, which Celery would otherwise replace."""


@app.on_after_finalize.connect
def _collect_beats(sender: Celery, **_: object) -> None:
    from boxoffice.tasks import BEAT as BOXOFFICE
    from checkout.tasks import BEAT as CHECKOUT
    from cinema.tasks import BEAT as CINEMA
    from seating.tasks import BEAT as SEATING

    sender.conf.beat_schedule = {**CINEMA, **SEATING, **CHECKOUT, **BOXOFFICE}
