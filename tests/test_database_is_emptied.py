"""No row of one test is there for the next, whoever wrote it; what `flush` leaves behind is as `flush` leaves it."""

import threading

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction

from cinema.models import City, Show
from seating.models import Claim
from tests import database, factories

SEEN: list[int] = []


def rows():
    """How many rows each table has, counted one by one, not as `tables_with_rows` looks."""
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counts[table] = cursor.fetchone()[0]
        return counts


@pytest.fixture
def as_flushed(transactional_db):
    call_command("flush", verbosity=0, interactive=False)
    database._as_flushed["default"] = database._kept_rows(connection)
    return rows()


def test_it_is_as_after_djangos_own_flush(as_flushed):
    show = factories.make_show()
    Claim.objects.create(show=show, seat="A1", owner="guest_1", hold="h", state="sold")
    assert rows() != as_flushed
    assert {"cinema_show", "cinema_city", "seating_claim"} <= set(database.tables_with_rows(connection))
    assert database.empty()
    assert database.tables_with_rows(connection) == []
    assert rows() == as_flushed


@pytest.mark.parametrize("turn", [1, 2])
def test_nothing_is_there_from_the_test_before(transactional_db, turn):
    """The first leaves rows on purpose; the second would see them."""
    assert (Show.objects.count(), City.objects.count()) == (0, 0)
    factories.make_show()


@pytest.mark.parametrize("turn", [1, 2])
def test_nothing_is_there_that_another_thread_wrote(transactional_db, turn):
    def write():
        City.objects.create(name="Thread")
        connection.close()

    assert City.objects.count() == 0
    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert City.objects.count() == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_permissions_and_content_types_that_a_test_changed_are_back(transactional_db, turn):
    SEEN.append(Permission.objects.count())
    assert SEEN[0] == SEEN[-1] > 0
    assert not ContentType.objects.filter(app_label="nobody").exists()
    Permission.objects.filter(codename="add_show").delete()
    ContentType.objects.create(app_label="nobody", model="nothing")


def test_a_change_of_what_is_kept_is_seen(transactional_db):
    database._as_flushed["default"] = database._kept_rows(connection)
    assert database.empty()
    with transaction.atomic():
        Permission.objects.filter(codename="add_show").update(name="May do anything")
    assert not database.empty()
