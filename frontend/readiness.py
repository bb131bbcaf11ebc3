"""Whether this process can serve what it is asked for: the checks behind `/readyz`.

The answers are kept for a second, so that whoever asks more often costs nothing. The checks use the connections that
the process keeps anyway. Each runs in a thread of its own: a server that hangs without closing its connections answers
nothing at all, and a check that has not come back is not asked a second time beside it.
"""

import threading
import time
from collections.abc import Callable, Mapping
from functools import cache

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest
from django.template.loader import render_to_string
from redis.backoff import NoBackoff
from redis.retry import Retry

ANSWER_SECONDS = 2.0
KEPT_SECONDS = 1.0
GOOD = "good"
PAGE = "404.html"  # has everything that all pages have, and asks the database for nothing


class Readiness:
    """The newest answers of `checks`, by their names; each answers `GOOD` or with what is not."""

    def __init__(self, checks: Mapping[str, Callable[[], str]]) -> None:
        self._checks = checks
        self._lock = threading.Lock()
        self._questions: dict[str, Question] = {}
        self._answers: dict[str, str] = {}
        self._asked_at = float("-inf")

    def answers(self) -> dict[str, str]:
        """Within ANSWER_SECONDS, or twice that for who comes while others are being answered."""
        with self._lock:
            if time.monotonic() >= self._asked_at + KEPT_SECONDS:
                self._answers = self._ask()
                self._asked_at = time.monotonic()
            return dict(self._answers)

    def _ask(self) -> dict[str, str]:
        for name, check in self._checks.items():
            if name not in self._questions or not self._questions[name].is_alive():
                self._questions[name] = Question(check)
                self._questions[name].start()
        until = time.monotonic() + ANSWER_SECONDS
        for question in self._questions.values():
            question.join(max(0.0, until - time.monotonic()))
        return {name: question.answer for name, question in self._questions.items()}


class Question(threading.Thread):
    """One run of a check."""

    def __init__(self, check: Callable[[], str]) -> None:
        super().__init__(daemon=True)  # one that hangs must not hold up the end of the process
        self._check = check
        self.answer = "no answer (TimeoutError)"

    def run(self) -> None:
        try:
            self.answer = self._check()
        except Exception as error:  # any error of a driver means "not ready"; its details are not public
            self.answer = f"no answer ({type(error).__name__})"
        finally:
            connection.close()  # to the pool: this thread's connection is nobody else's


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return GOOD


@cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    """Cached, because they do not change while the process runs and reading them is slow."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _migrations() -> str:
    applied = MigrationRecorder(connection).applied_migrations()
    missing = sorted(f"{app}.{name}" for app, name in _migrations_on_disk() - set(applied))
    return f"{len(missing)} not applied, first {missing[0]}: run migrate" if missing else GOOD


@cache
def _client(url: str) -> redis.Redis:
    once_more = Retry(NoBackoff(), 1)  # the kept connection may be one that a restart has broken
    return redis.Redis.from_url(
        url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, retry=once_more
    )


def _redis() -> str:
    """Pings every logical database the site uses, on one server or several."""
    for url in {settings.REDIS_URL, settings.CELERY_BROKER_URL, settings.CHANNEL_REDIS_URL, settings.CACHE_URL}:
        _client(url).ping()
    return GOOD


def _pages() -> str:
    """Renders one: without the static files' manifest, for example, every page would be an error."""
    request = HttpRequest()
    request.method, request.path = "GET", "/"
    try:
        render_to_string(PAGE, request=request)
    except Exception as error:
        return f"cannot be rendered ({type(error).__name__}): see whether collectstatic has run"
    return GOOD


READINESS = Readiness({"database": _database, "redis": _redis, "migrations": _migrations, "pages": _pages})
