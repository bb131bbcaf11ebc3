"""Every message of the contract, spoken with a running server; each captured frame is checked by the schema."""

import asyncio
import time

import pytest
from picows import WSInvalidStatusError, WSMsgType

from tests.live_client import LiveClient


@pytest.fixture
async def viewer(live_show):
    client = await LiveClient.open(live_show.socket, live_show.layout)
    await client.next_of("snapshot")
    yield client
    await client.end()


async def test_the_first_message_is_the_whole_map(live_show, viewer):
    first = viewer.messages[0]
    epoch, seq, letters = live_show.fresh()
    assert (first["type"], first["show"], first["epoch"], first["seq"]) == ("snapshot", live_show.id, epoch, seq)
    assert list(first["states"]) == letters
    assert first["mine"] is None


async def test_holding_answers_the_holder_and_shows_everybody_else(live_show, viewer):
    other = await LiveClient.open(live_show.socket, live_show.layout)
    await other.next_of("snapshot")
    seats = live_show.seats[:2]
    viewer.say(type="hold", ref="r1", seats=seats)
    held = await viewer.next_of("held", ref="r1")
    assert held["seats"] == seats
    assert held["token"]
    await other.until(lambda: [other.state_of(seat) for seat in seats] == ["h", "h"])
    assert held["token"] not in str(other.messages)
    viewer.say(type="release", ref="r2", seats=seats[:1])
    assert (await viewer.next_of("released", ref="r2"))["seats"] == seats[:1]
    await other.until(lambda: [other.state_of(seat) for seat in seats] == ["a", "h"])
    await other.end()


async def test_a_token_makes_a_new_socket_the_same_guest(live_show, viewer):
    viewer.say(type="hold", ref=1, seats=live_show.seats[:1])
    held = await viewer.next_of("held", ref=1)
    again = await LiveClient.open(live_show.socket, live_show.layout)
    await again.next_of("snapshot")
    again.say(type="hello", token=held["token"])
    mine = await again.until(lambda: next((m["mine"] for m in again.messages if m.get("mine")), None))
    assert mine == {"seats": held["seats"], "expires_at": held["expires_at"]}
    again.say(type="release", ref=2, seats=live_show.seats[:1])
    assert (await again.next_of("released", ref=2))["seats"] == live_show.seats[:1]
    await again.end()


async def test_a_taken_seat_is_refused_with_its_name(live_show, viewer):
    rival = await LiveClient.open(live_show.socket, live_show.layout)
    viewer.say(type="hold", ref="a", seats=live_show.seats[:1])
    await viewer.next_of("held")
    rival.say(type="hold", ref="b", seats=live_show.seats[:2])
    refused = await rival.next_of("refused", ref="b")
    assert (refused["code"], refused["seats"]) == ("seat_unavailable", live_show.seats[:1])
    await rival.end()


@pytest.mark.parametrize(
    ("seats", "code"), [(["Z99"], "unknown_seat"), ("eleven", "too_many_seats")], ids=["unknown", "eleven"]
)
async def test_a_wish_that_cannot_be_met_is_refused_with_the_contracts_code(live_show, viewer, seats, code):
    viewer.say(type="hold", ref="x", seats=live_show.seats[:11] if seats == "eleven" else seats)
    assert (await viewer.next_of("refused", ref="x"))["code"] == code


async def test_hello_answers_with_the_map_unless_one_is_up_to_date(live_show, viewer):
    viewer.say(type="hello")
    await viewer.until(lambda: [m["type"] for m in viewer.messages].count("snapshot") == 2)
    viewer.say(type="hello", epoch=viewer.epoch, seq=viewer.seq)
    heartbeat = await viewer.next_of("heartbeat")
    assert heartbeat["seq"] == viewer.seq


async def test_ping_is_answered(viewer):
    viewer.say(type="ping")
    assert (await viewer.next_of("pong"))["now"]


