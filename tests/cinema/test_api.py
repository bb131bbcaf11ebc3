"""The cinema's part of the HTTP API."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from cinema.api import LayoutOut
from tests.factories import make_city, make_movie, make_screen, make_show, make_theatre

pytestmark = pytest.mark.django_db
START = datetime(2031, 5, 4, 13, 30, tzinfo=UTC)


@pytest.fixture
def show():
    city = make_city("Mumbai")
    theatre = make_theatre(city, name="Regal", slug="regal", address="1 Sea Road", time_zone="Asia/Kolkata")
    movie = make_movie("The Last Monsoon", slug="the-last-monsoon", runtime=130)
    return make_show(movie=movie, screen=make_screen(theatre, "Screen 1"), starts_at=START)


def test_a_show_has_exactly_these_fields(client, show):
    theatre = show.screen.theatre
    assert client.get(f"/api/shows/{show.pk}/").json() == {
        "id": show.pk,
        "movie": {
            "id": show.movie_id,
            "title": "The Last Monsoon",
            "slug": "the-last-monsoon",
            "runtime": 130,
            "certificate": "U",
        },
        "screen": {"id": show.screen_id, "name": "Screen 1"},
        "theatre": {
            "id": theatre.pk,
            "name": "Regal",
            "slug": "regal",
            "address": "1 Sea Road",
            "time_zone": "Asia/Kolkata",
            "city": {"id": theatre.city_id, "name": "Mumbai", "slug": "mumbai"},
        },
        "starts_at": "2031-05-04T13:30:00Z",
        "ends_at": "2031-05-04T16:00:00Z",
        "language": "Hindi",
        "format": "2D",
        "state": "on_sale",
        "on_sale_at": show.on_sale_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "tiers": [{"name": "Classic", "price": 20_000}, {"name": "Prime", "price": 30_000}],
    }


def test_a_movie_has_its_fields_and_an_address_for_its_poster(client):
    movie = make_movie("One", poster='<svg xmlns="http://www.w3.org/2000/svg"><title>One</title></svg>')
    body = client.get(f"/api/movies/{movie.pk}/").json()
    assert body["title"] == "One" and body["cast"] == movie.cast and body["release_date"] == "2026-01-01"
    poster = client.get(body["poster"])
    assert poster.status_code == 200 and poster["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert poster.content.decode() == movie.poster


def test_a_movie_without_a_poster_answers_404_for_it(client):
    assert client.get(f"/api/movies/{make_movie().pk}/poster.svg").status_code == 404


def test_movies_are_a_list_with_a_count_cut_into_pages(client):
    for number in range(5):
        make_show(movie=make_movie(f"Movie {number}", release_date=f"2026-01-0{number + 1}"))
    page = client.get("/api/movies/?limit=2&offset=1").json()
    assert page["count"] == 5
    assert [movie["title"] for movie in page["items"]] == ["Movie 3", "Movie 2"]
    assert set(page) == {"items", "count"}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=monsoon", 1),
        ("q=nothing", 0),
        ("genre=Drama", 1),
        ("genre=Horror", 0),
        ("language=Hindi", 1),
        ("language=Tamil", 0),
        ("city=mumbai", 1),
        ("city=Mumbai", 1),
        ("city=kochi", 0),
        ("date=2031-05-04", 1),
        ("date=2031-05-05", 0),
        ("q=monsoon&genre=drama&language=hindi&city=mumbai&date=2031-05-04", 1),
        ("q=&genre=&language=&city=", 1),
        ("q=%00", 1),
        ("q=%00nothing&genre=%00&city=%00&language=%00", 0),
        ("q=%FF%FE", 0),
        ("q=%ED%A0%80", 0),
        ("unknown=1", 1),
    ],
)
def test_movies_can_be_filtered(client, show, query, count):
    answer = client.get(f"/api/movies/?{query}")
    assert answer.status_code == 200 and answer.json()["count"] == count


WRONG_FILTERS = ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=99999999999999999999", "date=tomorrow"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        *(("/api/movies/", query) for query in [*WRONG_FILTERS, "q=" + "x" * 201]),
        *(("/api/movies/{}/shows/", query) for query in WRONG_FILTERS),
    ],
)
def test_a_wrong_filter_is_invalid_input(client, show, path, query):
    answer = client.get(f"{path.format(show.movie_id)}?{query}")
    assert answer.status_code == 422 and answer.json()["code"] == "invalid_input"
    assert answer["Content-Type"] == "application/problem+json"


def test_the_shows_of_a_movie_by_city_and_day(client, show):
    elsewhere = make_show(movie=show.movie, starts_at=START + timedelta(days=1))
    make_show(movie=show.movie, state="cancelled")
    make_show(movie=show.movie, starts_at=timezone.now() - timedelta(hours=1))
    path = f"/api/movies/{show.movie_id}/shows/"
    body = client.get(path).json()
    assert [item["id"] for item in body["items"]] == [show.pk, elsewhere.pk] and body["count"] == 2
    assert [item["id"] for item in client.get(f"{path}?city=mumbai").json()["items"]] == [show.pk]
    assert [item["id"] for item in client.get(f"{path}?date=2031-05-05").json()["items"]] == [elsewhere.pk]
    assert client.get(f"{path}?limit=1&offset=1").json()["items"][0]["id"] == elsewhere.pk


def test_a_list_costs_the_same_however_long_it_is(client, django_assert_max_num_queries):
    movie = make_movie()
    for _ in range(6):
        make_show(movie=movie)
    with django_assert_max_num_queries(4):
        assert client.get(f"/api/movies/{movie.pk}/shows/").json()["count"] == 6
    with django_assert_max_num_queries(2):
        assert client.get("/api/movies/").json()["count"] == 1


def test_a_layout_is_immutable_and_known_again_by_its_etag(client, show):
    path = f"/api/shows/{show.pk}/layout/"
    answer = client.get(path)
    assert answer.status_code == 200 and answer.json() == show.plan.layout
    assert set(answer.json()) == {"seats", "tiers", "areas", "size"}
    assert "immutable" in answer["Cache-Control"] and answer["ETag"].startswith('"')
    again = client.get(path, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304 and again.content == b""
    assert again["ETag"] == answer["ETag"] and "immutable" in again["Cache-Control"]
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_another_plan_has_another_etag(client, show):
    other = make_show({"A": 2})
    tags = {client.get(f"/api/shows/{found.pk}/layout/")["ETag"] for found in (show, other)}
    assert len(tags) == 2


PATHS = [
    "/api/movies/{}/",
    "/api/movies/{}/shows/",
    "/api/movies/{}/poster.svg",
    "/api/shows/{}/",
    "/api/shows/{}/layout/",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("number", ["0", "-1", "424242", "9223372036854775808", "9" * 40])
def test_what_is_not_there_is_a_404_however_large_its_number(client, path, number):
    answer = client.get(path.format(number))
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found" and answer.json()["status"] == 404


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("number", ["abc", "1x", "1.5", "%00", "9" * 5_000, "B12"])
def test_an_id_that_is_no_number_is_invalid_input(client, path, number):
    answer = client.get(path.format(number))
    assert answer.status_code == 422 and answer.json()["code"] == "invalid_input"


@pytest.mark.parametrize("path", ["/api/movies/", "/api/shows/1/", "/api/shows/1/layout/"])
def test_the_cinema_is_for_reading_only(client, path):
    assert client.post(path).status_code == 405


def test_the_document_describes_the_layout_and_the_poster(client):
    document = client.get("/api/openapi.json").json()
    layout = document["paths"]["/api/shows/{show_id}/layout/"]["get"]["responses"]
    assert layout["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/LayoutOut")
    assert {"404", "422"} <= set(layout)
    poster = document["paths"]["/api/movies/{movie_id}/poster.svg"]["get"]["responses"]
    assert set(poster["200"]["content"]) == {"image/svg+xml"}


def test_a_layout_is_what_its_schema_says(client, show):
    LayoutOut.model_validate(client.get(f"/api/shows/{show.pk}/layout/").json())
