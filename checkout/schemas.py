"""What the booking and payment rows of the API take and give. Unknown fields and loose types are refused."""

from typing import Annotated

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from checkout.coupons import LONGEST_CODE

LARGEST_ID = 2**63 - 1
MOST_NAMED = 1000  # far above what may be booked: a longer list is not a mistake but an attack


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("Leave out line breaks and other control characters.")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("Write something.")
    return text.strip()


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError("Write an e-mail address such as alice@example.com.") from None
    return text


def _different(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("Name each of them once.")
    return names


Printable = AfterValidator(_printable)
ShowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Seat = Annotated[str, Field(min_length=1, max_length=40), Printable]
Seats = Annotated[list[Seat], Field(min_length=1, max_length=MOST_NAMED), AfterValidator(_different)]
Name = Annotated[str, Field(max_length=120), Printable, AfterValidator(_filled)]
Email = Annotated[str, Field(max_length=254), Printable, AfterValidator(_email)]
Phone = Annotated[str, Field(pattern=r"^(\+?[0-9][0-9 ()-]{4,22})?$", description="digits, may be left empty")]
Opaque = Annotated[str, Field(min_length=1, max_length=200)]
CouponCode = Annotated[
    str, Field(max_length=LONGEST_CODE, description="capitals and small letters are the same"), Printable
]
TicketId = Annotated[str, Field(min_length=1, max_length=40), Printable]
Paise = Annotated[int, Field(description="paise")]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)


class LockSeatsIn(Strict):
    show: ShowId
    seats: Seats


class ReleaseSeatsIn(Strict):
    show: ShowId
    seats: Seats | None = None


class CreateIn(Strict):
    show: ShowId
    name: Name
    email: Email
    phone: Phone | None = ""
    coupon: Annotated[CouponCode, AfterValidator(_filled)] | None = None


class CouponIn(Strict):
    code: Annotated[CouponCode, AfterValidator(_filled)] | None = Field(description="null takes the coupon off")


class InitiateIn(Strict):
    booking: Opaque


class VerifyIn(Strict):
    razorpay_order_id: Opaque
    razorpay_payment_id: Opaque
    razorpay_signature: Opaque


class CancelIn(Strict):
    tickets: Annotated[list[TicketId], Field(min_length=1, max_length=MOST_NAMED)] | None = None
    dry_run: bool = False


class ReissueIn(Strict):
    tickets: Annotated[list[TicketId], Field(min_length=1, max_length=MOST_NAMED)] | None = None


class JoinIn(Strict):
    count: Annotated[int, Field(ge=1, le=100, description="seats, all or none")]
    tier: Annotated[str, Field(min_length=1, max_length=60), Printable] | None = None
    name: Name
    email: Email


class TakeIn(Strict):
    """Whom the booking is for; by default whoever joined the list."""

    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = ""


class Problem(Schema):
    """RFC 9457; further fields depend on the code."""

    type: str
    title: str
    status: int
    code: str
    detail: str


class HoldOut(Schema):
    hold: str
    token: str | None = Field(description="who a guest is from now on: `Authorization: Bearer`")
    show: int
    seats: list[str] = Field(description="every seat of the hold")
    expires_at: str
    price: Paise = Field(description="paise to pay for all seats of the hold, fee and taxes included")


class ReleasedOut(Schema):
    released: list[str]


class LineOut(Schema):
    seat: str
    tier: str
    base: Paise
    gst: Paise
    fee: Paise
    fee_gst: Paise
    total: Paise
    discount: Paise = Field(description="paise that a coupon took off the seat's price; `base` is without them")
    gst_percent: int
    cgst: Paise = Field(description="half of `gst`; an odd paisa is here")
    sgst: Paise
    fee_gst_percent: int
    fee_cgst: Paise = Field(description="half of `fee_gst`; an odd paisa is here")
    fee_sgst: Paise


class CouponOut(Schema):
    code: str
    discount: Paise


class PaymentOut(Schema):
    status: str
    order_id: str
    payment_id: str | None
    amount: Paise
    refunded: Paise


class TicketOut(Schema):
    id: str
    seat: str
    code: str = Field(description="what the QR holds")
    checked_in_at: str | None
    revoked_at: str | None = Field(description="staff have taken it back: the code admits nobody")


class BookingOut(Schema):
    id: str
    reference: str
    status: str = Field(description="pending, confirmed, cancelled or expired")
    show: int
    seats: list[str]
    lines: list[LineOut]
    coupon: CouponOut | None
    total: Paise
    currency: str
    expires_at: str
    payment: PaymentOut | None
    tickets: list[TicketOut]


class PrefillOut(Schema):
    name: str
    email: str
    contact: str


class OrderOut(Schema):
    """What checkout.js is opened with; `checkout_js` is where to load it from."""

    booking: str
    order_id: str
    key_id: str
    amount: Paise
    currency: str
    name: str
    description: str
    prefill: PrefillOut
    checkout_js: str
    expires_at: str


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


class StoredOut(Schema):
    stored: bool


class OfferOut(Schema):
    seats: list[str]
    adjacent: bool = Field(description="whether they are side by side")
    expires_at: str


class WaitlistEntryOut(Schema):
    id: str
    status: str = Field(description="waiting, offered, taken, declined, lapsed, left or closed")
    count: int
    tier: str | None
    name: str
    email: str
    position: int | None = Field(description="1 is next; null once the party has had its turn")
    created_at: str
    offer: OfferOut | None


class WaitlistOut(Schema):
    show: int
    entry: WaitlistEntryOut | None = Field(description="your newest one")


class JoinedOut(WaitlistOut):
    token: str | None = Field(description="who a guest is from now on: `Authorization: Bearer`")


class LeftOut(Schema):
    left: bool = Field(description="whether you were on the list")
