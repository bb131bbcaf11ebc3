"""The cinema over HTTP: movies, shows and layouts, for reading only, and open to everybody."""

import json
from datetime import date as Date
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from cinema import selectors
from cinema.errors import NotFound
from cinema.models import Movie, Show
from cinema.problems import problems

router = Router(tags=["cinema"])
Word = Annotated[str, Field(max_length=200)]


class Paging(Schema):
    limit: int = Field(50, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1_000_000)


class MovieFilter(Paging):
    q: Word = ""
    genre: Word = ""
    language: Word = ""
    city: Word = Field("", description="slug or name")
    date: Date | None = Field(None, description="a day of the theatre's own calendar")


class ShowFilter(Paging):
    city: Word = Field("", description="slug or name")
    date: Date | None = Field(None, description="a day of the theatre's own calendar")


class MovieOut(Schema):
    id: int
    title: str
    slug: str
    synopsis: str
    genres: list[str]
    languages: list[str]
    runtime: int = Field(description="minutes")
    certificate: str
    release_date: Date
    cast: list[str]
    trailer: str = Field(description="YouTube id, may be empty")
    poster: str = Field(description="address of an SVG document")

    @staticmethod
    def resolve_poster(movie: Movie) -> str:
        return reverse("api:movie_poster", args=[movie.pk])


class MovieBrief(Schema):
    id: int
    title: str
    slug: str
    runtime: int
    certificate: str


class ScreenOut(Schema):
    id: int
    name: str


class CityOut(Schema):
    id: int
    name: str
    slug: str


class TheatreOut(Schema):
    id: int
    name: str
    slug: str
    address: str
    time_zone: str
    city: CityOut


class TierOut(Schema):
    name: str
    price: int = Field(description="paise, before tax")


class ShowOut(Schema):
    id: int
    movie: MovieBrief
    screen: ScreenOut
    theatre: TheatreOut = Field(alias="screen.theatre")
    starts_at: datetime
    ends_at: datetime
    language: str
    format: str
    state: str
    on_sale_at: datetime
    tiers: list[TierOut]


class MovieList(Schema):
    items: list[MovieOut]
    count: int


class ShowList(Schema):
    items: list[ShowOut]
    count: int


class LayoutSeat(Schema):
    id: str
    row: str
    number: str
    x: float
    y: float
    tier: str
    wheelchair: bool
    companion: bool
    couple: str | None = Field(description="the partner's id: these two are sold together")


class LayoutTier(Schema):
    name: str
    color: str


class LayoutText(Schema):
    x: float
    y: float
    text: str
    size: float
    color: str


class LayoutArea(Schema):
    """With `width, height`, `radius`, `radius_x, radius_y` or `points`, as its shape needs."""

    model_config = ConfigDict(extra="allow")
    shape: Literal["rectangle", "circle", "ellipse", "polygon", "text"]
    x: float
    y: float
    rotation: float = Field(description="degrees clockwise around x, y")
    color: str
    border_color: str
    text: LayoutText | None


class LayoutSize(Schema):
    width: float
    height: float


class LayoutOut(Schema):
    """Lengths in the plan's own units, every position absolute."""

    seats: list[LayoutSeat]
    tiers: list[LayoutTier]
    areas: list[LayoutArea]
    size: LayoutSize


SVG = {"responses": {200: {"description": "OK", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}}}


@router.get("/movies/", auth=None, response={200: MovieList, **problems(422)}, summary="Movies with upcoming shows")
def list_movies(request: HttpRequest, wanted: Query[MovieFilter]) -> dict[str, Any]:
    movies = selectors.now_showing(wanted.q, wanted.genre, wanted.language, wanted.city, wanted.date)
    page = movies.defer("poster")[wanted.offset : wanted.offset + wanted.limit]
    return {"items": list(page), "count": movies.count()}


@router.get("/movies/{movie_id}/", auth=None, response={200: MovieOut, **problems(404, 422)}, summary="One movie")
def get_movie(request: HttpRequest, movie_id: int) -> Movie:
    return selectors.get_movie(movie_id)


@router.get(
    "/movies/{movie_id}/poster.svg",
    auth=None,
    url_name="movie_poster",
    response=problems(404, 422),
    openapi_extra=SVG,
    summary="A movie's poster (SVG)",
)
def get_poster(request: HttpRequest, movie_id: int) -> HttpResponse:
    movie = selectors.get_movie(movie_id)
    if not movie.poster:
        raise NotFound("This movie has no poster.")
    return HttpResponse(
        movie.poster,
        content_type="image/svg+xml; charset=utf-8",
        headers={"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"},
    )


@router.get(
    "/movies/{movie_id}/shows/",
    auth=None,
    response={200: ShowList, **problems(404, 422)},
    summary="A movie's upcoming shows",
)
def list_shows(request: HttpRequest, movie_id: int, wanted: Query[ShowFilter]) -> dict[str, Any]:
    movie = selectors.get_movie(movie_id)
    shows = selectors.upcoming_shows(movie, city=wanted.city, date=wanted.date)
    return {"items": list(shows[wanted.offset : wanted.offset + wanted.limit]), "count": shows.count()}


@router.get("/shows/{show_id}/", auth=None, response={200: ShowOut, **problems(404, 422)}, summary="One show")
def get_show(request: HttpRequest, show_id: int) -> Show:
    return selectors.get_show(show_id)


@router.get(
    "/shows/{show_id}/layout/",
    auth=None,
    response={200: LayoutOut, **problems(404, 422)},
    summary="The hall of a show; never changes",
)
def get_layout(request: HttpRequest, show_id: int) -> HttpResponse:
    show = selectors.get_show_for_layout(show_id)
    headers = {
        "ETag": f'"{selectors.layout_tag(show)}"',
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    head = HttpResponse(headers=headers)
    known = get_conditional_response(request, etag=headers["ETag"], response=head)
    if known is not None and known is not head:
        return known
    body = json.dumps(selectors.layout_of(show_id), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, content_type="application/json", headers=headers)
