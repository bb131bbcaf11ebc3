"""The demo cinema: enough of everything, ready at any time of day, and safe to load again."""

import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from cinema import services
from cinema.checks import check_poster
from cinema.demo import load_demo, programme
from cinema.demo.halls import HALLS, plan_of
from cinema.demo.movies import MOVIES, POSTERS
from cinema.models import City, Movie, Screen, SeatingPlan, Show, Theatre
from cinema.plans import read_plan

DAY = date(2031, 5, 5)


PLANS = {  # SHA-256 of each plan's JSON, its first 16 digits
    "lounge": "ba2c283e81587860",
    "couple-row": "bde790731e4b696e",
    "grand": "1a96bed07a961749",
    "stalls-and-balcony": "b426671e1719dedb",
    "wide": "7ca1510fad9f68e0",
    "stadium": "8629bdf239139932",
    "corner": "abf73a2ff8f46157",
    "studio": "515e11963675d583",
}


def test_every_hall_is_here():
    assert PLANS.keys() == HALLS.keys()


@pytest.mark.parametrize("name", HALLS)
def test_a_hall_stays_as_it_is_to_the_last_seat(name):
    text = json.dumps(plan_of(name), sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == PLANS[name]


@pytest.mark.parametrize("name", HALLS)
def test_row_a_is_nearest_the_screen_and_plain(name):
    seats = read_plan(plan_of(name)).layout["seats"]
    front = [seat for seat in seats if seat["row"].split()[-1] == "A" and "Balcony" not in seat["row"]]
    assert max(seat["y"] for seat in front) < max(seat["y"] for seat in seats)
    assert min(seat["y"] for seat in seats) == min(seat["y"] for seat in front)
    assert len({seat["tier"] for seat in front}) == 1
    assert not any(seat["wheelchair"] or seat["companion"] or seat["couple"] for seat in front)


@pytest.mark.parametrize("name", HALLS)
def test_no_two_seats_lie_on_each_other(name):
    seats = read_plan(plan_of(name)).layout["seats"]
    points = sorted((seat["x"], seat["y"]) for seat in seats)
    for index, (x, y) in enumerate(points):
        for other_x, other_y in points[index + 1 : index + 80]:
            assert (x - other_x) ** 2 + (y - other_y) ** 2 > 20**2


def test_the_halls_are_of_clearly_different_shape():
    layouts = {name: read_plan(plan_of(name)).layout for name in HALLS}
    sizes = {name: len(layout["seats"]) for name, layout in layouts.items()}
    assert len(layouts) >= 8 and sizes["lounge"] == 40 and sizes["grand"] == 400 and sizes["stadium"] == 200
    assert sum(1 for seat in layouts["couple-row"]["seats"] if seat["couple"]) == 10
    assert {"Stalls-A1", "Balcony-A1"} <= {seat["id"] for seat in layouts["stalls-and-balcony"]["seats"]}
    for flag in ("wheelchair", "companion"):
        assert any(seat[flag] for layout in layouts.values() for seat in layout["seats"])


@pytest.mark.parametrize("movie", MOVIES, ids=lambda movie: movie.slug)
def test_a_poster_is_one_harmless_svg_with_a_name_and_no_outside_fonts(movie):
    svg = movie.poster
    check_poster(svg)
    assert f"{movie.title}: movie poster</title>" in svg and 'role="img"' in svg
    assert f'aria-labelledby="{movie.slug}-title"' in svg
    assert all(name.startswith(f"{movie.slug}-") for name in re.findall(r'id="([^"]+)"', svg))
    assert "style=" not in svg and "@font-face" not in svg and "http" not in svg.replace("http://www.w3.org", "")


def test_every_movie_has_its_own_poster_and_there_is_no_other():
    assert {path.stem for path in POSTERS.iterdir()} == {movie.slug for movie in MOVIES}
    drawings = {movie.poster.replace(movie.slug, "").replace(movie.title, "") for movie in MOVIES}
    assert len(drawings) == len(MOVIES) == 12


@pytest.mark.django_db
def test_the_demo_is_large_and_without_overlaps():
    made = load_demo(DAY)
    assert City.objects.count() >= 3 and Theatre.objects.count() >= 5 and Screen.objects.count() >= 8
    assert Movie.objects.count() == 12 and made == Show.objects.count() > 250
    for screen in Screen.objects.all():
        shows = list(screen.shows.order_by("starts_at"))
        assert len({show.starts_at.astimezone(screen.theatre.zone).date() for show in shows}) == 8
        assert all(earlier.ends_at < later.starts_at for earlier, later in pairwise(shows))
    assert not Show.objects.filter(refuse_single_seats=True).exists()
    assert {"2D", "3D", "IMAX", "4DX"} == set(Show.objects.values_list("format", flat=True))
    assert not set(Movie.objects.values_list("pk", flat=True)) - set(Show.objects.values_list("movie", flat=True))


@pytest.mark.django_db
def test_nearly_everything_is_on_sale_and_a_few_shows_wait_for_it():
    load_demo()
    waiting = Show.objects.filter(state="scheduled")
    assert 3 <= waiting.count() < Show.objects.count() / 8
    assert all(timezone.now() < show.on_sale_at < show.starts_at for show in waiting)
    assert Show.objects.exclude(state="scheduled").filter(state="on_sale", on_sale_at__lte=timezone.now()).exists()
    assert not Show.objects.filter(starts_at__lte=timezone.now()).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("clock", ["00:05", "09:45", "14:00", "18:29", "21:00", "23:30", "23:50"])
def test_at_any_time_of_day_there_are_shows_later_today(monkeypatch, clock):
    hours, minutes = map(int, clock.split(":"))
    now = datetime(2031, 5, 4, 18, 30, tzinfo=UTC) + timedelta(hours=hours, minutes=minutes)  # midnight in India
    monkeypatch.setattr(timezone, "now", lambda: now)
    monkeypatch.setattr(programme, "DAYS_AHEAD", 0)
    load_demo()
    assert Show.objects.filter(starts_at__gt=now, starts_at__lt=datetime(2031, 5, 5, 18, 30, tzinfo=UTC)).exists()
    assert not Show.objects.filter(starts_at__lte=now).exists()


@pytest.mark.django_db
def test_loading_again_adds_nothing_on_the_same_day_and_a_day_on_the_next():
    load_demo(DAY)
    before = set(Show.objects.values_list("pk", flat=True))
    assert load_demo(DAY) == 0
    added = load_demo(DAY + timedelta(days=1))
    assert 0 < added < len(before) / 4
    assert before < set(Show.objects.values_list("pk", flat=True))
    assert SeatingPlan.objects.count() == len(HALLS) and Movie.objects.count() == 12


@pytest.mark.django_db
def test_loading_again_never_touches_what_staff_changed():
    load_demo(DAY)
    cancelled, moved, closed = Show.objects.filter(screen__name="The Lounge").order_by("starts_at")[:3]
    services.cancel_show(cancelled.pk)
    services.close_show(closed.pk)
    start = moved.starts_at + timedelta(minutes=5)
    services.change_show(moved.pk, starts_at=start, format="3D")
    Movie.objects.filter(slug=MOVIES[0].slug).update(title="Renamed")
    Theatre.objects.filter(slug="marine-talkies").update(name="Renamed")
    before = list(Show.objects.order_by("pk").values())
    assert load_demo(DAY) == 0
    assert list(Show.objects.order_by("pk").values()) == before
    assert Movie.objects.get(slug=MOVIES[0].slug).title == "Renamed"
    assert Theatre.objects.get(slug="marine-talkies").name == "Renamed"


@pytest.mark.django_db
def test_a_rebuilt_hall_keeps_its_new_plan_and_gets_no_prices_made_up():
    load_demo(DAY)
    screen = Screen.objects.get(name="The Lounge")
    plan = services.import_plan(plan_of("studio"), screen)
    load_demo(DAY + timedelta(days=1))
    assert screen.plans.order_by("-version").first() == plan
    assert not plan.shows.exists()


@pytest.mark.django_db
def test_a_show_that_staff_put_across_midnight_keeps_its_place():
    load_demo(DAY)
    screen = Screen.objects.get(name="Giant Screen")
    last = screen.shows.order_by("-starts_at").first()
    services.change_show(last.pk, ends_at=last.starts_at + timedelta(hours=11, minutes=30))
    load_demo(DAY + timedelta(days=1))
    ordered = list(screen.shows.order_by("starts_at"))
    assert all(earlier.ends_at <= later.starts_at for earlier, later in pairwise(ordered))
    assert ordered[-1].starts_at > last.starts_at


def test_mornings_are_cheaper_and_prices_are_whole_tens_of_rupees():
    screen = programme.SCREENS[0]
    morning = programme._prices(screen, datetime(2031, 5, 5, 9, 30))
    evening = programme._prices(screen, datetime(2031, 5, 5, 20, 0))
    saturday = programme._prices(screen, datetime(2031, 5, 10, 20, 0))
    assert morning["Prime"] < evening["Prime"] == screen.prices["Prime"] < saturday["Prime"]
    assert all(price % 1_000 == 0 for prices in (morning, evening, saturday) for price in prices.values())
