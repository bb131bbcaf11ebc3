"""The same application on another ASGI server: the hub falls back to `send`, the messages are the same."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time

import httpx
import pytest

from config.dev.embedded import free_port
from tests.live_client import LiveClient
from tests.site import ROOT, bare_environment


@pytest.fixture
def uvicorn_address(site):
    port = free_port()
    env = {**bare_environment(), **json.loads((site.var / "run.json").read_text()), "VAR_DIR": str(site.var)}
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--lifespan", "off"]
    process = subprocess.Popen([*command, "--ws", "websockets-sansio", "--log-level", "warning"], cwd=ROOT, env=env)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200:
                break
        time.sleep(0.2)
    yield f"ws://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


async def test_viewers_on_two_kinds_of_server_see_the_same(uvicorn_address, live_show):
    path = f"/ws/shows/{live_show.id}/"
    here = await LiveClient.open(live_show.socket, live_show.layout)
    there = await LiveClient.open(f"{uvicorn_address}{path}", live_show.layout)
    await asyncio.gather(here.next_of("snapshot"), there.next_of("snapshot"))
    there.say(type="hold", ref=1, seats=live_show.seats[:3])
    held = await there.next_of("held", ref=1)
    await here.until(lambda: [here.state_of(seat) for seat in held["seats"]] == ["h"] * 3)
    there.say(type="release", ref=2, seats=held["seats"])
    await there.next_of("released", ref=2)
    _, seq, letters = live_show.fresh()
    await asyncio.gather(*(viewer.until(lambda viewer=viewer: viewer.seq >= seq) for viewer in (here, there)))
    assert here.states == there.states == letters
    for _ in range(60):
        there.say(type="ping")
    await asyncio.wait_for(there.closed.wait(), 5)
    assert there.close_code == 4429
    await here.end()
