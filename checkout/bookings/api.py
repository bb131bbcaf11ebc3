"""The booking rows of the HTTP API: parse, call one service, answer."""

from contextlib import nullcontext
from typing import Any

from django.http import HttpResponse
from ninja import Router, Status

from checkout.bookings import create, select
from checkout.bookings.idempotency import ONCE, answer_once, key_of
from checkout.bookings.schemas import (
    BookingOut,
    CouponIn,
    CreateIn,
    HoldOut,
    LockSeatsIn,
    ReleasedOut,
    ReleaseSeatsIn,
    TakeIn,
)
from checkout.coupons.throttle import limited_guesses
from checkout.errors import OfferOver
from checkout.fields import ShowId
from checkout.models.booking import total_of
from checkout.models.coupon import plain_code
from checkout.tickets.calendar import calendar_entry
from checkout.tickets.documents.pdf import ticket_pdf
from checkout.tickets.documents.receipt import receipt_pdf
from checkout.waitlist.select import waitlist_entry_of
from cinema.problems import problems
from cinema.selectors import get_show
from cinema.times import utc
from seating.auth import VisitorRequest
from seating.identity import guest_token
from seating.rates import CREATING, LOCKING
from seating.services import holds

router = Router(tags=["bookings"])


def _file_answer(content_type: str) -> dict[str, Any]:
    content = {content_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": "The file", "content": content}}}


# --------------------------------------------------------------------------------------------------- seats
@router.post(
    "/bookings/lock-seats/",
    throttle=LOCKING,
    response={201: HoldOut, **problems(400, 401, 403, 404, 409, 422, 429, 503)},
    operation_id="checkout_api_lock_seats",
    summary="Holds seats, all or none",
)
def lock_seats(request: VisitorRequest, wanted: LockSeatsIn) -> Any:
    owner = request.auth.or_new_guest().owner
    hold = holds.hold_seats(wanted.show, owner, wanted.seats)
    return Status(
        201,
        {
            "hold": hold.id,
            "token": guest_token(owner),
            "show": hold.show,
            "seats": list(hold.seats),
            "expires_at": utc(hold.expires_at),
            "price": total_of(create.price_of_seats(hold.show, hold.seats)),
        },
    )


@router.post(
    "/bookings/release-seats/",
    response={200: ReleasedOut, **problems(400, 401, 403, 404, 422, 503)},
    operation_id="checkout_api_release_seats",
    summary="Frees seats of your open hold",
)
def release_seats(request: VisitorRequest, wanted: ReleaseSeatsIn) -> Any:
    owners = request.auth.or_new_guest().owners  # a stranger holds nothing, and hears about a wrong show
    freed = [seat for owner in owners for seat in holds.release_seats(wanted.show, owner, wanted.seats)]
    return {"released": freed}


# ------------------------------------------------------------------------------------------------ bookings
@router.post(
    "/bookings/create/",
    throttle=CREATING,
    response={201: BookingOut, **problems(400, 401, 403, 404, 409, 410, 422, 429, 503)},
    operation_id="checkout_api_create_booking",
    summary="Turns the seats you hold into a booking",
    openapi_extra=ONCE,
)
def create_booking(request: VisitorRequest, wanted: CreateIn) -> Any:
    owners = request.auth.owners

    def work() -> dict[str, Any]:
        with limited_guesses(request) if wanted.coupon else nullcontext():
            booking = create.create_booking(
                owners,
                wanted.show,
                name=wanted.name,
                email=wanted.email,
                phone=wanted.phone or "",
                site=f"{request.scheme}://{request.get_host()}"[:200],
                coupon=wanted.coupon or "",
            )
        return select.booking_json(select.get_booking(booking.pk, owners))

    key = key_of(request)
    body = {**wanted.model_dump(), "coupon": plain_code(wanted.coupon or "")}  # one code, however it is typed
    return Status(201, answer_once(request.auth.owner, "create", key, body, work))


@router.get(
    "/bookings/{booking_id}/",
    response={200: BookingOut, **problems(401, 404)},
    operation_id="checkout_api_get_booking",
    summary="One of your bookings",
)
def get_booking(request: VisitorRequest, booking_id: str) -> Any:
    return select.booking_json(select.get_booking(booking_id, request.auth.owners))


@router.get(
    "/bookings/{booking_id}/ticket.pdf",
    response=problems(401, 404, 409),
    operation_id="checkout_api_get_ticket_pdf",
    summary="Its tickets, a page per seat (PDF/UA)",
    openapi_extra=_file_answer("application/pdf"),
)
def get_ticket_pdf(request: VisitorRequest, booking_id: str) -> HttpResponse:
    booking = select.get_ticketed_booking(booking_id, request.auth.owners)
    return _file(ticket_pdf(booking), "application/pdf", f"tickets-{booking.reference}.pdf")


@router.get(
    "/bookings/{booking_id}/receipt.pdf",
    response=problems(401, 404, 409),
    operation_id="checkout_api_get_receipt_pdf",
    summary="What was paid, with its taxes, and what came back (PDF/UA)",
    openapi_extra=_file_answer("application/pdf"),
)
def get_receipt_pdf(request: VisitorRequest, booking_id: str) -> HttpResponse:
    booking = select.get_paid_booking(booking_id, request.auth.owners)
    return _file(receipt_pdf(booking), "application/pdf", f"receipt-{booking.reference}.pdf")


@router.post(
    "/bookings/{booking_id}/coupon/",
    response={200: BookingOut, **problems(400, 401, 403, 404, 409, 410, 422, 429, 503)},
    operation_id="checkout_api_change_coupon",
    summary="Puts a coupon on a pending booking, or takes it off, until payment begins",
)
def change_coupon(request: VisitorRequest, booking_id: str, wanted: CouponIn) -> Any:
    owners = request.auth.owners
    select.get_booking(booking_id, owners)
    with limited_guesses(request) if wanted.code else nullcontext():
        create.change_coupon(booking_id, wanted.code)
    return select.booking_json(select.get_booking(booking_id, owners))


@router.get(
    "/bookings/{booking_id}/calendar.ics",
    response=problems(401, 404, 409),
    operation_id="checkout_api_get_calendar",
    summary="The show as a calendar entry; cancelled once the booking is",
    openapi_extra=_file_answer("text/calendar"),
)
def get_calendar(request: VisitorRequest, booking_id: str) -> HttpResponse:
    booking = select.get_booking_with_dates(booking_id, request.auth.owners)
    return _file(calendar_entry(booking), "text/calendar; charset=utf-8", f"booking-{booking.reference}.ics")


@router.post(
    "/shows/{show_id}/waitlist/take/",
    throttle=CREATING,
    response={201: BookingOut, **problems(401, 403, 404, 409, 410, 422, 429, 503)},
    operation_id="checkout_waitlist_api_take_offer",
    tags=["waitlist"],
    summary="Turns the offered seats into a booking, to be paid as any other",
)
def take_offer(request: VisitorRequest, show_id: ShowId, wanted: TakeIn) -> Any:
    owners = request.auth.owners
    get_show(show_id)
    entry = waitlist_entry_of(owners, show_id)
    if entry is None:
        raise OfferOver("There is no open offer for you.")
    booking = create.create_booking(
        owners,
        show_id,
        name=wanted.name or entry.name,
        email=wanted.email or entry.email,
        phone=wanted.phone or "",
        site=f"{request.scheme}://{request.get_host()}"[:200],
        offered=True,
    )
    return Status(201, select.booking_json(select.get_booking(booking.pk, owners)))


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    """Private: a ticket admits whoever holds it, so no cache between us and its owner keeps it."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)
