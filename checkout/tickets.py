"""What makes a ticket a ticket: a code that any gate can check with our public key alone, without a network.

    HF1:<base32 of>  version (1 byte) · ticket id (16) · show (8, big-endian) · seat (UTF-8) · signature (64)

The Ed25519 signature covers a fixed prefix and everything before it. Base32's letters let a QR use its compact
alphanumeric mode. The code says that we issued the ticket; whether it was cancelled or used, the database says.
"""

import base64
import binascii
import io
import struct
import uuid
from dataclasses import dataclass
from functools import lru_cache

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from checkout.errors import BadTicket

VERSION = 1
MARK = f"HF{VERSION}:"
PURPOSE = b"housefull ticket\x00"  # a signature made for anything else never fits a ticket
_HEAD = struct.Struct(">B16sQ")
_SIGNATURE = 64
LONGEST_CODE = 500


@dataclass(frozen=True)
class TicketPayload:
    version: int
    show: int
    seat: str
    ticket: uuid.UUID


def _private_key() -> Ed25519PrivateKey:
    return _key_of(settings.TICKET_SIGNING_KEY)


@lru_cache(maxsize=4)
def _key_of(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key() -> bytes:
    """The 32 bytes that a gate needs."""
    return _private_key().public_key().public_bytes_raw()


def sign(ticket: uuid.UUID, show: int, seat: str) -> str:
    """The code of a ticket. The same ticket always gets the same code."""
    payload = _HEAD.pack(VERSION, ticket.bytes, show) + seat.encode()
    return MARK + _encode(payload + _private_key().sign(PURPOSE + payload))


def verify(code: str, public: bytes) -> TicketPayload:
    """What the code says, if we signed it; `public` are the public key's 32 bytes. Raises BadTicket."""
    try:
        data = _decode(code)
        payload, signature = data[:-_SIGNATURE], data[-_SIGNATURE:]
        Ed25519PublicKey.from_public_bytes(public).verify(signature, PURPOSE + payload)
        version, ticket, show = _HEAD.unpack_from(payload)
        seat = payload[_HEAD.size :].decode()
    except (InvalidSignature, struct.error, ValueError):
        raise BadTicket("This is not one of our tickets. Ask for the ticket from the confirmation mail.") from None
    if version != VERSION:
        raise BadTicket("This ticket is of a kind that this gate does not know. Update the gate.")
    return TicketPayload(version, show, seat, uuid.UUID(bytes=ticket))


def _encode(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def _decode(code: str) -> bytes:
    """Raises ValueError for anything that `_encode` would not have written."""
    text = code.strip()
    if not text.startswith(MARK) or len(text) > LONGEST_CODE or not text.isascii():
        raise ValueError(code)
    body = text.removeprefix(MARK)
    try:
        data = base64.b32decode(body + "=" * (-len(body) % 8))
    except binascii.Error as wrong:
        raise ValueError(code) from wrong
    if _encode(data) != body:
        raise ValueError(code)
    return data


def qr_svg(code: str) -> str:
    """The QR as an SVG document of one path, with the quiet zone that scanners want."""
    out = io.BytesIO()
    code_image = segno.make(code, error="m", micro=False)
    code_image.save(out, kind="svg", xmldecl=False, border=4, omitsize=True, nl=False)
    return out.getvalue().decode()
