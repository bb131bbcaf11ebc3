"""FLUSHALL in the middle: viewers converge by themselves, and nothing sold comes back."""

import asyncio
import json

import redis

from tests.live_client import LiveClient


async def test_viewers_converge_after_a_flush(live_show):
    environment = json.loads((live_show.site.var / "run.json").read_text())
    viewers = [await LiveClient.open(live_show.socket, live_show.layout) for _ in range(5)]
    viewers[0].say(type="hold", ref=1, seats=live_show.seats[:2])
    await viewers[0].next_of("held")
    await viewers[1].until(lambda: viewers[1].state_of(live_show.seats[0]) == "h")
    epoch = viewers[0].epoch
    with redis.Redis.from_url(environment["REDIS_URL"]) as client:
        client.flushall()
    await asyncio.gather(*(viewer.until(lambda viewer=viewer: viewer.epoch != epoch, 10) for viewer in viewers))
    viewers[2].say(type="hold", ref=2, seats=live_show.seats[5:7])
    await viewers[2].next_of("held", ref=2)
    fresh_epoch, seq, letters = live_show.fresh()
    await asyncio.gather(*(viewer.until(lambda viewer=viewer: viewer.seq >= seq, 10) for viewer in viewers))
    assert all((viewer.epoch, viewer.states) == (fresh_epoch, letters) for viewer in viewers)
    assert letters.count("h") == 2
    await asyncio.gather(*(viewer.end() for viewer in viewers))
