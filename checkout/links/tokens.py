"""The links in mails. A link is nobody's identity: its token names one booking and one purpose.

Whoever opens it looks at that booking, its tickets and its receipt, and stays who they were: no cookie is set, so the
token stays in the address of every page below. It ends `KEPT` after the show, and when its tickets are issued again:
that raises the booking's generation, which every token repeats.

`look` is the purpose of every mailed link. `pay` is handed out only after a code (`checkout.bookings.codes`), to pay
for the booking that was made with it on another device than the customer's own; once that is paid, it is for looking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from checkout.links.errors import LinkOver
from checkout.models import Booking
from seating.auth import VisitorRequest

PARAMETER, HEADER = "t", "X-Booking-Link"
LOOK, PAY = "look", "pay"
GIVEN: dict[str, Any] = {  # for a route's `openapi_extra`
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "maxLength": 300},
    "description": f"The token of a mail's link; it may also stand in the address, as `{PARAMETER}`.",
}
KEPT = timedelta(days=30)  # after the show
_signer = signing.Signer(salt="checkout.links.booking")


@dataclass(frozen=True)
class Looker:
    """Who may look at a booking: `owners` as services take them.

    `owner` is the booking's where it is seen through a link, else empty; with `may_pay` no code is needed.
    """

    owners: tuple[str, ...]
    owner: str = ""
    may_pay: bool = False


def link_token(booking: Booking, purpose: str = LOOK) -> str:
    """The same as long as the generation is: a mail that is sent twice has one link."""
    return _signer.sign_object([purpose, booking.pk, booking.link_generation])


def link_query(booking: Booking, purpose: str = LOOK) -> str:
    """`?t=…`, to be put behind an address of the booking's."""
    return "?" + urlencode({PARAMETER: link_token(booking, purpose)})


def token_of(request: HttpRequest) -> str:
    """The token that came along, in the address or, from a program, in `X-Booking-Link`; else empty."""
    return str(request.headers.get(HEADER) or request.GET.get(PARAMETER, ""))


def looker(owners: Sequence[str], booking_id: str, token: str, now: datetime | None = None) -> Looker:
    """`owners`, and whoever booked where `token` is a link to this booking that has not ended.

    Whoever booked needs no link: for them it is not even read. A forged token changes nothing. Raises LinkOver.
    """
    named = _read(token) if token else None
    if named is None or named[1] != booking_id:
        return Looker(tuple(owners))
    booking = Booking.objects.select_related("show").filter(pk=booking_id).first()
    if booking is None or booking.owner in owners:
        return Looker(tuple(owners))
    if named[2] != booking.link_generation:
        raise LinkOver("Newer tickets were issued for this booking. Use the link in the newest mail.")
    if booking.show.ends_at + KEPT <= (now or timezone.now()):
        raise LinkOver("The show was more than 30 days ago. If you have an account, sign in to see the booking.")
    may_pay = named[0] == PAY and booking.status == Booking.Status.PENDING
    return Looker((*owners, booking.owner), booking.owner, may_pay)


def lookers(request: VisitorRequest, booking_id: str) -> tuple[str, ...]:
    """Whom an operation that only looks takes this request for. Raises LinkOver."""
    return looker(request.auth.owners, booking_id, token_of(request)).owners


def end_links(booking: Booking) -> None:
    """Inside a transaction that has locked the booking: every link that is out ends."""
    Booking.objects.filter(pk=booking.pk).update(link_generation=F("link_generation") + 1)
    booking.refresh_from_db(fields=["link_generation"])


def _read(token: str) -> tuple[str, str, int] | None:
    """Purpose, booking and generation of a token that we have signed."""
    try:
        purpose, booking_id, generation = _signer.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(purpose), str(booking_id), int(generation)