async def test_a_heartbeat_comes_every_ten_seconds(viewer):
    first = await viewer.next_of("heartbeat", seconds=12)
    assert first["viewers"] >= 1


@pytest.mark.parametrize(
    "payload",
    [
        b"no json",
        b'{"type":"shout"}',
        b'{"type":"ping","extra":1}',
        b'{"type":"hold","ref":"a","seats":[]}',
        b'{"type":"hold","ref":"a","seats":["A1","A1"]}',
        b'{"type":"hold","ref":"a","seats":"A1"}',
        b'{"type":"hold","seats":["A1"]}',
        b'{"type":"hello","seq":"three"}',
        b"[]",
        b"null",
    ],
)
async def test_three_bad_messages_in_a_row_close_the_socket(live_show, viewer, payload):
    viewer.say_raw(payload)
    assert (await viewer.next_of("error"))["code"] == "bad_message"
    viewer.say(type="ping")  # a good one between begins the count anew
    await viewer.next_of("pong")
    for _ in range(3):
        viewer.say_raw(payload)
    await asyncio.wait_for(viewer.closed.wait(), 5)
    assert viewer.close_code == 4400


async def test_a_binary_frame_is_a_bad_message(viewer):
    viewer.say_raw(b"\x00\x01", WSMsgType.BINARY)
    assert (await viewer.next_of("error"))["code"] == "bad_message"


async def test_a_forged_token_is_told_so(viewer):
    viewer.say(type="hello", token="guest_000000000000000000000000:forged")
    assert (await viewer.next_of("error"))["code"] == "bad_token"


@pytest.mark.parametrize("path", ["/ws/shows/999999999/", "/ws/shows/0/", "/ws/nothing/", "/ws/shows/abc/"])
async def test_an_unknown_show_closes_with_4404(site, path):
    client = await LiveClient.open(f"{site.ws}{path}")
    await asyncio.wait_for(client.closed.wait(), 5)
    assert client.close_code == 4404


async def test_a_frame_above_four_kilobytes_closes_with_1009(viewer):
    viewer.say(type="hello", token="x" * 5000)
    await asyncio.wait_for(viewer.closed.wait(), 5)
    assert viewer.close_code == 1009


async def test_a_flood_of_messages_closes_with_4429(viewer):
    for _ in range(60):
        viewer.say(type="ping")
    await asyncio.wait_for(viewer.closed.wait(), 5)
    assert viewer.close_code == 4429


async def test_another_sites_page_cannot_open_a_socket(live_show):
    with pytest.raises(WSInvalidStatusError):
        await LiveClient.open(live_show.socket, headers={"Origin": "https://evil.example"})


async def test_our_own_page_can(live_show):
    client = await LiveClient.open(live_show.socket, headers={"Origin": live_show.site.url})
    await client.next_of("snapshot")
    await client.end()


async def test_viewers_are_counted(live_show, viewer):
    other = await LiveClient.open(live_show.socket)
    assert (await other.next_of("snapshot"))["viewers"] >= 2
    await other.end()


async def test_a_hold_left_alone_is_free_again_within_a_second_and_a_half(hasty_show, machine):
    watcher = await LiveClient.open(hasty_show.socket, hasty_show.layout)
    holder = await LiveClient.open(hasty_show.socket, hasty_show.layout)
    await asyncio.gather(watcher.next_of("snapshot"), holder.next_of("snapshot"))
    seat = hasty_show.seats[0]
    holder.say(type="hold", ref=1, seats=[seat])
    await holder.next_of("held")
    began = time.monotonic()
    await watcher.until(lambda: watcher.state_of(seat) == "h")
    await watcher.until(lambda: watcher.state_of(seat) == "a", 30)
    assert 4.5 <= time.monotonic() - began <= 5 + machine.allows(1.5)
    assert (await holder.next_of("expired"))["seats"] == [seat]
    await asyncio.gather(watcher.end(), holder.end())
