"""What is showing: the home page with its filters, a movie's page with its showtimes, and its poster.

The city a visitor chose is stored in a cookie, so that the movie's page and the next visit start with it.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from cinema import selectors
from cinema.models import City, Show, Theatre
from frontend.forms import DayForm, FilterForm
from frontend.templatetags.housefull import poster_version

MOVIES_PER_PAGE = 12
DAYS_OFFERED = 7
CITY_COOKIE = "city"
YEAR_SECONDS = 365 * 24 * 60 * 60
# A poster is a separate document; nothing in it may run or load anything.
POSTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


@require_safe
@vary_on_cookie
def home(request: HttpRequest) -> HttpResponse:
    choices = selectors.choices_now_showing()
    city = _city_of(request, choices["cities"])
    today = _today_in(city)
    days = [today + timedelta(days=ahead) for ahead in range(DAYS_OFFERED)]
    form = FilterForm({**request.GET.dict(), "city": city.slug if city else ""}, choices)
    filters = form.filters()
    page = Paginator(selectors.now_showing(**filters), MOVIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "filters": filters,
        "city": city,
        "page": page,
        "today": today,
        "days": days,
        "filtered": any(filters[name] for name in ("q", "language", "genre", "date")),
    }
    return _remember_city(request, render(request, "frontend/home.html", context), choices["cities"])


@require_safe
@vary_on_cookie
def movie_page(request: HttpRequest, slug: str) -> HttpResponse:
    movie = selectors.get_movie_by_slug(slug)
    cities = selectors.choices_now_showing()["cities"]
    city = _city_of(request, cities)
    shows = selectors.upcoming_shows(movie=movie, city=city.slug if city else "")
    days = selectors.days_of(shows)
    day = DayForm(request.GET).day() or (days[0] if days else None)
    on_day = selectors.upcoming_shows(movie=movie, city=city.slug if city else "", date=day) if day else []
    context = {
        "movie": movie,
        "city": city,
        "cities": cities,
        "days": days,
        "day": day,
        "today": _today_in(city),
        "theatres": by_theatre(on_day),
    }
    return _remember_city(request, render(request, "frontend/movie.html", context), cities)


@require_safe
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    movie = selectors.get_movie_by_slug(slug)
    if not movie.poster:
        return redirect(static("frontend/img/poster.svg"))
    response = HttpResponse(movie.poster, content_type="image/svg+xml; charset=utf-8")
    response["Content-Security-Policy"] = POSTER_POLICY
    current = request.GET.get("v") == poster_version(movie.poster)
    response["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable" if current else "public, max-age=300"
    return response


def by_theatre(shows: Iterable[Show]) -> list[dict[str, Any]]:
    """`[{theatre, shows: [{show, sale, lowest}]}]`, theatres by city and name, each one's shows in order of time.

    `sale` says how its sale stands now; `lowest` is the lowest price in paise, None without tiers.
    """
    now = timezone.now()
    groups: dict[int, dict[str, Any]] = {}
    for show in shows:
        theatre = show.screen.theatre
        group = groups.setdefault(theatre.pk, {"theatre": theatre, "shows": []})
        lowest = min((tier.price for tier in show.tiers.all()), default=None)
        group["shows"].append({"show": show, "sale": show.sale(now), "lowest": lowest})
    return sorted(groups.values(), key=lambda group: (group["theatre"].city.name, group["theatre"].name))


def _city_of(request: HttpRequest, cities: list[City]) -> City | None:
    """The city of the URL, else that of the cookie; None means all cities."""
    slug = request.GET.get("city", request.COOKIES.get(CITY_COOKIE, ""))
    return next((city for city in cities if city.slug == slug), None)


def _remember_city(request: HttpRequest, response: HttpResponse, cities: list[City]) -> HttpResponse:
    slug = request.GET.get("city")
    if slug == "":
        response.delete_cookie(CITY_COOKIE, samesite="Lax")
    elif slug in {city.slug for city in cities}:
        response.set_cookie(
            CITY_COOKIE, slug, max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


def _today_in(city: City | None) -> date:
    """Today's date in the time zone of the city's first theatre; without a city, of the first theatre of all."""
    theatres = Theatre.objects.filter(city=city) if city else Theatre.objects.all()
    zone = theatres.values_list("time_zone", flat=True).first() or settings.TIME_ZONE
    return timezone.localdate(timezone=ZoneInfo(zone))
