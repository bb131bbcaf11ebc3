"""The board's socket on a running site with a thousand shows of today: in parts, for one's own theatres only."""

import asyncio

import pytest

from tests.live.test_boxoffice_socket import Dashboard, sign_in

SHOWS = 1_000
SLUG = "thousand-screens"
MAKE = f"""
from datetime import timedelta
from django.utils import timezone
from cinema.models import City, Movie, Screen, SeatingPlan, Show, Theatre
theatre = Theatre.objects.create(city=City.objects.first(), name="Thousand screens", slug="{SLUG}")
screens = Screen.objects.bulk_create(Screen(theatre=theatre, name=str(n)) for n in range({SHOWS}))
now, plan, movie = timezone.now(), SeatingPlan.objects.first(), Movie.objects.first()
times = dict(starts_at=now, ends_at=now + timedelta(hours=2), state="on_sale", language="Hindi")
Show.objects.bulk_create(Show(movie=movie, screen=screen, plan=plan, **times) for screen in screens)
"""
FORGET = f"""
from boxoffice.models import StaffToken
from cinema.models import Screen, Show, Theatre
StaffToken.objects.filter(theatre__slug="{SLUG}").delete()
Show.objects.filter(screen__theatre__slug="{SLUG}").delete()
Screen.objects.filter(theatre__slug="{SLUG}").delete()
Theatre.objects.filter(slug="{SLUG}").delete()
"""
PUBLISH_ALL = "from django.core.cache import cache; cache.delete('boxoffice:figures')"


class Board(Dashboard):
    """Keeps how long each frame was."""

    def __init__(self):
        super().__init__()
        self.lengths = []

    def on_ws_frame(self, transport, frame):
        self.lengths.append(len(frame.get_payload_as_bytes()))
        super().on_ws_frame(transport, frame)

    def shows(self, first=0):
        return [entry["show"] for message in self.messages[first:] for entry in message["shows"]]


def manage(site, *arguments):
    done = site.manage(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def a_thousand_shows(site):
    manage(site, "shell", "-c", MAKE)
    yield site
    manage(site, "shell", "-c", FORGET)


async def test_a_thousand_shows_come_in_parts_and_the_socket_stays_open(a_thousand_shows):
    site = a_thousand_shows
    secret = manage(site, "staff_token", "staff@demo.test", "--role", "usher", "--theatre", SLUG, "--days", "1")
    board = await Board.open(f"{site.ws}/ws/boxoffice/", headers={"Authorization": f"Bearer {secret}"})
    await board.until(lambda: len(set(board.shows())) == SHOWS or board.closed.is_set(), 60)
    assert board.close_code is None
    parts = board.messages[0]["parts"]
    first = board.messages[:parts]
    assert [message["part"] for message in first] == list(range(1, parts + 1)) and parts > 4
    assert sum(len(message["shows"]) for message in first) == SHOWS
    assert max(board.lengths) <= 16 * 1024

    seen = len(board.messages)
    await asyncio.to_thread(manage, site, "shell", "-c", PUBLISH_ALL)  # as if every show had moved in one second
    await board.until(lambda: len(set(board.shows(seen))) == SHOWS or board.closed.is_set(), 60)
    assert board.close_code is None and max(board.lengths) <= 16 * 1024
    await board.end()


async def test_whoever_has_a_post_elsewhere_sees_none_of_them(a_thousand_shows):
    site = a_thousand_shows
    cookie = sign_in(site, "usher@demo.test")
    board = await Board.open(f"{site.ws}/ws/boxoffice/", headers={"Cookie": cookie})
    await board.next_of("figures")
    [theatre] = {entry["theatre"] for message in board.messages for entry in message["shows"]} or {None}
    script = f"from cinema.models import Theatre; print(Theatre.objects.get(slug='{SLUG}').pk)"
    other = await asyncio.to_thread(manage, site, "shell", "-c", script)
    assert str(theatre) != other.split()[-1] and len(board.shows()) < SHOWS
    await board.end()
