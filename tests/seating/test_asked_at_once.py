"""What many ask for at the same moment is asked once, or sent together, and everybody gets their own answer."""

import asyncio
import os
import time

import pytest
import redis
import redis.asyncio

from config.dev.embedded import free_port
from seating import connections, facts, store
from seating.batches import MOST_TOGETHER, Batches
from seating.in_flight import InFlight
from seating.services import execute

MANY = 3 * MOST_TOGETHER + 5


@pytest.fixture
async def batches(redis_server):
    client = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
    yield Batches(client)
    await client.aclose()


async def test_everybody_gets_the_answer_to_what_they_asked(batches):
    answers = await asyncio.gather(*(batches.send("ECHO", f"{number}") for number in range(MANY)))
    assert answers == [f"{number}" for number in range(MANY)]


async def test_what_is_asked_for_in_one_turn_reaches_redis_together(batches, redis_server):
    await batches.send("PING")  # connected
    before = redis_server.info("stats")["total_reads_processed"]
    await asyncio.gather(*(batches.send("INCR", "asked") for _ in range(MOST_TOGETHER)))
    reads = redis_server.info("stats")["total_reads_processed"] - before
    assert redis_server.get("asked") == str(MOST_TOGETHER)
    assert reads <= 10  # the batch's own, INFO's, and what a periodic task may have asked


async def test_a_command_that_fails_harms_no_other_of_its_batch(batches):
    script = batches.send("EVALSHA", "0" * 40, "0")
    answers = await asyncio.gather(batches.send("ECHO", "a"), script, batches.send("ECHO", "b"), return_exceptions=True)
    assert answers[::2] == ["a", "b"]
    assert isinstance(answers[1], redis.exceptions.NoScriptError)


async def test_whoever_no_longer_waits_is_in_nobodys_way(batches):
    asked = [asyncio.ensure_future(batches.send("ECHO", f"{number}")) for number in range(5)]
    await asyncio.sleep(0)
    asked[2].cancel()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(answers.pop(2), asyncio.CancelledError)
    assert answers == ["0", "1", "3", "4"]


async def test_without_redis_everybody_is_told():
    client = redis.asyncio.Redis(port=free_port())
    asked = (Batches(client).send("PING") for _ in range(3))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [redis.exceptions.ConnectionError] * 3
    await client.aclose()


async def test_calls_for_the_same_show_are_one_and_later_ones_another():
    calls = []

    async def look(show):
        calls.append(show)
        await asyncio.sleep(0.01)
        return len(calls)

    shared = InFlight()
    first = await asyncio.gather(*(shared.share(7, look) for _ in range(20)), shared.share(8, look))
    assert calls == [7, 8]
    assert first == [2] * 21
    assert await shared.share(7, look) == 3


async def test_an_error_is_everybodys_and_is_not_kept():
    failing = True

    async def look(show):
        await asyncio.sleep(0)
        if failing:
            raise LookupError(show)
        return show

    shared = InFlight()
    answers = await asyncio.gather(*(shared.share(7, look) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError] * 3
    failing = False
    assert await shared.share(7, look) == 7


async def test_who_stops_waiting_cancels_the_call_for_nobody_else():
    async def look(show):
        await asyncio.sleep(0.02)
        return show

    shared = InFlight()
    impatient, patient = (asyncio.ensure_future(shared.share(7, look)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == 7


async def test_a_thousand_holds_at_once_look_the_show_up_once(monkeypatch):
    looked = []

    def show_facts(show):
        looked.append(show)
        time.sleep(0.02)  # as long as a query under load
        return "facts"

    monkeypatch.setattr(facts, "show_facts", show_facts)
    monkeypatch.setattr(facts, "_remembered", {})
    found = await asyncio.gather(*(facts.recent_show_facts(7) for _ in range(1000)))
    assert set(found) == {"facts"}
    assert looked == [7]


async def test_a_show_that_many_find_forgotten_is_rebuilt_once(monkeypatch, redis_server):
    rebuilt = []

    def rebuild_show(show):
        rebuilt.append(show)
        store.run(store.rebuild(show, "epoch", "", {"sold": ["A1"], "blocked": [], "holds": {}}))

    monkeypatch.setattr(execute, "rebuild_show", rebuild_show)
    replies = await asyncio.gather(*(execute.arun_built(store.snapshot(7)) for _ in range(50)))
    assert {store.read_snapshot(reply).states["A1"] for reply in replies} == {"s"}
    assert rebuilt == [7]
    await connections.async_client().aclose()
