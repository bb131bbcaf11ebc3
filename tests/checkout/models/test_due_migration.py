"""Rows written before all leases had one vocabulary come through the migration as they were, there and back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import factories

BEFORE = ("checkout", "0006_refund_rule_says_where")
AFTER = ("checkout", "0007_one_lease_for_all_due_rows")
MOMENT = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)


def migrate(target: tuple[str, str]) -> Any:
    """The models as they are then."""
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


def latest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] == "checkout"])


@pytest.fixture
def old(transactional_db):
    """The models before; whatever happens, the next test finds the tables as they are now."""
    show = factories.make_show(seats={"A": 2})
    try:
        yield show, migrate(BEFORE)
    finally:
        latest()


def fill(show, apps):
    booking = apps.get_model("checkout", "Booking").objects.create(
        show_id=show.pk, owner="user_1", hold="h", name="Alice", email="a@example.com", total=100, expires_at=MOMENT
    )
    apps.get_model("checkout", "Order").objects.create(
        booking=booking, order_id="order_1", amount=100, asks=7, next_ask_at=MOMENT
    )
    payment = apps.get_model("checkout", "Payment").objects.create(booking=booking, payment_id="pay_1", amount=100)
    for key, attempt, moment in (("waits", 3, MOMENT), ("replaced", 1, None)):
        apps.get_model("checkout", "Refund").objects.create(
            booking=booking, payment=payment, key=key, amount=50, attempt=attempt, asks=5, next_ask_at=moment
        )
    apps.get_model("checkout", "OutboxMessage").objects.create(kind="refund", key="k", due_at=MOMENT, attempts=2)
    apps.get_model("checkout", "WebhookEvent").objects.create(event_id="e", body="{}", due_at=MOMENT, attempts=4)
    apps.get_model("checkout", "IdempotencyKey").objects.create(
        owner="user_1", endpoint="create", key="k", digest="d", lease="1a2b", leased_until=MOMENT, answer={"id": 1}
    )


def rows(apps, model, *names):
    return list(apps.get_model("checkout", model).objects.order_by("pk").values_list(*names))


def test_every_row_keeps_its_values_there_and_back(old):
    show, before = old
    fill(show, before)

    after = migrate(AFTER)
    assert rows(after, "Order", "due_at", "attempts") == [(MOMENT, 7)]
    assert rows(after, "Refund", "due_at", "attempts", "edition") == [(MOMENT, 5, 3), (None, 5, 1)]
    assert rows(after, "OutboxMessage", "due_at", "attempts") == [(MOMENT, 2)]
    assert rows(after, "WebhookEvent", "due_at", "attempts") == [(MOMENT, 4)]
    assert rows(after, "IdempotencyKey", "due_at", "attempts", "answer") == [(MOMENT, 0, {"id": 1})]

    again = migrate(BEFORE)
    assert rows(again, "Order", "next_ask_at", "asks") == [(MOMENT, 7)]
    assert rows(again, "Refund", "next_ask_at", "asks", "attempt") == [(MOMENT, 5, 3), (None, 5, 1)]
    assert rows(again, "IdempotencyKey", "leased_until", "lease", "answer") == [(MOMENT, "", {"id": 1})]


@pytest.mark.postgres
def test_no_index_of_the_old_columns_is_left(old):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes the whole table anew")
    migrate(AFTER)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename IN ('checkout_order', 'checkout_refund')"
            " AND indexdef LIKE '%(due_at)%'"
        )
        assert sorted(name for (name,) in cursor.fetchall()) == ["order_due", "refund_due"]
