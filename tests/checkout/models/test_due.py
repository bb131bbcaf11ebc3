"""One lease for every due row: never two takers at once, never lost with a taker that dies, ever longer waits."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from checkout.models import OutboxMessage, WebhookEvent, due
from checkout.models.due import Due, take, wait_after
from checkout.outbox import queue
from checkout.payments import webhooks
from checkout.payments.reconciling import reconcile_orders
from checkout.payments.refunds import reconcile_refunds
from tests.checkout.test_races import CROWD, at_once

LEASE = timedelta(seconds=60)


@pytest.fixture
def rows(transactional_db):
    """`rows(3)`: as many messages, due since just now, oldest first."""

    def write(count):
        now = timezone.now()
        return [
            OutboxMessage.objects.create(kind="wave", key=str(number), due_at=now - timedelta(seconds=count - number))
            for number in range(count)
        ]

    return write


@pytest.fixture
def postgres():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: there is no race to lose")


def taken_now(limit=1, after=timedelta(0), lease=LEASE, **more):
    """The keys of what a taker gets who comes `after` from now."""
    return [row.key for row in take(OutboxMessage.objects.all(), timezone.now() + after, lease, limit, **more)]


def two_take_at_once(monkeypatch):
    """Alice has read what is due and not yet written her lease when Bob takes. Each takes one.

    Answers with what Alice got, what Bob got, and whether Bob had to wait for her.
    """
    alice_reads, bob_is_done = threading.Event(), threading.Event()
    alice, waited, lease = [], [], Due.lease

    def hesitant(row, *arguments, **more):
        if threading.current_thread() in alice:
            alice_reads.set()
            waited.append(not bob_is_done.wait(2))
        lease(row, *arguments, **more)

    def alice_takes():
        alice.append(threading.current_thread())
        return taken_now()

    def bob_takes():
        alice_reads.wait(20)
        try:
            return taken_now()
        finally:
            bob_is_done.set()

    with monkeypatch.context() as patch:
        patch.setattr(Due, "lease", hesitant)
        return (*at_once(alice_takes, bob_takes), *waited)


# ----------------------------------------------------------------------------------------- taking
@pytest.mark.postgres
def test_two_takers_at_once_get_different_rows_and_neither_waits(rows, postgres, monkeypatch):
    rows(2)
    assert two_take_at_once(monkeypatch) == (["0"], ["1"], False)


@pytest.mark.postgres
def test_the_only_row_goes_to_one_of_two(rows, postgres, monkeypatch):
    rows(1)
    assert two_take_at_once(monkeypatch) == (["0"], [], False)


@pytest.mark.postgres
def test_a_crowd_takes_every_row_once(rows, postgres):
    rows(40)

    def take_all():
        mine = []
        while some := taken_now(limit=3):
            mine += some
        return mine

    answers = at_once(*[take_all] * CROWD)
    assert sorted(key for mine in answers for key in mine) == sorted(str(number) for number in range(40))
    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.postgres
def test_without_the_lock_both_get_the_same_row(rows, postgres, monkeypatch):
    rows(2)
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda rows, **_: rows)
    assert two_take_at_once(monkeypatch) == (["0"], ["0"], False)


@pytest.mark.postgres
def test_without_skipping_the_second_waits_for_the_first_although_another_row_is_due(rows, postgres, monkeypatch):
    rows(2)
    lock = models.QuerySet.select_for_update
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda rows, **_: lock(rows))
    assert two_take_at_once(monkeypatch) == (["0"], ["1"], True)


def test_earliest_first_then_in_the_order_of_writing_and_no_more_than_asked_for(rows):
    rows(4)
    assert taken_now(limit=2) == ["0", "1"]
    OutboxMessage.objects.update(due_at=timezone.now())
    assert taken_now(limit=3) == ["0", "1", "2"]


def test_what_is_not_due_yet_or_has_nothing_more_to_do_is_not_taken(rows):
    later, done = rows(2)
    OutboxMessage.objects.filter(pk=later.pk).update(due_at=timezone.now() + timedelta(minutes=1))
    OutboxMessage.objects.filter(pk=done.pk).update(due_at=None, done_at=timezone.now())
    assert taken_now(limit=2) == []


# ----------------------------------------------------------------------------------------- the lease
def test_a_dead_takers_row_comes_due_again_after_the_lease_and_not_before(rows):
    rows(1)
    assert taken_now() == ["0"]
    assert taken_now(after=LEASE - timedelta(seconds=5)) == []
    assert taken_now(after=LEASE) == ["0"]


def test_without_the_lease_a_row_is_taken_while_somebody_works_on_it(rows, monkeypatch):
    rows(1)
    lease = Due.lease
    monkeypatch.setattr(Due, "lease", lambda row, until, **more: lease(row, row.due_at, **more))
    assert [taken_now(), taken_now()] == [["0"], ["0"]]


def test_every_taking_counts_unless_it_is_not_to(rows):
    rows(1)
    for number in range(3):
        (row,) = take(OutboxMessage.objects.all(), timezone.now() + number * LEASE, LEASE)
        assert row.attempts == OutboxMessage.objects.get().attempts == number + 1
    assert taken_now(after=3 * LEASE, counted=False) == ["0"]
    assert OutboxMessage.objects.get().attempts == 3


def test_inside_a_transaction_nothing_is_taken(rows):
    rows(1)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        taken_now()
    assert taken_now() == ["0"]


def test_without_that_a_lease_is_rolled_back_with_whatever_was_around_it(rows, monkeypatch):
    rows(1)
    with monkeypatch.context() as patch:
        patch.setattr(due, "transaction", SimpleNamespace(atomic=lambda durable: transaction.atomic()))
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            assert taken_now() == ["0"]
            raise ZeroDivisionError
    assert taken_now() == ["0"]  # though somebody may be at work on it


# ----------------------------------------------------------------------------------------- waiting
def test_waits_double_up_to_the_longest():
    first, longest = timedelta(seconds=7), timedelta(minutes=3)
    waits = [wait_after(attempts, first, longest).total_seconds() for attempts in range(1, 8)]
    assert waits == [7, 14, 28, 56, 112, 180, 180]
    assert wait_after(10**9, first, longest) == longest


# ----------------------------------------------------------------------------------------- the tables
def test_what_is_open_is_due_some_time(transactional_db):
    """An open row without a due time would wait for ever, and no figure would show it."""
    now = timezone.now()
    for finished in ("done_at", "given_up_at"):
        OutboxMessage.objects.create(kind="wave", key=finished, due_at=None, **{finished: now})
    WebhookEvent.objects.create(event_id="processed", body="{}", due_at=None, processed_at=now)
    with pytest.raises(IntegrityError, match="outbox_open_is_due"):
        OutboxMessage.objects.create(kind="wave", key="open", due_at=None)
    with pytest.raises(IntegrityError, match="webhook_open_is_due"):
        WebhookEvent.objects.create(event_id="open", body="{}", due_at=None)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("sweep", "index"),
    [
        (lambda: queue.relay({}), "outbox_due"),
        (webhooks.process_stored, "webhook_due"),
        (reconcile_orders, "order_due"),
        (reconcile_refunds, "refund_due"),
    ],
)
def test_every_sweep_finds_its_rows_by_an_index(transactional_db, postgres, sweep, index):
    with CaptureQueriesContext(connection) as captured:
        sweep()
    asked = [query["sql"] for query in captured if query["sql"].endswith("SKIP LOCKED")]
    assert asked
    for sql in asked:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows are read faster without any
            cursor.execute(f"EXPLAIN {sql}")
            assert index in "\n".join(line for (line,) in cursor.fetchall())
