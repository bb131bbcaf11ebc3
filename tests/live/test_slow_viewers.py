"""Viewers that do not read cost little, disturb nobody, and are sent away; a stopping server says goodbye."""

import asyncio
import base64
import json
import os
import signal
import socket
import time

import pytest
import redis

from seating import scripts, store
from tests.live.conftest import RunningShow, shows_on_sale
from tests.live_client import LiveClient
from tests.site import running_site


@pytest.fixture(scope="module")
def impatient_site():
    with running_site(STUCK_VIEWER_SECONDS="2", DRAIN_SECONDS="5", MAX_SOCKETS_PER_ADDRESS="40") as site:
        yield site


@pytest.fixture
def show(impatient_site):
    return RunningShow(impatient_site, next(iter(shows_on_sale(impatient_site))))


def stalled_viewer(show):
    """A socket that shakes hands and never reads again."""
    host, port = show.site.url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET /ws/shows/{show.id}/ HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert b"101" in connection.recv(64)
    return connection


def move_seats(show, settings, rounds):
    """Holds and releases one seat over and over, straight in the site's Redis."""
    environment = json.loads((show.site.var / "run.json").read_text())
    settings.REDIS_URL = environment["REDIS_URL"]  # the channel's name carries the database's number
    with redis.Redis.from_url(environment["REDIS_URL"], decode_responses=True) as client:
        for _ in range(rounds):
            for command in (
                store.hold(show.id, "guest_mover", "m", 60_000, 10, show.seats[:4]),
                store.release(show.id, "guest_mover", "m"),
            ):
                client.execute_command("EVAL", scripts.source(command.script), *command.parts())


async def test_stalled_viewers_are_skipped_then_closed_and_others_miss_nothing(show, settings):
    stalled = [stalled_viewer(show) for _ in range(10)]
    reader = await LiveClient.open(show.socket, show.layout)
    await reader.next_of("snapshot")
    await asyncio.to_thread(move_seats, show, settings, 3000)
    _, seq, letters = await asyncio.to_thread(show.fresh)
    await reader.until(lambda: reader.seq >= seq, 10)
    assert (reader.states, reader.gaps) == (letters, 0)
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        viewers = next(m for m in reversed(reader.messages) if "viewers" in m)["viewers"]
        if viewers == 1:
            break
        reader.say(type="hello")
        await asyncio.sleep(0.5)
    assert viewers == 1
    await reader.end()
    for connection in stalled:
        connection.close()


async def test_one_address_may_open_only_so_many_sockets(show):
    viewers = [await LiveClient.open(show.socket) for _ in range(45)]
    await asyncio.wait_for(asyncio.gather(*(viewer.closed.wait() for viewer in viewers[40:])), 5)
    assert {viewer.close_code for viewer in viewers[40:]} == {4429}
    assert not any(viewer.closed.is_set() for viewer in viewers[:40])
    await viewers[0].end()
    await asyncio.sleep(0.3)
    again = await LiveClient.open(show.socket)
    await again.next_of("snapshot")
    await asyncio.gather(again.end(), *(viewer.end() for viewer in viewers))


async def test_a_server_told_to_stop_turns_red_and_sends_its_viewers_away_with_1012(impatient_site, show):
    viewers = [await LiveClient.open(show.socket) for _ in range(20)]
    for viewer in viewers:
        await viewer.next_of("snapshot")
    web = _web_process(impatient_site)
    os.kill(web, signal.SIGTERM)
    red = False
    with impatient_site.client() as http:
        while not all(viewer.closed.is_set() for viewer in viewers):
            try:
                red = red or (await asyncio.to_thread(http.get, "/readyz")).status_code == 503
            except Exception:  # noqa: S112 - it may be gone by now
                continue
            await asyncio.sleep(0.05)
    assert {viewer.close_code for viewer in viewers} == {1012}
    assert red


def _web_process(site):
    from tests.live.test_up import pid_of

    return pid_of(site, "config.server")
