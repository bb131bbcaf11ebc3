"""What the waitlist's rows of the API take and give."""

from typing import Annotated

from ninja import Schema
from pydantic import Field

from checkout.fields import Email, Name, Printable, Strict


class JoinIn(Strict):
    count: Annotated[int, Field(ge=1, le=100, description="seats, all or none")]
    tier: Annotated[str, Field(min_length=1, max_length=60), Printable] | None = None
    name: Name
    email: Email


class OfferOut(Schema):
    seats: list[str]
    adjacent: bool = Field(description="whether they are side by side")
    expires_at: str


class WaitlistEntryOut(Schema):
    id: str
    status: str = Field(
        description="unconfirmed (until the link in the mail is opened, an hour at most), waiting, offered, taken, "
        "declined, lapsed (for the third time), left or closed"
    )
    count: int
    tier: str | None
    name: str
    email: str
    position: int | None = Field(description="1 is next; null unless the party waits")
    created_at: str
    offer: OfferOut | None


class WaitlistOut(Schema):
    show: int
    entry: WaitlistEntryOut | None = Field(description="your newest one")


class JoinedOut(WaitlistOut):
    token: str | None = Field(description="who a guest is from now on: `Authorization: Bearer`")


class LeftOut(Schema):
    left: bool = Field(description="whether you were on the list")
