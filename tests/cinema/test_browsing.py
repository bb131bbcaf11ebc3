"""What the selectors find: movies with upcoming shows, by word, genre, language, city and day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from cinema import selectors
from cinema.errors import NotFound
from tests.factories import make_city, make_movie, make_screen, make_show, make_theatre

pytestmark = pytest.mark.django_db


def titles(**filters) -> set[str]:
    return {movie.title for movie in selectors.now_showing(**filters)}


def show_in(city, **kw):
    return make_show(screen=make_screen(make_theatre(city)), **kw)


def test_a_movie_is_showing_while_it_has_an_upcoming_show_that_is_not_cancelled():
    make_movie("Without shows")
    make_show(movie=make_movie("Over"), starts_at=timezone.now() - timedelta(minutes=1))
    make_show(movie=make_movie("Cancelled"), state="cancelled")
    make_show(movie=make_movie("Closed"), state="closed")
    make_show(movie=make_movie("Soon"), on_sale_at=timezone.now() + timedelta(hours=1))
    make_show(movie=make_movie("On sale"))
    assert titles() == {"Closed", "Soon", "On sale"}


def test_a_movie_with_many_shows_is_there_once():
    movie = make_movie("Often")
    for _ in range(3):
        make_show(movie=movie)
    assert selectors.now_showing().count() == len(list(selectors.now_showing())) == 1


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("monsoon", True),
        ("MONSOON last", True),
        ("monsoon first", False),
        ("asha", True),
        ("drama", True),
        ("आशा", True),
        ("100%", True),
        ("50%", False),
        ("_", False),
        ("'; DROP TABLE cinema_show; --", False),
        ("mon\x00soon", True),
        ("\x00", True),
        ("   ", True),
    ],
)
def test_words_are_looked_for_in_title_cast_and_genres(q, found):
    movie = make_movie("The Last Monsoon 100%", cast=["Asha Rane", "आशा राणे"], genres=["Drama"])
    make_show(movie=movie)
    assert titles(q=q) == ({movie.title} if found else set())


@pytest.mark.parametrize(
    ("genre", "found"),
    [("Drama", True), ("drama", True), ("Dram", False), ("नाटक", True), ("Dra%", False), ("\x00", True)],
)
def test_a_genre_is_a_whole_name(genre, found):
    make_show(movie=make_movie("One", genres=["Drama", "नाटक"]))
    assert titles(genre=genre) == ({"One"} if found else set())


def test_language_city_and_day_must_match_the_same_show():
    mumbai, kochi = make_city("Mumbai"), make_city("Kochi")
    movie = make_movie("One", languages=["Hindi", "Tamil"])
    show_in(mumbai, movie=movie, language="Hindi")
    show_in(kochi, movie=movie, language="Tamil")
    assert titles(language="hindi", city="mumbai") == {"One"}
    assert titles(language="Tamil", city="Kochi") == {"One"}
    assert titles(language="Tamil", city="mumbai") == set()
    assert titles(city="mum") == set()


def test_a_day_is_the_theatres_own():
    india = make_screen(make_theatre(time_zone="Asia/Kolkata"))
    london = make_screen(make_theatre(time_zone="Europe/London"))
    evening = datetime(2031, 3, 1, 20, 0, tzinfo=UTC)  # half past one at night in India, evening in London
    make_show(movie=make_movie("India"), screen=india, starts_at=evening)
    make_show(movie=make_movie("London"), screen=london, starts_at=evening)
    assert titles(date=date(2031, 3, 1)) == {"London"}
    assert titles(date=date(2031, 3, 2)) == {"India"}
    assert selectors.days_of(selectors.upcoming_shows()) == [date(2031, 3, 1), date(2031, 3, 2)]


def test_a_day_with_a_clock_change_is_whole():
    screen = make_screen(make_theatre(time_zone="Europe/London"))
    first = datetime(2031, 3, 30, 0, 0, tzinfo=UTC)  # clocks go forward an hour later; the day has 23 hours
    movie = make_movie(runtime=20)
    make_show(movie=movie, screen=screen, starts_at=first)
    make_show(movie=movie, screen=screen, starts_at=first + timedelta(hours=22, minutes=59))
    make_show(movie=movie, screen=screen, starts_at=first + timedelta(hours=23, minutes=45))
    assert selectors.upcoming_shows(date=date(2031, 3, 30)).count() == 2


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_have_no_shows(day):
    make_show()
    assert titles(date=day) == set()


def test_shows_come_in_order_of_time_with_all_that_a_page_needs(django_assert_num_queries):
    movie = make_movie()
    late = make_show(movie=movie, starts_at=timezone.now() + timedelta(days=2))
    early = make_show(movie=movie)
    make_show()
    with django_assert_num_queries(2):
        shows = list(selectors.upcoming_shows(movie))
        for show in shows:
            assert show.movie.title and show.screen.theatre.city.name
            assert [tier.name for tier in show.tiers.all()] == ["Classic", "Prime"]
    assert shows == [early, late]


def test_the_filters_offer_only_what_is_showing():
    kochi, empty = make_city("Kochi"), make_city("Empty")
    movie = make_movie(genres=["Drama", "Action"], languages=["Hindi", "Tamil"])
    show_in(kochi, movie=movie, language="Tamil")
    make_movie(genres=["Western"], languages=["English"])
    assert selectors.choices_now_showing() == {
        "genres": ["Action", "Drama"],
        "languages": ["Tamil"],
        "cities": [kochi],
    }
    assert empty.theatres.count() == 0


def test_the_layout_is_the_one_the_show_was_planned_with():
    show = make_show({"A": 3})
    tag = selectors.layout_tag(selectors.get_show_for_layout(show.pk))
    make_show({"A": 4}, screen=show.screen, starts_at=show.ends_at)
    assert len(selectors.layout_of(show.pk)["seats"]) == 3
    assert selectors.layout_tag(selectors.get_show_for_layout(show.pk)) == tag


@pytest.mark.parametrize("number", [0, -1, 7, 2**63, 10**30])
@pytest.mark.parametrize(
    "select", [selectors.get_movie, selectors.get_show, selectors.layout_of, selectors.get_show_for_layout]
)
def test_what_is_not_there_is_not_found(select, number):
    with pytest.raises(NotFound):
        select(number)


@pytest.mark.parametrize("slug", ["", "nothing", "a\x00b", "x" * 5_000])
def test_a_slug_that_is_not_there_is_not_found(slug):
    with pytest.raises(NotFound):
        selectors.get_movie_by_slug(slug)
