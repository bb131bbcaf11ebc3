from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from seating.errors import HoldsUnavailable
from seating.services.holds import hold_seats
from tests import factories

pytestmark = pytest.mark.django_db


def show_at_noon(days: int = 0, zone: str = "Asia/Kolkata", **kw):
    """A show at noon in its theatre's time zone. It may be in the past, so it is stored directly."""
    theatre = factories.make_theatre(time_zone=zone)
    noon = datetime.combine(timezone.localdate(timezone=theatre.zone) + timedelta(days=days), time(12), theatre.zone)
    show = factories.make_show(screen=factories.make_screen(theatre), **kw)
    show.starts_at, show.ends_at = noon, noon + timedelta(hours=2)
    show.save()
    return show


def listed(response) -> list[int]:
    return [entry["show"].pk for group in response.context["theatres"] for entry in group["shows"]]


def test_a_stranger_is_asked_to_sign_in_and_comes_back(client):
    response = client.get("/boxoffice/")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/boxoffice/"


def test_a_customer_is_refused_with_a_page(alice_client):
    response = alice_client.get("/boxoffice/")
    assert response.status_code == 403
    assert "This page is for staff" in response.content.decode()


def test_staff_see_todays_shows_by_each_theatres_own_calendar(staff_client, redis_server):
    today, far = show_at_noon(), show_at_noon(zone="Pacific/Kiritimati")
    show_at_noon(days=1)
    show_at_noon(days=-1)
    assert set(listed(staff_client.get("/boxoffice/"))) == {today.pk, far.pk}


def test_figures_are_there_before_any_script_runs(staff_client, redis_server, alice):
    show = factories.make_show()
    hold_seats(show.pk, alice, ["A1", "A2"])
    noon = datetime.combine(timezone.localdate(timezone=show.screen.theatre.zone), time(12), show.screen.theatre.zone)
    show.starts_at, show.ends_at = noon, noon + timedelta(hours=2)
    show.save()
    response = staff_client.get("/boxoffice/")
    entry = response.context["theatres"][0]["shows"][0]
    assert entry["figures"] == {"show": show.pk, "available": 14, "held": 2, "sold": 0, "blocked": 0, "viewers": 0} | {
        "lapsed": 0,
        "refused": 0,
    }
    assert response.context["totals"]["held"] == 2
    page = response.content.decode()
    assert 'data-held="2"' in page
    assert 'x="0.00" y="0" width="12.50"' in page


def test_the_page_opens_without_redis_and_says_so(staff_client, monkeypatch):
    show = show_at_noon()

    def fail(show_ids):
        raise HoldsUnavailable("Redis is gone.")

    monkeypatch.setattr("frontend.views.boxoffice.figures", fail)
    response = staff_client.get("/boxoffice/")
    assert response.status_code == 200
    assert listed(response) == [show.pk]
    assert "The figures are not available right now" in response.content.decode()


def test_a_day_without_shows_says_so(staff_client, redis_server):
    assert "No shows today" in staff_client.get("/boxoffice/").content.decode()


def test_many_shows_cost_no_more_queries_than_few(staff_client, redis_server, django_assert_max_num_queries):
    for _ in range(6):
        show_at_noon()
    staff_client.get("/boxoffice/")
    with django_assert_max_num_queries(11):
        assert len(listed(staff_client.get("/boxoffice/"))) == 6


def test_only_staff_see_the_link(client, alice_client, staff_client):
    assert "/boxoffice/" not in client.get("/").content.decode()
    assert "/boxoffice/" not in alice_client.get("/").content.decode()
    assert "/boxoffice/" in staff_client.get("/").content.decode()
