"""The booking rows of the HTTP API: parse, call one service, answer."""

from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from ninja import Router, Status

from checkout.bookings import codes, contact, create, select
from checkout.bookings.codes import GIVEN, HEADER, one_deed
from checkout.bookings.idempotency import ONCE, answer_once, key_of
from checkout.bookings.schemas import (
    BookingOut,
    CodeOut,
    ContactIn,
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
from checkout.links import tokens
from checkout.links.tokens import lookers
from checkout.models.booking import total_of
from checkout.models.coupon import plain_code
from checkout.tickets.calendar import calendar_entry
from checkout.tickets.documents.pdf import ticket_pdf
from checkout.tickets.documents.receipt import receipt_pdf
from checkout.waitlist.select import waitlist_entry_of
from cinema.problems import problems
from cinema.selectors import get_show
from cinema.times import utc
from seating import new_guests
from seating.auth import VisitorRequest, caller_of
from seating.errors import HoldUnknown
from seating.identity import guest_token
from seating.rates import CREATING, LOCKING
from seating.services import holds

router = Router(tags=["bookings"])


def _file_answer(content_type: str) -> dict[str, Any]:
    content = {content_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": "The file", "content": content}}, "parameters": [tokens.GIVEN]}


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
    caller = caller_of(request, owner)
    new_guests.admit(owner, caller.address)
    try:
        hold = holds.hold_seats(wanted.show, owner, wanted.seats, key=wanted.key or "", caller=caller)
    except HoldUnknown as error:
        error.extra["token"] = guest_token(owner)  # to ask again as the same guest
        raise
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
    response={200: BookingOut, **problems(401, 404, 410)},
    operation_id="checkout_api_get_booking",
    openapi_extra={"parameters": [tokens.GIVEN]},
    summary="One of your bookings",
)
def get_booking(request: VisitorRequest, booking_id: str) -> Any:
    return select.booking_json(select.get_booking(booking_id, lookers(request, booking_id)))


@router.get(
    "/bookings/{booking_id}/ticket.pdf",
    response=problems(401, 404, 409, 410),
    operation_id="checkout_api_get_ticket_pdf",
    summary="Its tickets, a page per seat (PDF/UA)",
    openapi_extra=_file_answer("application/pdf"),
)
def get_ticket_pdf(request: VisitorRequest, booking_id: str) -> HttpResponse:
    booking = select.get_ticketed_booking(booking_id, lookers(request, booking_id))
    return _file(ticket_pdf(booking), "application/pdf", f"tickets-{booking.reference}.pdf")


@router.get(
    "/bookings/{booking_id}/receipt.pdf",
    response=problems(401, 404, 409, 410),
    operation_id="checkout_api_get_receipt_pdf",
    summary="What was paid, with its taxes, and what came back (PDF/UA)",
    openapi_extra=_file_answer("application/pdf"),
)
def get_receipt_pdf(request: VisitorRequest, booking_id: str) -> HttpResponse:
    booking = select.get_paid_booking(booking_id, lookers(request, booking_id))
    return _file(receipt_pdf(booking), "application/pdf", f"receipt-{booking.reference}.pdf")


@router.post(
    "/bookings/{booking_id}/codes/",
    response={201: CodeOut, **problems(400, 401, 403, 404, 409, 410, 429)},
    operation_id="checkout_api_ask_for_code",
    openapi_extra={"parameters": [tokens.GIVEN]},
    summary="Mails a code of six digits to the booking's address, for what a mail's link alone does not allow",
    description=f"Send it with the request that changes the booking, in `{HEADER}`. It is good for ten minutes, five "
    "tries and one deed; three are mailed an hour, and none for a booking that was never paid. "
    "Whoever booked needs none.",
)
def ask_for_code(request: VisitorRequest, booking_id: str) -> Any:
    booking = select.get_booking_with_dates(booking_id, lookers(request, booking_id))
    with transaction.atomic():
        codes.ask_for_code(codes.subject_of_booking(booking_id), create.locked_booking(booking_id))
    return Status(201, {"sent_to": codes.masked(booking.email), "seconds": int(codes.LIFE.total_seconds())})


@router.post(
    "/bookings/{booking_id}/contact/",
    response={200: BookingOut, **problems(400, 401, 403, 404, 409, 410, 422)},
    operation_id="checkout_api_change_contact",
    openapi_extra={"parameters": [tokens.GIVEN, GIVEN]},
    summary="Another name, address or number for a paid booking; a new address gets the tickets, and old links end",
)
def change_contact(request: VisitorRequest, booking_id: str, wanted: ContactIn) -> Any:
    with one_deed(request, booking_id) as owners:
        contact.change_contact(booking_id, name=wanted.name, email=wanted.email, phone=wanted.phone or "")
    return select.booking_json(select.get_booking(booking_id, owners))


@router.post(
    "/bookings/{booking_id}/coupon/",
    response={200: BookingOut, **problems(400, 401, 403, 404, 409, 410, 422, 429, 503)},
    operation_id="checkout_api_change_coupon",
    openapi_extra={"parameters": [tokens.GIVEN, GIVEN]},
    summary="Puts a coupon on a pending booking, or takes it off, until payment begins",
)
def change_coupon(request: VisitorRequest, booking_id: str, wanted: CouponIn) -> Any:
    with limited_guesses(request) if wanted.code else nullcontext(), one_deed(request, booking_id) as owners:
        create.change_coupon(booking_id, wanted.code)
    return select.booking_json(select.get_booking(booking_id, owners))


@router.get(
    "/bookings/{booking_id}/calendar.ics",
    response=problems(401, 404, 409, 410),
    operation_id="checkout_api_get_calendar",
    summary="The show as a calendar entry; cancelled once the booking is",
    openapi_extra=_file_answer("text/calendar"),
)
def get_calendar(request: VisitorRequest, booking_id: str) -> HttpResponse:
    booking = select.get_booking_with_dates(booking_id, lookers(request, booking_id))
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
