"""Ticket codes: any gate can check one with our public keys alone, without a network.

    HF2:<base32 of>  version (1) · key id (4) · edition (2) · ticket id (16) · show (8) · seat (UTF-8) · signature (64)

Sizes are bytes, numbers big-endian. The Ed25519 signature covers a fixed prefix and everything before it; the key id
says which of our keys made it, so that keys can change while tickets are out. A ticket that is issued again keeps its
id and gets the next edition. Version 1 had neither key id nor edition (`HF1:`, edition 1); its codes stay valid.
Base32's letters let a QR use its compact alphanumeric mode. The code proves that we issued the ticket; the
database knows whether it was cancelled, replaced or used.
"""

import base64
import binascii
import hashlib
import io
import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from checkout.errors import BadTicket

VERSION = 2
MARK = f"HF{VERSION}:"
MARK_1 = "HF1:"
PURPOSE = b"housefull ticket\x00"  # a signature made for anything else never fits a ticket
_HEAD = struct.Struct(">B4sH16sQ")
_HEAD_1 = struct.Struct(">B16sQ")
_SIGNATURE = 64
LONGEST_CODE = 500
LAST_EDITION = 0xFFFF


@dataclass(frozen=True)
class TicketPayload:
    version: int
    show: int
    seat: str
    ticket: uuid.UUID
    edition: int = 1
    key: str = ""  # the signing key's id in hex; empty in version 1


def _private_key() -> Ed25519PrivateKey:
    return _key_of(settings.TICKET_SIGNING_KEY)


@lru_cache(maxsize=4)
def _key_of(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key() -> bytes:
    """The 32 bytes that belong to the key we sign with now."""
    return _private_key().public_key().public_bytes_raw()


def public_keys() -> list[bytes]:
    """What a gate needs: the key we sign with now, then the older ones whose tickets are still good."""
    return list(dict.fromkeys([public_key(), *settings.TICKET_OLD_PUBLIC_KEYS]))


def key_id(public: bytes) -> bytes:
    """The four bytes by which a code names its key."""
    return hashlib.sha256(public).digest()[:4]


def sign(ticket: uuid.UUID, show: int, seat: str, edition: int = 1) -> str:
    """The code of a ticket. The same edition of the same ticket always gets the same code."""
    payload = _HEAD.pack(VERSION, key_id(public_key()), edition, ticket.bytes, show) + seat.encode()
    return MARK + _encode(payload + _private_key().sign(PURPOSE + payload))


def verify(code: str, *public: bytes) -> TicketPayload:
    """What the code says, if one of the `public` keys (32 bytes each) signed it. Raises BadTicket."""
    try:
        data = _decode(code)
        payload, signature = data[:-_SIGNATURE], data[-_SIGNATURE:]
        content, keys = _read(payload, public)
        signed = any(_signed(key, signature, payload) for key in keys)
    except (struct.error, ValueError):
        raise BadTicket(_NOT_OURS) from None
    if public and not keys:
        raise BadTicket(
            f"This ticket names the key {content.key}, which this gate does not have. Give it all public keys."
        )
    if not signed:
        raise BadTicket(_NOT_OURS)
    if content.version not in {1, VERSION}:
        raise BadTicket("This gate does not know this kind of ticket. Update the gate.")
    return content


_NOT_OURS = "This is not one of our tickets. Ask for the ticket from the confirmation mail."


def _read(payload: bytes, public: Sequence[bytes]) -> tuple[TicketPayload, list[bytes]]:
    """What the payload says, and the keys that may have signed it. Raises struct.error, ValueError."""
    if payload[:1] == b"\x01":
        version, ticket, show = _HEAD_1.unpack_from(payload)
        seat = payload[_HEAD_1.size :].decode()
        return TicketPayload(version, show, seat, uuid.UUID(bytes=ticket)), list(public)
    version, key, edition, ticket, show = _HEAD.unpack_from(payload)
    seat = payload[_HEAD.size :].decode()
    content = TicketPayload(version, show, seat, uuid.UUID(bytes=ticket), edition, key.hex())
    return content, [one for one in public if key_id(one) == key]


def _signed(public: bytes, signature: bytes, payload: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, PURPOSE + payload)
    except InvalidSignature:
        return False
    return True


def _encode(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def _decode(code: str) -> bytes:
    """Raises ValueError for anything that `_encode` would not have written."""
    text = code.strip()
    mark, body = text[: len(MARK)], text[len(MARK) :]
    if mark not in {MARK, MARK_1} or len(text) > LONGEST_CODE or not text.isascii():
        raise ValueError(code)
    try:
        data = base64.b32decode(body + "=" * (-len(body) % 8))
    except binascii.Error as error:
        raise ValueError(code) from error
    if _encode(data) != body or (mark == MARK_1) != (data[:1] == b"\x01"):
        raise ValueError(code)  # one ticket, one spelling
    return data


def qr_svg(code: str) -> str:
    """The QR as an SVG document of one path, with the quiet zone that scanners want."""
    return _qr(code, kind="svg", xmldecl=False, omitsize=True, nl=False).decode()


def qr_png(code: str, pixels_per_module: int = 5) -> bytes:
    """The QR as a picture that mail programs show."""
    return _qr(code, kind="png", scale=pixels_per_module)


def _qr(code: str, **form: Any) -> bytes:
    out = io.BytesIO()
    _drawn(code).save(out, border=4, **form)
    return out.getvalue()


@lru_cache(maxsize=64)
def _drawn(code: str) -> segno.QRCode:
    """A mail shows the codes that its PDF has just shown."""
    return segno.make(code, error="m", micro=False)
