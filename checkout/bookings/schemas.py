"""What the booking rows of the API take and give."""

from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, Field

from checkout.fields import Email, Name, Paise, Phone, Printable, Seats, ShowId, Strict, filled
from checkout.models.coupon import LONGEST_CODE

CouponCode = Annotated[
    str, Field(max_length=LONGEST_CODE, description="capitals and small letters are the same"), Printable
]


HoldKey = Annotated[
    str,
    Field(min_length=1, max_length=64, description="of your making: asked again with it, the same hold is answered"),
    Printable,
]


class LockSeatsIn(Strict):
    show: ShowId
    seats: Seats
    key: HoldKey | None = None


class ReleaseSeatsIn(Strict):
    show: ShowId
    seats: Seats | None = None


class CreateIn(Strict):
    show: ShowId
    name: Name
    email: Email
    phone: Phone | None = ""
    coupon: Annotated[CouponCode, AfterValidator(filled)] | None = None


class CouponIn(Strict):
    code: Annotated[CouponCode, AfterValidator(filled)] | None = Field(description="null takes the coupon off")


class ContactIn(Strict):
    """Who the booking is for from now on."""

    name: Name
    email: Email
    phone: Phone | None = ""


class TakeIn(Strict):
    """Whom the booking is for; by default whoever joined the list."""

    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = ""


class HoldOut(Schema):
    hold: str
    token: str | None = Field(description="who a guest is from now on: `Authorization: Bearer`")
    show: int
    seats: list[str] = Field(description="every seat of the hold")
    expires_at: str
    price: Paise = Field(description="paise to pay for all seats of the hold, fee and taxes included")


class CodeOut(Schema):
    sent_to: str = Field(description="the booking's address, all but its first letter hidden")
    seconds: int = Field(description="how long the code is good once its mail was sent")


class ReleasedOut(Schema):
    released: list[str]


class LineOut(Schema):  # a BookingLine's own fields and properties, by their names
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
