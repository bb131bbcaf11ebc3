"""`kill -9` of Redis and of the web process under watching viewers: everybody ends on the true map by themselves."""

import asyncio
import contextlib
import os
import random
import signal

import httpx
import pytest
from picows import WSError

from tests.live.conftest import RunningShow, shows_on_sale
from tests.live.test_up import pid_of
from tests.live_client import LiveClient
from tests.site import running_site


@pytest.fixture(scope="module")
def fragile_site():
    with running_site() as site:
        yield site


@pytest.fixture
def show(fragile_site):
    return RunningShow(fragile_site, next(iter(shows_on_sale(fragile_site))))


async def buyers(show, ended):
    """Takes and gives back seats over HTTP until told to stop; an unreachable server is waited for."""
    async with httpx.AsyncClient(base_url=show.site.url, timeout=10) as client:
        while not ended.is_set():
            seats = random.sample(show.seats, 2)
            with contextlib.suppress(httpx.HTTPError, KeyError, ValueError):
                held = (await client.post("/api/bookings/lock-seats/", json={"show": show.id, "seats": seats})).json()
                token = {"Authorization": f"Bearer {held['token']}"}
                if random.random() < 0.5:
                    await client.post("/api/bookings/release-seats/", json={"show": show.id}, headers=token)
            await asyncio.sleep(0.02)


async def converge(show, viewers):
    """Waits until every viewer has the map that a fresh snapshot has; raises AssertionError."""
    for _ in range(100):
        epoch, seq, letters = await asyncio.to_thread(show.fresh)
        if all((viewer.epoch, viewer.seq, viewer.states) == (epoch, seq, letters) for viewer in viewers):
            return
        await asyncio.sleep(0.2)
    raise AssertionError([(viewer.epoch, viewer.seq, seq) for viewer in viewers])


async def test_redis_killed_three_times_leaves_every_viewer_on_the_true_map(fragile_site, show):
    viewers = [await LiveClient.open(show.socket, show.layout) for _ in range(25)]
    ended = asyncio.Event()
    trade = [asyncio.ensure_future(buyers(show, ended)) for _ in range(3)]
    for _ in range(3):
        await asyncio.sleep(2)
        os.kill(pid_of(fragile_site, "valkey-server"), signal.SIGKILL)
    await asyncio.sleep(4)
    ended.set()
    await asyncio.gather(*trade)
    assert not any(viewer.closed.is_set() for viewer in viewers)
    await converge(show, viewers)
    assert max(viewer.seq for viewer in viewers) > 20
    await asyncio.gather(*(viewer.end() for viewer in viewers))


async def test_postgres_killed_gives_clear_answers_and_holding_goes_on(fragile_site, show):
    viewer = await LiveClient.open(show.socket, show.layout)
    await viewer.next_of("snapshot")
    free = [seat for seat in show.seats if viewer.state_of(seat) == "a"]
    async with httpx.AsyncClient(base_url=show.site.url, timeout=30) as client:
        os.kill(pid_of(fragile_site, "/postgres"), signal.SIGKILL)
        viewer.say(type="hold", ref=1, seats=free[:2])
        await viewer.next_of("held", ref=1, seconds=10)
        answers = []
        for number in range(60):
            wish = {"show": show.id, "seats": [free[2 + number]]}
            answers.append((await client.post("/api/bookings/lock-seats/", json=wish)).status_code)
            if answers[-5:] == [201] * 5:
                break
            await asyncio.sleep(0.2)
    assert set(answers) <= {201, 503}
    assert answers[-1] == 201
    await converge(show, [viewer])
    await viewer.end()


async def test_the_web_process_killed_is_back_and_shows_the_same_holds(fragile_site, show):
    first = await LiveClient.open(show.socket, show.layout)
    await first.next_of("snapshot")
    free = [seat for seat in show.seats if first.state_of(seat) == "a"][:2]
    first.say(type="hold", ref=1, seats=free)
    held = await first.next_of("held", ref=1)
    os.kill(pid_of(fragile_site, "config.server"), signal.SIGKILL)
    await asyncio.wait_for(first.closed.wait(), 5)
    again = None
    for _ in range(60):
        with contextlib.suppress(OSError, WSError, TimeoutError):
            again = await LiveClient.open(show.socket, show.layout)
            break
        await asyncio.sleep(0.5)
    assert again is not None
    again.say(type="hello", token=held["token"])
    mine = await again.until(lambda: next((m["mine"] for m in again.messages if m.get("mine")), None), 10)
    assert mine["seats"] == held["seats"]
    await converge(show, [again])
    await again.end()
