"""A small site that speaks the contract and breaks its promises, for the proof to find out."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

SEATS = ["A1", "A2", "A3"]


def moment(seconds: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


class FalseSite:
    """`gives_everything`: every hold is granted to whoever asks. `misled`: the number of a socket with a wrong map."""

    def __init__(self, gives_everything: bool = False, misled: int | None = None, state: str = "on_sale") -> None:
        self.gives_everything = gives_everything
        self.misled = misled
        self.sockets = 0
        self.pages = {
            "/api/shows/1/": {
                "movie": {"title": "False Friends"},
                "screen": {"name": "Studio"},
                "starts_at": moment(3600),
                "state": state,
            },
            "/api/shows/1/layout/": {"seats": [{"id": seat, "row": "A", "couple": None} for seat in SEATS]},
            "/api/shows/1/seats/": {"epoch": "e", "seq": 1, "seats": dict.fromkeys(SEATS, "available")},
        }

    def answer(self, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener:
        path = request.path.decode()
        if path == "/ws/shows/1/":
            self.sockets += 1
            return FalseSocket(self, self.sockets - 1)
        if path not in self.pages:
            return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(404, b"no such page"), None)
        body = json.dumps(self.pages[path]).encode()
        headers = {"Content-Type": "application/json"}  # picows adds the length
        return WSUpgradeResponseWithListener(WSUpgradeResponse.create_ok_response(body, headers), None)


class FalseSocket(WSListener):
    def __init__(self, site: FalseSite, number: int) -> None:
        self.site = site
        self.number = number

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.show(transport)

    def show(self, transport: WSTransport) -> None:
        states = "aha" if self.number == self.site.misled else "aaa"
        snapshot = {"type": "snapshot", "show": 1, "epoch": "e", "seq": 1, "states": states, "mine": None}
        self.say(transport, {**snapshot, "viewers": 1, "now": moment()})

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type != WSMsgType.TEXT:
            transport.disconnect()
            return
        asked = json.loads(frame.get_payload_as_bytes())
        if asked["type"] == "hello":
            self.show(transport)
            return
        answer = {"ref": asked["ref"], "seats": asked["seats"]}
        if asked["type"] == "release":
            self.say(transport, {"type": "released", **answer})
        elif self.site.gives_everything:
            held = {"type": "held", "expires_at": moment(300), "token": f"guest{self.number}"}
            self.say(transport, {**held, **answer})
        else:
            self.say(transport, {"type": "refused", "code": "seat_unavailable", **answer})

    def say(self, transport: WSTransport, message: dict) -> None:
        transport.send(WSMsgType.TEXT, json.dumps(message).encode())


@asynccontextmanager
async def running(site: FalseSite) -> AsyncIterator[str]:
    """Answers with the site's address."""
    server = await ws_create_server(site.answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
