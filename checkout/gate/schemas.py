"""What the gate's endpoints take and give. Whatever a scanner may read is taken as a code: it is judged, not typed."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from checkout.fields import MOST_NAMED, Name, ShowId, Strict, TicketId

MOST_SCANS = 500
Code = Annotated[str, Field(max_length=5000, description="what the QR holds")]
Gate = Annotated[Name, Field(max_length=60, description="the gate's name, as staff will read it")]


class CheckInIn(Strict):
    code: Code
    gate: Gate
    show: ShowId | None = Field(None, description="the show this gate is open for, if it is for one only")


class OfflineScanIn(Strict):
    code: Code
    gate: Gate
    scanned_at: Annotated[str, Field(max_length=60, description="ISO 8601 with a zone, by the gate's clock")]


class SyncIn(Strict):
    scans: Annotated[list[OfflineScanIn], Field(min_length=1, max_length=MOST_SCANS)]
    show: ShowId | None = None


class AdmissionOut(Schema):
    gate: str
    checked_in_at: str


class CheckedInOut(Schema):
    ticket: str
    seat: str
    show: int
    film: str
    reference: str
    name: str
    gate: str
    checked_in_at: str


class SyncedScanOut(Schema):
    """`admitted`: the ticket's one admission. `conflict`: recorded, and `code` says why nobody should have gone in.
    `refused`: not recorded, and `code` says why."""

    position: int = Field(description="of the scan in the request, from 0")
    outcome: Literal["admitted", "conflict", "refused"]
    code: str | None
    detail: str
    gate: str
    scanned_at: str | None
    ticket: str | None
    show: int | None
    seat: str | None
    first: AdmissionOut | None = Field(description="the admission that counts")


class SyncedOut(Schema):
    items: list[SyncedScanOut]
    count: int
    admitted: int
    conflicts: int
    refused: int


class KeyOut(Schema):
    id: str
    key: str = Field(description="32 bytes of an Ed25519 public key in base64")


class KeysOut(Schema):
    items: list[KeyOut]
    count: int


class UndoIn(Strict):
    ticket: TicketId
    reason: Annotated[Name, Field(max_length=200)]


class UndoneOut(Schema):
    ticket: str
    seat: str
    show: int
    reference: str
    checked_in_at: None


class ReissueIn(Strict):
    tickets: Annotated[list[TicketId], Field(min_length=1, max_length=MOST_NAMED)] | None = None
