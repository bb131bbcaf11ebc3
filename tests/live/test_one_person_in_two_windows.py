"""What one window of a person does, every other window of theirs hears, and each hears what it was."""

import httpx
import pytest

from tests.live_client import LiveClient


@pytest.fixture
async def windows(live_show):
    """Two sockets of one guest, and one of a stranger."""
    first = await LiveClient.open(live_show.socket, live_show.layout)
    token = (await first.next_of("snapshot"))["token"]
    second = await LiveClient.open(live_show.socket, live_show.layout)
    stranger = await LiveClient.open(live_show.socket, live_show.layout)
    await second.next_of("snapshot")
    await stranger.next_of("snapshot")
    second.say(type="hello", token=token)
    await second.until(lambda: sum(message["type"] == "snapshot" for message in second.messages) == 2)
    yield first, second, stranger, token
    for client in (first, second, stranger):
        await client.end()


async def test_a_strangers_first_snapshot_says_who_they_are(live_show, windows):
    first, _, _, token = windows
    seats = live_show.seats[:1]
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=live_show.site.url, headers=headers) as program:
        answer = await program.post("/api/bookings/lock-seats/", json={"show": live_show.id, "seats": seats})
    assert answer.status_code == 201
    assert (await first.next_of("yours", what="held"))["seats"] == seats


async def test_held_and_released_are_told_to_the_other_window_and_to_nobody_else(live_show, windows):
    first, second, stranger, _ = windows
    seats = live_show.seats[:2]
    first.say(type="hold", ref=1, seats=seats, key="k1")
    told = await second.next_of("yours", what="held")
    assert sorted(told["seats"]) == sorted(told["mine"]["seats"]) == sorted(seats)
    second.say(type="release", ref=2, seats=seats[:1])
    told = await first.next_of("yours", what="released")
    assert told["seats"] == seats[:1] and told["mine"]["seats"] == seats[1:]
    assert not any(message["type"] == "yours" for message in stranger.messages)


async def test_paid_is_neither_released_nor_run_out(live_show, windows):
    first, second, _, token = windows
    seats = live_show.seats[:1]
    first.say(type="hold", ref=1, seats=seats)
    await first.next_of("held", ref=1)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=live_show.site.url, headers=headers, timeout=30) as program:
        contact = {"show": live_show.id, "name": "Alice", "email": "alice@example.test"}
        booking = (await program.post("/api/bookings/create/", json=contact)).json()
        order = (await program.post("/api/payments/initiate/", json={"booking": booking["id"]})).json()
        payment = {"order_id": order["order_id"], "outcome": "success"}
        paid = (await program.post(f"{live_show.site.sandbox_url}/_test/pay", json=payment)).json()
        await program.post("/api/payments/verify/", json=paid)
    for window in (first, second):
        told = await window.next_of("yours", what="paid")
        assert told["seats"] == seats and told["mine"] is None
        assert not any(message["type"] == "expired" for message in window.messages)


async def test_a_lost_answer_is_asked_again_with_the_same_key(live_show, windows):
    first, _, stranger, token = windows
    seats = live_show.seats[:2]
    first.say(type="hold", ref=1, seats=seats, key="mine")
    held = await first.next_of("held", ref=1)
    body = {"show": live_show.id, "seats": seats, "key": "mine"}
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=live_show.site.url, headers=headers) as program:
        again = await program.post("/api/bookings/lock-seats/", json=body)
    assert again.status_code == 201 and again.json()["expires_at"] == held["expires_at"]
    stranger.say(type="hold", ref=3, seats=seats, key="mine")
    assert (await stranger.next_of("refused", ref=3))["code"] == "seat_unavailable"
