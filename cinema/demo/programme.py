"""Stores the demo: houses and films once, and a day's shows for every screen that has none on that day."""

from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from cinema import services
from cinema.demo.films import FILMS, Film
from cinema.demo.halls import PLANS
from cinema.demo.houses import CITIES, HOUSES, ROOMS, TIME_ZONE, Room
from cinema.demo.posters import draw_poster
from cinema.errors import ShowsOverlap
from cinema.models import City, Movie, Screen, SeatingPlan, Show, Theatre

DAYS_AHEAD = 7
CLEANING = timedelta(minutes=15)  # between two shows, at least
STEP = 5  # minutes: shows start at round times
MORNING, EVENING = time(12), time(17)
MORNING_SHARE, WEEKEND_SHARE = 0.7, 1.15  # of the plain price
OPENS_LATE = 6  # from this day on, some shows wait for their sale to open
NOTICE = timedelta(days=2)  # how long before its start the sale of such a show opens


@transaction.atomic
def load(today: date | None) -> int:
    """See `cinema.demo.load_demo`."""
    now = timezone.now()
    first = today or now.astimezone(ZoneInfo(TIME_ZONE)).date()
    movies = _store_films(first)
    theatres = _store_houses()
    made = 0
    for number, room in enumerate(ROOMS):
        screen, plan = _store_room(room, theatres[room.house])
        for day in range(DAYS_AHEAD + 1):
            made += _store_day(number, room, screen, plan, movies, first + timedelta(days=day), day, now)
    return made


def _store_films(today: date) -> dict[str, Movie]:
    known = {movie.slug: movie for movie in Movie.objects.filter(slug__in=[film.slug for film in FILMS])}
    for film in FILMS:
        if film.slug not in known:
            known[film.slug] = Movie.objects.create(
                slug=film.slug,
                title=film.title,
                synopsis=film.synopsis,
                genres=list(film.genres),
                languages=list(film.languages),
                runtime=film.runtime,
                certificate=film.certificate,
                release_date=today - timedelta(days=film.age),
                cast=list(film.cast),
                trailer=film.trailer,
                poster=draw_poster(film),
            )
    return known


def _store_houses() -> dict[str, Theatre]:
    cities = {slug: City.objects.get_or_create(slug=slug, defaults={"name": name})[0] for slug, name in CITIES.items()}
    return {
        house.slug: Theatre.objects.get_or_create(
            slug=house.slug,
            defaults={
                "name": house.name,
                "address": house.address,
                "city": cities[house.city],
                "time_zone": TIME_ZONE,
            },
        )[0]
        for house in HOUSES
    }


def _store_room(room: Room, theatre: Theatre) -> tuple[Screen, SeatingPlan]:
    screen, _ = Screen.objects.get_or_create(theatre=theatre, name=room.name)
    plan = SeatingPlan.objects.filter(screen=screen).order_by("-version").first()
    return screen, plan or services.import_plan((PLANS / f"{room.plan}.json").read_bytes(), screen)


def _store_day(
    number: int,
    room: Room,
    screen: Screen,
    plan: SeatingPlan,
    movies: dict[str, Movie],
    day: date,
    ahead: int,
    now: datetime,
) -> int:
    """The day's shows that have not begun yet, if the screen has none on that day at all."""
    zone = screen.theatre.zone
    midnight = datetime.combine(day, time.min, zone)
    if Show.objects.filter(
        screen=screen,
        starts_at__gte=midnight,
        starts_at__lt=datetime.combine(day + timedelta(days=1), time.min, zone),
    ).exists():
        return 0
    tiers = {tier["name"] for tier in plan.layout["tiers"]}
    if tiers != room.prices.keys():
        return 0  # the hall was rebuilt: its prices are no longer ours to know
    made = 0
    for starts_at, film, turn in _starts(number, room, day, zone):
        if starts_at <= now:
            continue
        premiere = ahead >= OPENS_LATE and starts_at.time() >= EVENING and number % 3 == 1
        try:
            services.plan_show(
                movie=movies[film.slug],
                screen=screen,
                plan=plan,
                starts_at=starts_at,
                prices=_prices(room, starts_at),
                language=film.languages[(number + turn) % len(film.languages)],
                format=room.formats[turn % len(room.formats)],
                on_sale_at=starts_at - NOTICE if premiere else None,
            )
            made += 1
        except ShowsOverlap:  # staff put another day's show across midnight: theirs stays
            continue
    return made


def _starts(number: int, room: Room, day: date, zone: ZoneInfo) -> list[tuple[datetime, Film, int]]:
    """Start, film and turn of each show of a day.

    Films take turns, so that every screen plays most of them.
    """
    plan = []
    starts_at = datetime.combine(day, time.fromisoformat(room.first), zone)
    late = datetime.combine(day, time.fromisoformat(room.midnight), zone) if room.midnight else None
    last = datetime.combine(day, time.fromisoformat(room.last), zone)
    for turn in count():
        film = FILMS[(number * 5 + day.toordinal() * 2 + turn * 5) % len(FILMS)]
        ends_at = starts_at + timedelta(minutes=film.runtime) + services.TRAILERS_AND_INTERVAL
        if starts_at > last or (late and ends_at > late):
            break
        plan.append((starts_at, film, turn))
        starts_at = _round_up(ends_at + CLEANING)
    if late:
        film = FILMS[(number * 5 + day.toordinal() * 2 + len(plan) * 5) % len(FILMS)]
        plan.append((late, film, len(plan)))
    return plan


def _round_up(moment: datetime) -> datetime:
    return moment + timedelta(minutes=-moment.minute % STEP)


def _prices(room: Room, starts_at: datetime) -> dict[str, int]:
    """Cheaper before noon, dearer on weekend evenings; always whole tens of rupees."""
    share = 1.0
    if starts_at.time() < MORNING:
        share = MORNING_SHARE
    elif starts_at.weekday() >= 5 and starts_at.time() >= EVENING:
        share = WEEKEND_SHARE
    return {tier: max(int(price * share) // 1000 * 1000, services.LOWEST_PRICE) for tier, price in room.prices.items()}
