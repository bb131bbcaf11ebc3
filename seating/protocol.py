"""The live map's messages: parses those of clients and builds ours. The contract is asyncapi.yaml.

Frames to clients are built only here, and each is encoded once, however many viewers get it.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cinema.times import utc

SeatId = Annotated[str, Field(min_length=1, max_length=40)]
Ref = Annotated[str, Field(max_length=64)] | Annotated[int, Field(ge=-(2**53), le=2**53)]


class CloseCode:
    """Why a socket was closed. After 4429, 1012 and 1013 a client comes back later; after the other 4xxx it stops."""

    BAD_MESSAGES = 4400
    SIGNED_OUT = 4401
    NO_SUCH_SHOW = 4404
    TOO_MANY = 4429
    RESTARTING = 1012
    TOO_SLOW = 1013


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Hello(_Message):
    type: Literal["hello"]
    epoch: Annotated[str, Field(max_length=64)] | None = None
    seq: Annotated[int, Field(ge=0, le=2**53)] | None = None
    token: Annotated[str, Field(max_length=256)] | None = None


class HoldRequest(_Message):
    type: Literal["hold"]
    ref: Ref
    seats: Annotated[list[SeatId], Field(min_length=1, max_length=100)]
    key: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class ReleaseRequest(_Message):
    type: Literal["release"]
    ref: Ref
    seats: Annotated[list[SeatId], Field(min_length=1, max_length=100)]


class Ping(_Message):
    type: Literal["ping"]


ClientMessage = Hello | HoldRequest | ReleaseRequest | Ping
_adapter: TypeAdapter[ClientMessage] = TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])


class BadMessage(Exception):
    """The frame is not a message of the contract; the text says why."""


def parse(text: str | None) -> ClientMessage:
    """Raises BadMessage."""
    if text is None:
        raise BadMessage("Send text frames with JSON, not binary ones.")
    try:
        message = _adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadMessage(f"{place}: {first['msg']}" if place else first["msg"]) from None
    if isinstance(message, HoldRequest | ReleaseRequest) and len(set(message.seats)) < len(message.seats):
        raise BadMessage("seats: name each seat once")
    return message


def timestamp(moment: datetime | None = None) -> str:
    """As `cinema.times` writes every moment; by default now."""
    return utc(moment or datetime.now(UTC))


class Frame:
    """One message, encoded once for however many viewers get it."""

    __slots__ = ("text", "wire")

    def __init__(self, message: dict[str, Any]) -> None:
        self.text = json.dumps(message, separators=(",", ":"), ensure_ascii=False)
        payload = self.text.encode()
        # The whole websocket frame, header included: a server's frames are not masked (RFC 6455, 5.2).
        self.wire = _header(len(payload)) + payload


def _header(length: int) -> bytes:
    final_text = 0x81
    if length < 126:
        return bytes((final_text, length))
    if length < 1 << 16:
        return bytes((final_text, 126)) + length.to_bytes(2, "big")
    return bytes((final_text, 127)) + length.to_bytes(8, "big")


def snapshot(
    show: int, epoch: str, seq: int, states: str, mine: dict[str, Any] | None, viewers: int, token: str | None = None
) -> Frame:
    """`token` is who a stranger is from now on."""
    message = {
        "type": "snapshot",
        "show": show,
        "epoch": epoch,
        "seq": seq,
        "states": states,
        "mine": mine,
        "viewers": viewers,
        "now": timestamp(),
    }
    return Frame({**message, "token": token} if token else message)


def delta(first: int, last: int, changes: dict[str, str]) -> Frame:
    return Frame({"type": "delta", "from": first, "to": last, "changes": changes})


def heartbeat(seq: int, viewers: int) -> Frame:
    return Frame({"type": "heartbeat", "seq": seq, "viewers": viewers, "now": timestamp()})


def held(ref: str | int, seats: Sequence[str], expires_at: datetime, token: str | None) -> Frame:
    return Frame({"type": "held", "ref": ref, "seats": seats, "expires_at": timestamp(expires_at), "token": token})


def refused(
    ref: str | int, code: str, seats: Sequence[str], retry_after: int | None = None, token: str | None = None
) -> Frame:
    """`retry_after` in seconds, where waiting helps; `token` where it is not known whether the seats are held."""
    extra = {"retry_after": retry_after, "token": token}
    known = {name: value for name, value in extra.items() if value is not None}
    return Frame({"type": "refused", "ref": ref, "code": code, "seats": seats, **known})


def released(ref: str | int, seats: Sequence[str]) -> Frame:
    return Frame({"type": "released", "ref": ref, "seats": seats})


def expired(seats: Sequence[str]) -> Frame:
    return Frame({"type": "expired", "seats": seats})


def yours(what: str, seats: Sequence[str], mine: dict[str, Any] | None) -> Frame:
    """Something happened to seats of this person: `held`, `released`, `paid`, or `moved` to the account they signed in
    to. `mine` is what they hold now."""
    return Frame({"type": "yours", "what": what, "seats": seats, "mine": mine})


def notice(code: str, detail: str) -> Frame:
    return Frame({"type": "notice", "code": code, "detail": detail})


def error(code: str, detail: str) -> Frame:
    return Frame({"type": "error", "code": code, "detail": detail})


def pong() -> Frame:
    return Frame({"type": "pong", "now": timestamp()})
