"""Two hundred at once want the same three seats: exactly one gets all three, and nobody gets some."""

import asyncio

import httpx

from tests.live_client import LiveClient

CLIENTS = 200


async def test_over_http(live_show):
    wish = {"show": live_show.id, "seats": live_show.seats[:3]}
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=live_show.site.url, timeout=60, limits=limits) as client:
        answers = await asyncio.gather(*(client.post("/api/bookings/lock-seats/", json=wish) for _ in range(CLIENTS)))
    codes = [answer.status_code for answer in answers]
    assert codes.count(201) == 1
    assert codes.count(409) == CLIENTS - 1
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert all(answer["code"] == "seat_unavailable" for answer in refused)
    winner = next(answer.json() for answer in answers if answer.status_code == 201)
    assert set(winner["seats"]) == set(wish["seats"])
    _, _, letters = live_show.fresh()
    assert letters.count("h") == 3


async def test_over_sockets(live_show):
    wish = live_show.seats[:3]
    clients = await asyncio.gather(*(LiveClient.open(live_show.socket, live_show.layout) for _ in range(CLIENTS)))
    await asyncio.gather(*(client.next_of("snapshot", seconds=30) for client in clients))
    for client in clients:
        client.say(type="hold", ref="mine", seats=wish)
    answers = await asyncio.gather(*(client.next_of("held", "refused", seconds=30) for client in clients))
    held = [answer for answer in answers if answer["type"] == "held"]
    assert len(held) == 1
    assert set(held[0]["seats"]) == set(wish)
    assert all(answer["code"] == "seat_unavailable" for answer in answers if answer["type"] == "refused")
    epoch, seq, letters = live_show.fresh()
    await asyncio.gather(*(client.until(lambda client=client: client.seq >= seq, 10) for client in clients))
    assert all((client.epoch, client.states, client.gaps) == (epoch, letters, 0) for client in clients)
    await asyncio.gather(*(client.end() for client in clients))
