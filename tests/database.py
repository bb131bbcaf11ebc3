"""How the tests' databases come about and are emptied, both faster than Django does it and to the same end.

Django empties a database after a transactional test with its `flush`: every table is truncated, and every app's
permissions are made anew. Here one query finds the tables that have rows at all, whoever wrote them, and only these
are emptied. What `flush` leaves behind, content types and permissions, is compared row by row and stays; should a
test have changed it, the real `flush` runs.

PostgreSQL's databases are migrated once for a run; each worker copies the result.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

from tests.servers import alone

KEPT = ("django_content_type", "auth_permission")
LOG = "boxoffice_staffevent"  # refuses DELETE: its migration has the triggers
TEMPLATE = "test_migrated"
Rows = dict[str, list[tuple]]

flush = TransactionTestCase._fixture_teardown
_as_flushed: dict[str, Rows] = {}


def empty_quickly() -> None:
    """From now on every transactional test is cleaned up after by `empty`."""
    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[method-assign]


def _fixture_teardown(case: TransactionTestCase) -> None:
    aliases = list(case._databases_names(include_mirrors=False))
    if case.available_apps is not None or case.serialized_rollback or not all(map(empty, aliases)):
        with ExitStack() as stack:
            for alias in aliases:
                stack.enter_context(without_triggers(connections[alias]))
            flush(case)
        _as_flushed.update({alias: _kept_rows(connections[alias]) for alias in aliases})


def empty(alias: str = DEFAULT_DB_ALIAS) -> bool:
    """Leaves the database as `flush` would. False when only `flush` itself can: content types or permissions differ."""
    connection = connections[alias]
    if _as_flushed.get(alias) != _kept_rows(connection):
        return False
    written = tables_with_rows(connection)
    if written:
        quoted = connection.ops.quote_name
        # Foreign keys are checked at the end of the transaction, so the order does not matter.
        with without_triggers(connection), transaction.atomic(using=alias), connection.cursor() as cursor:
            for table in written:
                verb = "TRUNCATE" if table == LOG and connection.vendor == "postgresql" else "DELETE FROM"
                cursor.execute(f"{verb} {quoted(table)}")  # our own tables' names
    return True


@contextmanager
def without_triggers(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """SQLite cannot empty a table that refuses DELETE, so its triggers go and come back. PostgreSQL truncates."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _name, sql in triggers:
                cursor.execute(sql)


def tables_with_rows(connection: BaseDatabaseWrapper) -> list[str]:
    """Every table that `flush` would empty and that has a row, in one query."""
    quoted = connection.ops.quote_name
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted(table)})"  # noqa: S608 - our own tables' names
        for table in _tables(connection)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [table for (table,) in cursor.fetchall()]


def _tables(connection: BaseDatabaseWrapper) -> Iterable[str]:
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.managed} - {*KEPT})


def _kept_rows(connection: BaseDatabaseWrapper) -> Rows:
    with connection.cursor() as cursor:
        rows = {}
        for table in KEPT:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY id")  # noqa: S608 - constants
            rows[table] = cursor.fetchall()
        return rows


def copy_instead_of_migrating(alias: str = DEFAULT_DB_ALIAS) -> None:
    """From now on Django makes this worker's database by copying the run's migrated one.

    For the run's own PostgreSQL alone: nothing is dropped at the end, the server goes with the run.
    """
    creation = connections[alias].creation
    creation.create_test_db = lambda **_: _copy_of_migrated(alias)  # type: ignore[method-assign]
    creation.destroy_test_db = lambda *_, **__: None  # type: ignore[method-assign]


def _copy_of_migrated(alias: str) -> str:
    """The new database's name. Whoever comes first migrates."""
    connection = connections[alias]
    name = connection.creation._get_test_db_name()
    with alone("migrated") as done:
        if not done.exists():
            _create(connection, TEMPLATE, copy_of="template0")
            _connect_to(connection, TEMPLATE)
            call_command("migrate", database=alias, verbosity=0, interactive=False)
            done.touch()
        _disconnect(connection)  # nobody may use what is copied
        _create(connection, name, copy_of=TEMPLATE)
    _connect_to(connection, name)
    return name


def _create(connection: Any, name: str, copy_of: str) -> None:
    quoted = connection.ops.quote_name
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(copy_of)}")


def _connect_to(connection: Any, name: str) -> None:
    _disconnect(connection)
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name


def _disconnect(connection: Any) -> None:
    connection.close()
    connection.close_pool()
