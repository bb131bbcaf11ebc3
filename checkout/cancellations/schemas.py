"""What cancelling takes and gives."""

from typing import Annotated

from ninja import Schema
from pydantic import Field

from checkout.bookings.schemas import BookingOut
from checkout.fields import MOST_NAMED, Paise, Strict, TicketId


class CancelIn(Strict):
    tickets: Annotated[list[TicketId], Field(min_length=1, max_length=MOST_NAMED)] | None = None
    dry_run: bool = False


class CancelledSeatOut(Schema):
    ticket: str | None
    seat: str
    base: Paise
    refund: Paise


class CancellationOut(Schema):
    refund: Paise
    rule: str
    percent: int
    detail: str
    dry_run: bool
    tickets: list[str]
    lines: list[CancelledSeatOut]
    booking: BookingOut
