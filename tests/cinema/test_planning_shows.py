"""Planning and changing a show: its defaults, and what is refused."""

from datetime import datetime, timedelta

import pytest
from django.db.models import ProtectedError
from django.utils import timezone

from cinema import services
from cinema.errors import NotFound, UnusableShow, WrongState
from tests.factories import make_movie, make_plan, make_screen, make_show, plan_file

pytestmark = pytest.mark.django_db
PRICES = {"Classic": 20_000, "Prime": 30_000}


@pytest.fixture
def tomorrow() -> datetime:
    return (timezone.now() + timedelta(days=1)).replace(microsecond=0)


def plan(**kw):
    return services.plan_show(**{"movie": make_movie(), "screen": make_plan().screen, "prices": PRICES, **kw})


def test_a_show_has_defaults_for_end_language_plan_and_state(tomorrow):
    show = plan(starts_at=tomorrow, movie=make_movie(runtime=100, languages=["Tamil", "Hindi"]))
    show.refresh_from_db()
    assert show.ends_at - show.starts_at == timedelta(minutes=120)
    assert (show.language, show.format, show.state, show.refuse_single_seats) == ("Tamil", "2D", "on_sale", False)
    assert show.plan == show.screen.plans.get()
    assert list(show.tiers.values_list("name", "price", "position")) == [("Classic", 20_000, 0), ("Prime", 30_000, 1)]


def test_a_sale_that_opens_later_leaves_the_show_scheduled(tomorrow):
    show = plan(starts_at=tomorrow, on_sale_at=tomorrow - timedelta(hours=2))
    assert show.state == "scheduled"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"language": "Klingon"}, "language"),
        ({"format": "5D"}, "format"),
        ({"prices": {"Classic": 20_000}}, "prices"),
        ({"prices": PRICES | {"Gold": 1_000}}, "prices"),
        ({"prices": PRICES | {"Prime": 99}}, "prices"),
        ({"prices": PRICES | {"Prime": 10_000_001}}, "prices"),
        ({"prices": PRICES | {"Prime": 250.5}}, "prices"),
        ({"prices": PRICES | {"Prime": True}}, "prices"),
        ({"starts_at": datetime(2026, 12, 1, 18)}, "starts_at"),
        ({"starts_at": datetime(9999, 12, 31, 23, 59)}, "starts_at"),
    ],
)
def test_a_show_that_cannot_be_is_refused_by_field(tomorrow, fields, field):
    with pytest.raises(UnusableShow) as caught:
        plan(**{"starts_at": tomorrow, **fields})
    assert caught.value.extra["field"] == field


@pytest.mark.parametrize("minutes", [-1, 0, 12 * 60 + 1])
def test_a_show_ends_after_it_starts_and_within_half_a_day(tomorrow, minutes):
    with pytest.raises(UnusableShow) as caught:
        plan(starts_at=tomorrow, ends_at=tomorrow + timedelta(minutes=minutes))
    assert caught.value.extra["field"] == "ends_at"


def test_a_sale_cannot_open_when_the_show_has_begun(tomorrow):
    with pytest.raises(UnusableShow) as caught:
        plan(starts_at=tomorrow, on_sale_at=tomorrow)
    assert caught.value.extra["field"] == "on_sale_at"


def test_a_screen_without_a_plan_has_no_shows(tomorrow):
    with pytest.raises(UnusableShow, match="import one first"):
        plan(starts_at=tomorrow, screen=make_screen())


def test_another_screens_plan_is_refused(tomorrow):
    with pytest.raises(UnusableShow):
        plan(starts_at=tomorrow, plan=make_plan())


def test_a_show_can_be_moved_and_get_new_prices():
    show = make_show()
    start = show.starts_at + timedelta(hours=5)
    services.change_show(
        show.pk, starts_at=start, ends_at=start + timedelta(hours=3), prices={"Classic": 100, "Prime": 200}
    )
    show.refresh_from_db()
    assert show.starts_at == start
    assert list(show.tiers.values_list("price", flat=True)) == [100, 200]


def test_a_refused_change_changes_nothing():
    show = make_show()
    with pytest.raises(UnusableShow):
        services.change_show(show.pk, format="3D", prices={"Classic": 1})
    show.refresh_from_db()
    assert show.format == "2D"


def test_a_cancelled_show_cannot_be_changed():
    show = make_show(state="cancelled")
    with pytest.raises(WrongState):
        services.change_show(show.pk, format="3D")


def test_an_open_sale_cannot_be_postponed():
    show = make_show()
    with pytest.raises(UnusableShow) as caught:
        services.change_show(show.pk, on_sale_at=timezone.now() + timedelta(hours=1))
    assert caught.value.extra["field"] == "on_sale_at"


@pytest.mark.parametrize("field", ["screen", "plan", "movie", "state"])
def test_what_seats_were_sold_from_cannot_be_changed(field):
    with pytest.raises(TypeError):
        services.change_show(make_show().pk, **{field: None})


def test_a_show_that_is_not_there_is_not_found():
    with pytest.raises(NotFound):
        services.change_show(123_456)


def test_a_plan_in_use_cannot_be_deleted():
    with pytest.raises(ProtectedError):
        make_show(plan_file()).plan.delete()
