from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 3"><title>Rain</title></svg>'


def shown(response) -> list[int]:
    return [entry["show"].pk for group in response.context["theatres"] for entry in group["shows"]]


def test_a_movie_shows_its_facts_and_its_first_days_shows(client):
    movie = factories.make_movie("Rain", slug="rain", synopsis="It rains.", certificate="UA 13+", runtime=134)
    tomorrow = factories.make_show(movie=movie)
    factories.make_show(movie=movie, starts_at=timezone.now() + timedelta(days=3))
    response = client.get("/movies/rain/")
    page = response.content.decode()
    for text in ("Rain", "It rains.", "UA 13+", "2 h 14 min", "Asha Rane", tomorrow.screen.theatre.name):
        assert text in page
    assert shown(response) == [tomorrow.pk]
    assert f"/shows/{tomorrow.pk}/" in page
    assert "from ₹200" in page


def test_a_day_is_counted_in_the_theatres_own_zone(client):
    movie = factories.make_movie(slug="rain")
    late = timezone.now().replace(hour=20, minute=0) + timedelta(days=2)  # 01:30 the next day in India
    show = factories.make_show(movie=movie, starts_at=late)
    day = late.date() + timedelta(days=1)
    assert shown(client.get(f"/movies/rain/?date={day}")) == [show.pk]
    assert shown(client.get(f"/movies/rain/?date={late.date()}")) == []
    assert "1:30 AM" in client.get(f"/movies/rain/?date={day}").content.decode()


def test_the_city_narrows_the_theatres_and_is_remembered(client):
    movie = factories.make_movie(slug="rain")
    here, there = (factories.make_show(movie=movie) for _ in range(2))
    city = here.screen.theatre.city
    assert set(shown(client.get("/movies/rain/"))) == {here.pk, there.pk}
    assert shown(client.get(f"/movies/rain/?city={city.slug}")) == [here.pk]
    assert shown(client.get("/movies/rain/")) == [here.pk]


def test_a_day_without_shows_offers_the_next_one(client):
    movie = factories.make_movie(slug="rain")
    factories.make_show(movie=movie)
    page = client.get("/movies/rain/?date=2030-01-01").content.decode()
    assert "Not on this day" in page
    assert "Go to that day" in page


@pytest.mark.parametrize(
    "query", ["date=rubbish", "date=%00", "date=9999-12-31", "date=0001-01-01", "city=%00", "page=x"]
)
def test_invalid_values_in_the_url_are_not_an_error(client, query):
    factories.make_show(movie=factories.make_movie(slug="rain"))
    assert client.get(f"/movies/rain/?{query}").status_code == 200


def test_a_show_that_is_not_on_sale_yet_says_when(client):
    movie = factories.make_movie(slug="rain")
    factories.make_show(movie=movie, on_sale_at=timezone.now() + timedelta(hours=3))
    assert "on sale" in client.get("/movies/rain/").content.decode()


def test_a_closed_show_is_not_offered_for_a_price(client):
    movie = factories.make_movie(slug="rain")
    factories.make_show(movie=movie, state="closed")
    page = client.get("/movies/rain/").content.decode()
    assert "sale closed" in page
    assert "from ₹" not in page


def test_a_trailer_is_only_loaded_by_the_viewer(client):
    factories.make_movie(slug="rain", trailer="abcdefghijk")
    page = client.get("/movies/rain/").content.decode()
    assert 'data-trailer="abcdefghijk"' in page
    assert "<iframe" not in page
    assert "ytimg" not in page


def test_an_unknown_movie_is_a_friendly_404(client):
    response = client.get("/movies/nope/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_movies_text_is_escaped(client):
    factories.make_movie("<b>Rain</b>", slug="rain", synopsis="<script>x</script>", cast=["<i>A</i>"])
    page = client.get("/movies/rain/").content.decode()
    assert "<b>Rain" not in page
    assert "<script>x" not in page
    assert "<i>A" not in page


def test_many_shows_cost_no_more_queries_than_few(client, django_assert_max_num_queries):
    movie = factories.make_movie(slug="rain")
    start = timezone.now() + timedelta(days=1)
    for _ in range(4):
        screen = factories.make_screen()
        factories.make_plan(screen)
        for number in range(3):
            factories.make_show(movie=movie, screen=screen, starts_at=start + timedelta(minutes=150 * number))
    with django_assert_max_num_queries(10):
        client.get("/movies/rain/")


def test_a_poster_is_an_image_without_scripts_that_is_cached_for_long(client):
    movie = factories.make_movie(slug="rain", poster=SVG)
    factories.make_show(movie=movie)
    address = client.get("/").content.decode().split('listing-poster" src="')[1].split('"')[0]
    response = client.get(address)
    assert response.content.decode() == SVG
    assert response["Content-Type"].startswith("image/svg+xml")
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert "immutable" in response["Cache-Control"]
    assert "immutable" not in client.get("/movies/rain/poster.svg?v=old")["Cache-Control"]


def test_a_changed_poster_has_a_new_address(client):
    from frontend.templatetags.housefull import poster_url

    movie = factories.make_movie(slug="rain", poster=SVG)
    before = poster_url(movie)
    movie.poster = SVG.replace("2 3", "4 6")
    assert poster_url(movie) != before


def test_a_movie_without_a_poster_has_the_placeholder(client):
    movie = factories.make_movie(slug="rain")
    factories.make_show(movie=movie)
    assert "frontend/img/poster.svg" in client.get("/").content.decode()
    assert client.get("/movies/rain/poster.svg")["Location"].endswith("frontend/img/poster.svg")
