"""A viewer of the live map for tests: applies snapshots and deltas as the contract says, and keeps every message."""

import asyncio
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

ASYNCAPI = Path(__file__).parent.parent / "seating" / "asyncapi.yaml"


@cache
def validators() -> dict[str, Draft202012Validator]:
    """One validator per message of the contract's file."""
    contract = yaml.safe_load(ASYNCAPI.read_text())
    return {
        name: Draft202012Validator({**message["payload"], "components": contract["components"]})
        for name, message in contract["components"]["messages"].items()
    }


class LiveClient(WSListener):
    """Connect with `await LiveClient.open(url)`; `states` is the map as this viewer knows it."""

    def __init__(self) -> None:
        self.messages: list[dict] = []
        self.states: list[str] = []
        self.seq = -1
        self.epoch = ""
        self.gaps = 0
        self.close_code: int | None = None
        self.closed = asyncio.Event()
        self._news = asyncio.Event()
        self.transport: WSTransport | None = None

    @classmethod
    async def open(cls, url: str, seat_ids: list[str] | None = None, headers: dict | None = None) -> "LiveClient":
        _, client = await ws_connect(cls, url, extra_headers=headers, websocket_handshake_timeout=30)
        if client is None:
            raise ConnectionError("the server went away during the handshake")
        client.index = {seat: place for place, seat in enumerate(seat_ids or [])}
        return client

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            self.close_code = int(frame.get_close_code())
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
            return
        if frame.msg_type != WSMsgType.TEXT:
            return
        message = json.loads(frame.get_payload_as_utf8_text())
        validators()[message["type"]].validate(message)
        self._apply(message)
        self.messages.append(message)
        self._news.set()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.closed.set()
        self._news.set()

    def _apply(self, message: dict) -> None:
        if message["type"] == "snapshot":
            self.epoch, self.seq, self.states = message["epoch"], message["seq"], list(message["states"])
        elif message["type"] == "delta" and message["to"] > self.seq:
            if message["from"] != self.seq:
                self.gaps += 1
                self.say(type="hello", epoch=self.epoch, seq=self.seq)
                return
            self.seq = message["to"]
            for seat, letter in message["changes"].items():
                if seat in self.index:
                    self.states[self.index[seat]] = letter

    def state_of(self, seat: str) -> str:
        return self.states[self.index[seat]]

    def say(self, **message: Any) -> None:
        self.say_raw(json.dumps(message).encode())

    def say_raw(self, payload: bytes, kind: WSMsgType = WSMsgType.TEXT) -> None:
        assert self.transport is not None
        self.transport.send(kind, payload)

    async def until(self, condition: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Waits until the condition holds after some message; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not (answer := condition()):
                self._news.clear()
                await self._news.wait()
                if self.closed.is_set() and not condition():
                    raise ConnectionError(f"closed with {self.close_code}")
            return answer

    async def next_of(self, *types: str, seconds: float = 5.0, **fields: Any) -> dict:
        """The first message of one of these types with these fields (`ref=1`), also if it has come already."""
        return await self.until(
            lambda: next(
                (m for m in self.messages if m["type"] in types and fields.items() <= m.items()),
                None,
            ),
            seconds,
        )

    async def end(self) -> None:
        if not self.closed.is_set():
            self.transport.send_close(WSCloseCode.OK)
            self.transport.disconnect()
            await self.closed.wait()
