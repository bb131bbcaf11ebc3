"""The board's messages: however many shows there are, none is longer than 16 KB, and a socket that is full waits."""

import json

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from boxoffice import board, consumers
from boxoffice.board import MESSAGE_BYTES, figures_frames
from boxoffice.tokens import make_token
from tests import factories


def entry(show: int) -> dict:
    return {"theatre": 1, "show": show, "available": 400, "held": 2, "sold": 10, "blocked": 0, "viewers": 12}


@pytest.mark.parametrize("count", [0, 1, 50, 1_000, 5_000])
def test_every_show_is_in_one_part_and_no_part_is_too_long(count):
    frames = figures_frames([entry(show) for show in range(10**9, 10**9 + count)])
    told = [json.loads(frame.text) for frame in frames]
    assert [show["show"] for message in told for show in message["shows"]] == list(range(10**9, 10**9 + count))
    assert [(message["part"], message["parts"]) for message in told] == [
        (number, len(told)) for number in range(1, len(told) + 1)
    ]
    assert max(len(frame.text.encode()) for frame in frames) <= MESSAGE_BYTES


@pytest.mark.django_db(transaction=True)
async def test_a_socket_that_takes_nothing_is_closed_as_too_slow(redis_server, settings, monkeypatch):
    settings.STUCK_VIEWER_SECONDS = 0.2
    monkeypatch.setattr(board, "todays_shows", lambda theatres=None: {})
    monkeypatch.setattr(consumers.SendOutlet, "drained", lambda self: False)
    user = await sync_to_async(factories.make_staff)("usher")
    _, secret = await sync_to_async(make_token)(user, "usher", None, 1)
    headers = [(b"authorization", f"Bearer {secret}".encode())]
    socket = WebsocketCommunicator(consumers.BoxOfficeConsumer.as_asgi(), "/ws/boxoffice/", headers=headers)
    await socket.connect()
    assert (await socket.receive_output(5)) == {"type": "websocket.close", "code": 1013}
