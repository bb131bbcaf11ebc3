"""Reading the cinema: what is on, when, where and in which hall. Each answer carries all that a page needs.

A show is *upcoming* while it has not started and is not cancelled. A `city` is a slug or a name, a `date` is
a day as people in the theatre's own city count it. Lists are lazy QuerySets, to be cut into pages.
"""

import json
from datetime import date as Date
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from cinema import states
from cinema.errors import NotFound
from cinema.models import City, Movie, SeatingPlan, Show, ShowTier, Theatre
from cinema.plans.halls import Hall

LARGEST_ID = 2**63 - 1
MOST_WORDS = 8  # of a search; the rest is ignored


# ----------------------------------------------------------------------------------------------- movies
def now_showing(
    q: str = "",
    genre: str = "",
    language: str = "",
    city: str = "",
    date: Date | None = None,
    now: datetime | None = None,
) -> QuerySet[Movie]:
    """Movies with an upcoming show; one show must match `language`, `city` and `date` together.

    Every word of `q` must be in the title, cast or genres. Newest release first.
    """
    shows = upcoming_shows(city=city, language=language, date=date, now=now).filter(movie=OuterRef("pk")).order_by()
    movies = Movie.objects.filter(Exists(shows))
    for word in clean(q).split()[:MOST_WORDS]:
        movies = movies.filter(Q(title__icontains=word) | _has_word("cast", word) | _has_word("genres", word))
    if clean(genre):
        movies = movies.filter(_has_name("genres", clean(genre)))
    return movies


def get_movie(movie_id: int) -> Movie:
    """Raises NotFound."""
    movie = Movie.objects.filter(pk=movie_id).first() if 0 < movie_id <= LARGEST_ID else None
    if movie is None:
        raise NotFound("There is no such movie.")
    return movie


def get_movie_by_slug(slug: str) -> Movie:
    """Raises NotFound."""
    movie = Movie.objects.filter(slug=clean(slug)).first()
    if movie is None:
        raise NotFound("There is no such movie.")
    return movie


def choices_now_showing(now: datetime | None = None) -> dict[str, list[Any]]:
    """The choices of the filters: `{genres: [str], languages: [str], cities: [City]}` of upcoming shows."""
    shows = upcoming_shows(now=now).order_by()
    genres = Movie.objects.filter(Exists(shows.filter(movie=OuterRef("pk")))).values_list("genres", flat=True)
    return {
        "genres": sorted({name for names in genres for name in names}),
        "languages": sorted(set(shows.values_list("language", flat=True))),
        "cities": list(City.objects.filter(Exists(shows.filter(screen__theatre__city=OuterRef("pk"))))),
    }


# ------------------------------------------------------------------------------------------------ shows
def upcoming_shows(
    movie: Movie | None = None,
    city: str = "",
    language: str = "",
    date: Date | None = None,
    now: datetime | None = None,
) -> QuerySet[Show]:
    """Upcoming shows in order of time, each with its movie, screen, theatre, city and tiers."""
    shows = _whole_shows().filter(starts_at__gt=now or timezone.now()).exclude(state=states.CANCELLED)
    if movie is not None:
        shows = shows.filter(movie=movie)
    if clean(city):
        shows = shows.filter(
            Q(screen__theatre__city__slug__iexact=clean(city)) | Q(screen__theatre__city__name__iexact=clean(city))
        )
    if clean(language):
        shows = shows.filter(language__iexact=clean(language))
    if date is not None:
        shows = shows.filter(_on_day(date))
    return shows


def get_show(show_id: int) -> Show:
    """A show in any state, with movie, screen, theatre, city and tiers. Raises NotFound."""
    show = _whole_shows().filter(pk=show_id).first() if 0 < show_id <= LARGEST_ID else None
    if show is None:
        raise NotFound("There is no such show.")
    return show


def days_of(shows: QuerySet[Show]) -> list[Date]:
    """The days on which these shows start, by the calendar of each theatre's own zone."""
    starts = shows.order_by().values_list("starts_at", "screen__theatre__time_zone")
    return sorted({start.astimezone(ZoneInfo(zone)).date() for start, zone in starts})


def _whole_shows() -> QuerySet[Show]:
    """Without the plan: its layout is large, and no list needs it."""
    tiers = Prefetch("tiers", ShowTier.objects.order_by("position", "id"))
    return Show.objects.select_related("movie", "screen__theatre__city").defer("movie__poster").prefetch_related(tiers)


def _on_day(date: Date) -> Q:
    """Shows that start on this day of the theatre's own calendar."""
    if not 1970 <= date.year <= 2999:  # the first and last years of the calendar cannot be converted between zones
        return Q(pk__in=[])
    found = Q(pk__in=[])
    for name in Theatre.objects.order_by().values_list("time_zone", flat=True).distinct():
        zone = ZoneInfo(name)
        first = datetime.combine(date, time.min, zone)
        last = datetime.combine(date + timedelta(days=1), time.min, zone)
        found |= Q(screen__theatre__time_zone=name, starts_at__gte=first, starts_at__lt=last)
    return found


# ---------------------------------------------------------------------------------------------- layouts
def layout_tag(show: Show) -> str:
    """Names the layout's content: equal tags, equal layouts.

    Good in an ETag and behind `?v=` in an address.
    """
    return f"{show.plan_id}-{int(show.plan.created_at.timestamp() * 1000):x}"


def get_show_for_layout(show_id: int) -> Show:
    """The show with its plan, but without the layout itself. Raises NotFound."""
    shows = Show.objects.select_related("plan").defer("plan__layout", "plan__source")
    show = shows.filter(pk=show_id).first() if 0 < show_id <= LARGEST_ID else None
    if show is None:
        raise NotFound("There is no such show.")
    return show


def layout_of(show_id: int) -> dict[str, Any]:
    """The layout that the show is sold from; see `cinema.plans` for its shape. Raises NotFound."""
    if not 0 < show_id <= LARGEST_ID:
        raise NotFound("There is no such show.")
    layout: dict[str, Any] | None = Show.objects.filter(pk=show_id).values_list("plan__layout", flat=True).first()
    if layout is None:
        raise NotFound("There is no such show.")
    return layout


@lru_cache(maxsize=256)
def hall_of_plan(plan_id: int) -> Hall:
    """The plan's seats with their neighbours, couples and tiers. A stored plan never changes, so each is read once per
    process."""
    return Hall(SeatingPlan.objects.values_list("layout", flat=True).get(pk=plan_id)["seats"])


# --------------------------------------------------------------------------------------------- searching
def clean(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and without blanks around."""
    return text.replace("\x00", "").strip()


def _has_word(field: str, word: str) -> Q:
    """A word inside a list of names. SQLite stores other scripts in the list escaped, PostgreSQL as they are."""
    return Q(**{f"{field}__icontains": word}) | Q(**{f"{field}__icontains": json.dumps(word)[1:-1]})


def _has_name(field: str, name: str) -> Q:
    """A whole name of a list, in capital or small letters."""
    return Q(**{f"{field}__icontains": json.dumps(name, ensure_ascii=False)}) | Q(
        **{f"{field}__icontains": json.dumps(name)}
    )
