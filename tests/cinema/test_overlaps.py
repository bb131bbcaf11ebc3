"""Two shows cannot overlap on one screen: the services, PostgreSQL and the lock each prevent it."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cinema import services
from cinema.errors import ShowsOverlap
from cinema.models import Show
from tests.factories import make_movie, make_plan, make_screen, make_show

HOUR = timedelta(hours=1)


@pytest.mark.django_db
@pytest.mark.parametrize(("shift", "length"), [(0, 2), (-1, 2), (1, 2), (0.5, 1), (-1, 5)])
def test_a_second_show_at_the_same_time_is_refused_with_the_first_one_named(shift, length):
    first = make_show(movie=make_movie("The First"))
    start = first.starts_at + shift * HOUR
    with pytest.raises(ShowsOverlap) as caught:
        make_show(screen=first.screen, starts_at=start, ends_at=start + length * HOUR)
    assert caught.value.extra == {"show": first.pk} and "The First" in caught.value.detail
    assert Show.objects.count() == 1


@pytest.mark.django_db
def test_one_show_may_begin_as_another_ends():
    first = make_show()
    make_show(screen=first.screen, starts_at=first.ends_at)
    make_show(screen=first.screen, starts_at=first.starts_at - 2 * HOUR, ends_at=first.starts_at)


@pytest.mark.django_db
def test_other_screens_do_not_matter():
    first = make_show()
    make_show(screen=make_screen(first.screen.theatre), starts_at=first.starts_at)


@pytest.mark.django_db
def test_a_cancelled_show_frees_its_time():
    first = make_show()
    services.cancel_show(first.pk)
    make_show(screen=first.screen, starts_at=first.starts_at)


@pytest.mark.django_db
def test_a_show_cannot_be_moved_onto_another_but_may_move_within_its_own_time():
    first = make_show()
    second = make_show(screen=first.screen, starts_at=first.ends_at)
    with pytest.raises(ShowsOverlap):
        services.change_show(second.pk, starts_at=first.starts_at + HOUR)
    services.change_show(second.pk, starts_at=second.starts_at + timedelta(minutes=10))


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_database_refuses_an_overlap_without_the_services():
    first = make_show()
    values = {"movie": first.movie, "screen": first.screen, "plan": first.plan, "language": "Hindi"}
    times = {"starts_at": first.starts_at + HOUR, "ends_at": first.ends_at + HOUR}
    with pytest.raises(IntegrityError, match="shows_of_a_screen_never_overlap"), transaction.atomic():
        Show.objects.create(**values, **times)
    Show.objects.create(**values, **times, state="cancelled")


@pytest.mark.postgres
@pytest.mark.django_db
def test_an_overlap_that_only_the_database_detects_is_refused_the_same_way(monkeypatch):
    first = make_show()
    monkeypatch.setattr(services, "_check_overlap", lambda show: None)
    with pytest.raises(ShowsOverlap):
        make_show(screen=first.screen, starts_at=first.starts_at)
    assert Show.objects.count() == 1


@contextmanager
def without_the_constraint():
    """Drops PostgreSQL's exclusion constraint; at the end cancels the shows and adds it again."""
    name = "shows_of_a_screen_never_overlap"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
        definition = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE cinema_show DROP CONSTRAINT {name}")
        try:
            yield
        finally:
            Show.objects.update(state="cancelled")
            cursor.execute(f"ALTER TABLE cinema_show ADD CONSTRAINT {name} {definition}")


def plan_at_once(screen, starts_at) -> list[str]:
    """Two threads plan the same screen and time. Returns the outcomes, sorted."""
    movie, start, outcomes = make_movie(), threading.Barrier(2), []

    def plan() -> None:
        try:
            start.wait(10)
            services.plan_show(
                movie=movie, screen=screen, starts_at=starts_at, prices={"Classic": 20_000, "Prime": 30_000}
            )
            outcomes.append("planned")
        except ShowsOverlap:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=plan) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_concurrent_plans_one_is_refused():
    screen = make_plan().screen
    day = timezone.now() + timedelta(days=1)
    for turn in range(5):
        assert plan_at_once(screen, day + turn * timedelta(days=1)) == ["planned", "refused"]
    assert Show.objects.count() == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_lock_alone_is_enough_without_the_constraint():
    """As on SQLite: the services must not depend on PostgreSQL's constraint."""
    screen = make_plan().screen
    with without_the_constraint():
        assert plan_at_once(screen, timezone.now() + timedelta(days=1)) == ["planned", "refused"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_lock_and_constraint_both_would_be_planned(monkeypatch):
    screen = make_plan().screen
    both_have_checked = threading.Barrier(2)
    check = services._check_overlap

    def check_and_wait(show: Show) -> None:
        check(show)
        both_have_checked.wait(10)

    monkeypatch.setattr(services, "_lock", lambda screen_id: None)
    monkeypatch.setattr(services, "_check_overlap", check_and_wait)
    with without_the_constraint():
        assert plan_at_once(screen, timezone.now() + timedelta(days=1)) == ["planned", "planned"]
