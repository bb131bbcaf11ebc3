"""Health checks for operators and load balancers: is the process alive, and is it ready to serve?"""

from collections.abc import Callable
from functools import cache

import redis
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from seating.lifecycle import is_stopping

TIMEOUT_SECONDS = 2
GOOD = "good"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if the process, database, Redis and migrations are good, else 503; `checks` says which one is not."""
    checks = {name: _run(check) for name, check in CHECKS.items()}
    ready = all(result == GOOD for result in checks.values())
    body = {"status": "ready" if ready else "not ready", "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


def _run(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # any error of a driver means "not ready"; its details are not public
        return f"no answer ({type(error).__name__})"


def _short_connection() -> BaseDatabaseWrapper:
    """A separate connection: the pool would wait half a minute for a server that is down."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return connection.copy()
    options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    short = {**connection.settings_dict, "OPTIONS": {**options, "connect_timeout": TIMEOUT_SECONDS}}
    return type(connection)(short, DEFAULT_DB_ALIAS)


def _database() -> str:
    connection = _short_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()
    return GOOD


def _redis() -> str:
    """Pings every logical database the site uses, on one server or several."""
    for url in {
        settings.REDIS_URL,
        settings.CELERY_BROKER_URL,
        settings.CHANNEL_REDIS_URL,
        settings.CACHE_URL,
    }:
        client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=None
        )
        try:
            client.ping()
        finally:
            client.close()
    return GOOD


@cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    """Cached, because they do not change while the process runs and reading them is slow."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _migrations() -> str:
    connection = _short_connection()
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    finally:
        connection.close()
    missing = sorted(f"{app}.{name}" for app, name in _migrations_on_disk() - set(applied))
    return f"{len(missing)} not applied, first {missing[0]}: run migrate" if missing else GOOD


def _process() -> str:
    return "stopping: its sockets are being closed" if is_stopping() else GOOD


CHECKS: dict[str, Callable[[], str]] = {
    "process": _process,
    "database": _database,
    "redis": _redis,
    "migrations": _migrations,
}
