"""Stores the demo: theatres and movies once, and a day's shows for every screen that has none on that day."""

from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from cinema import services
from cinema.demo.halls import plan_of
from cinema.demo.movies import MOVIES, DemoMovie
from cinema.demo.theatres import CITIES, SCREENS, THEATRES, TIME_ZONE, DemoScreen
from cinema.errors import ShowsOverlap
from cinema.models import City, Movie, Screen, SeatingPlan, Show, Theatre

DAYS_AHEAD = 7
CLEANING = timedelta(minutes=15)  # between two shows, at least
STEP = 5  # minutes: shows start at round times
MORNING, EVENING = time(12), time(17)
MORNING_SHARE, WEEKEND_SHARE = 0.7, 1.15  # of the usual price
OPENS_LATE = 6  # from this day on, some shows wait for their sale to open
NOTICE = timedelta(days=2)  # how long before its start the sale of such a show opens


@transaction.atomic
def load(today: date | None) -> int:
    """See `cinema.demo.load_demo`."""
    now = timezone.now()
    first = today or now.astimezone(ZoneInfo(TIME_ZONE)).date()
    movies = _store_movies(first)
    theatres = _store_theatres()
    made = 0
    for number, demo in enumerate(SCREENS):
        screen, plan = _store_screen(demo, theatres[demo.theatre])
        for day in range(DAYS_AHEAD + 1):
            made += _store_day(number, demo, screen, plan, movies, first + timedelta(days=day), day, now)
    return made


def _store_movies(today: date) -> dict[str, Movie]:
    known = {movie.slug: movie for movie in Movie.objects.filter(slug__in=[demo.slug for demo in MOVIES])}
    for demo in MOVIES:
        if demo.slug not in known:
            known[demo.slug] = Movie.objects.create(
                slug=demo.slug,
                title=demo.title,
                synopsis=demo.synopsis,
                genres=list(demo.genres),
                languages=list(demo.languages),
                runtime=demo.runtime,
                certificate=demo.certificate,
                release_date=today - timedelta(days=demo.age),
                cast=list(demo.cast),
                trailer=demo.trailer,
                poster=demo.poster,
            )
    return known


def _store_theatres() -> dict[str, Theatre]:
    cities = {slug: City.objects.get_or_create(slug=slug, defaults={"name": name})[0] for slug, name in CITIES.items()}
    return {
        demo.slug: Theatre.objects.get_or_create(
            slug=demo.slug,
            defaults={
                "name": demo.name,
                "address": demo.address,
                "city": cities[demo.city],
                "time_zone": TIME_ZONE,
            },
        )[0]
        for demo in THEATRES
    }


def _store_screen(demo: DemoScreen, theatre: Theatre) -> tuple[Screen, SeatingPlan]:
    screen, _ = Screen.objects.get_or_create(theatre=theatre, name=demo.name)
    plan = SeatingPlan.objects.filter(screen=screen).order_by("-version").first()
    return screen, plan or services.import_plan(plan_of(demo.hall), screen)


def _store_day(
    number: int,
    demo: DemoScreen,
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
    if tiers != demo.prices.keys():
        return 0  # staff imported another plan, and nobody has set prices for its tiers
    made = 0
    for starts_at, movie, turn in _starts(number, demo, day, zone):
        if starts_at <= now:
            continue
        premiere = ahead >= OPENS_LATE and starts_at.time() >= EVENING and number % 3 == 1
        try:
            services.plan_show(
                movie=movies[movie.slug],
                screen=screen,
                plan=plan,
                starts_at=starts_at,
                prices=_prices(demo, starts_at),
                language=movie.languages[(number + turn) % len(movie.languages)],
                format=demo.formats[turn % len(demo.formats)],
                on_sale_at=starts_at - NOTICE if premiere else None,
            )
            made += 1
        except ShowsOverlap:  # staff moved another day's show across midnight: theirs stays
            continue
    return made


def _starts(number: int, demo: DemoScreen, day: date, zone: ZoneInfo) -> list[tuple[datetime, DemoMovie, int]]:
    """Start, movie and turn of each show of a day. Movies take turns, so that every screen plays most of them."""
    plan = []
    starts_at = datetime.combine(day, time.fromisoformat(demo.first), zone)
    late = datetime.combine(day, time.fromisoformat(demo.midnight), zone) if demo.midnight else None
    last = datetime.combine(day, time.fromisoformat(demo.last), zone)
    for turn in count():
        movie = MOVIES[(number * 5 + day.toordinal() * 2 + turn * 5) % len(MOVIES)]
        ends_at = starts_at + timedelta(minutes=movie.runtime) + services.TRAILERS_AND_INTERVAL
        if starts_at > last or (late and ends_at > late):
            break
        plan.append((starts_at, movie, turn))
        starts_at = _round_up(ends_at + CLEANING)
    if late:
        movie = MOVIES[(number * 5 + day.toordinal() * 2 + len(plan) * 5) % len(MOVIES)]
        plan.append((late, movie, len(plan)))
    return plan


def _round_up(moment: datetime) -> datetime:
    return moment + timedelta(minutes=-moment.minute % STEP)


def _prices(demo: DemoScreen, starts_at: datetime) -> dict[str, int]:
    """Lower before noon, higher on weekend evenings; always whole tens of rupees."""
    share = 1.0
    if starts_at.time() < MORNING:
        share = MORNING_SHARE
    elif starts_at.weekday() >= 5 and starts_at.time() >= EVENING:
        share = WEEKEND_SHARE
    return {tier: max(int(price * share) // 1000 * 1000, services.LOWEST_PRICE) for tier, price in demo.prices.items()}
