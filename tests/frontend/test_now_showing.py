from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db


def titles(response) -> list[str]:
    return [movie.title for movie in response.context["page"]]


@pytest.fixture
def two_cities():
    """Mumbai plays a Hindi drama tomorrow, Pune an English comedy the day after."""
    mumbai, pune = factories.make_city("Mumbai"), factories.make_city("Pune")
    tomorrow = timezone.now() + timedelta(days=1)
    drama = factories.make_movie("Rain", genres=["Drama"], languages=["Hindi"], cast=["Asha Rane"])
    comedy = factories.make_movie("Four Minutes", genres=["Comedy"], languages=["English"], cast=["Zoya Khan"])
    for city, movie, when, language in (
        (mumbai, drama, tomorrow, "Hindi"),
        (pune, comedy, tomorrow + timedelta(days=1), "English"),
    ):
        screen = factories.make_screen(factories.make_theatre(city))
        factories.make_show(movie=movie, screen=screen, starts_at=when, language=language)
    return {"mumbai": mumbai, "pune": pune, "drama": drama, "comedy": comedy}


def test_the_home_page_shows_every_movie_with_an_upcoming_show(client, two_cities):
    factories.make_movie("Never planned")
    response = client.get("/")
    assert response.status_code == 200
    assert set(titles(response)) == {"Rain", "Four Minutes"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=rain", {"Rain"}),
        ("q=zoya", {"Four Minutes"}),
        ("city=pune", {"Four Minutes"}),
        ("language=Hindi", {"Rain"}),
        ("genre=Comedy", {"Four Minutes"}),
        ("city=mumbai&genre=Comedy", set()),
    ],
)
def test_each_filter_narrows_the_movies(client, two_cities, query, expected):
    assert set(titles(client.get(f"/?{query}"))) == expected


def test_a_day_shows_the_movies_of_that_day_in_the_theatres_own_zone(client, two_cities):
    show = two_cities["drama"].shows.get()
    day = timezone.localtime(show.starts_at, show.screen.theatre.zone).date()
    assert titles(client.get(f"/?date={day}")) == ["Rain"]


@pytest.mark.parametrize(
    "query",
    [
        "date=rubbish",
        "date=9999-12-31",
        "date=0001-01-01",
        "date=2026-13-45",
        "page=999",
        "page=rubbish",
        "page=-1",
        "q=%00",
        "q=a%00b",
        "city=%00",
        "genre=%00&language=%00",
        "q=" + "x" * 5000,
        "q=%25_%5C%27%22",
        "city=nowhere&language=Klingon&genre=Nothing",
        "q=%F0%9F%8E%AC",
    ],
)
def test_invalid_values_in_the_url_are_not_an_error(client, two_cities, query):
    assert client.get(f"/?{query}").status_code == 200


def test_a_filter_that_is_not_offered_filters_nothing(client, two_cities):
    assert len(titles(client.get("/?city=nowhere&genre=Nothing&date=rubbish"))) == 2


def test_a_city_is_remembered_until_all_cities_are_chosen(client, two_cities):
    client.get("/?city=pune")
    assert titles(client.get("/")) == ["Four Minutes"]
    assert len(titles(client.get("/?city="))) == 2
    assert len(titles(client.get("/"))) == 2


def test_a_city_that_does_not_exist_is_not_remembered(client, two_cities):
    assert "city" not in client.get("/?city=nowhere").cookies


def test_nothing_found_says_how_to_go_on(client, two_cities):
    page = client.get("/?q=zzzz").content.decode()
    assert "No movies match these filters" in page
    assert "Clear the filters" in page


def test_an_empty_cinema_says_so(client):
    assert "Nothing is on sale just now" in client.get("/").content.decode()


def test_movies_come_in_pages_and_a_page_too_far_is_the_last(client):
    screen = factories.make_screen()
    factories.make_plan(screen)
    for number in range(14):
        factories.make_show(screen=screen, starts_at=timezone.now() + timedelta(hours=6 * number + 3))
    first, last, beyond = (client.get(f"/?page={number}") for number in (1, 2, 999))
    assert len(titles(first)) == 12
    assert len(titles(last)) == 2
    assert titles(beyond) == titles(last)
    assert not set(titles(first)) & set(titles(last))


def test_a_page_of_movies_costs_as_many_queries_as_one_movie(client, django_assert_max_num_queries):
    screen = factories.make_screen()
    factories.make_plan(screen)
    for number in range(12):
        factories.make_show(screen=screen, starts_at=timezone.now() + timedelta(hours=6 * number + 3))
    with django_assert_max_num_queries(8):
        assert len(titles(client.get("/"))) == 12


def test_the_search_text_is_escaped(client, two_cities):
    page = client.get("/?q=%3Cscript%3Ealert(1)%3C/script%3E").content.decode()
    assert "<script>alert" not in page
