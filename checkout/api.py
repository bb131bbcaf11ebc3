"""The booking and payment rows of the HTTP API: parse, call one service, answer.

Whoever asks is known by a bearer token, a session or the guest cookie. A request that cookies identify carries a CSRF
token; the gateway's webhook is identified by its signature alone.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from checkout import selectors, services, webhooks
from checkout.calendars import calendar_entry
from checkout.coupons import plain_code
from checkout.documents import receipt_pdf, ticket_pdf
from checkout.errors import InvalidInput
from checkout.guesses import limited_guesses
from checkout.idempotency import answer_once
from checkout.models import Order
from checkout.pricing import total_of
from checkout.schemas import (
    BookingOut,
    CancelIn,
    CancellationOut,
    CouponIn,
    CreateIn,
    HoldOut,
    InitiateIn,
    LockSeatsIn,
    OrderOut,
    Problem,
    ReissueIn,
    ReleasedOut,
    ReleaseSeatsIn,
    StoredOut,
    VerifyIn,
)
from seating import services as seating
from seating.identity import is_guest, new_guest, owners_of_request, require_csrf, token_for

router = Router(tags=["bookings"])
LONGEST_KEY = 200
RAZORPAY_CHECKOUT = "https://checkout.razorpay.com/v1/checkout.js"
SANDBOX_CHECKOUT = "/dev/sandbox/checkout.js"
ONCE: dict[str, Any] = {
    "parameters": [{"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": LONGEST_KEY}}]
}


def _problems(*statuses: int) -> dict[Any, Any]:
    return dict.fromkeys(statuses, Problem)


def _file_answer(content_type: str) -> dict[str, Any]:
    content = {content_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": "The file", "content": content}}}


# --------------------------------------------------------------------------------------------------- seats
@router.post(
    "/bookings/lock-seats/",
    response={201: HoldOut, **_problems(400, 401, 403, 404, 409, 422, 503)},
    summary="Holds seats, all or none",
)
def lock_seats(request: HttpRequest, wanted: LockSeatsIn) -> Any:
    require_csrf(request)
    owner = next(iter(owners_of_request(request)), None) or new_guest()
    hold = seating.hold_seats(wanted.show, owner, wanted.seats)
    return Status(
        201,
        {
            "hold": hold.id,
            "token": token_for(owner) if is_guest(owner) else None,
            "show": hold.show,
            "seats": list(hold.seats),
            "expires_at": selectors.utc(hold.expires_at),
            "price": total_of(services.price_of_seats(hold.show, hold.seats)),
        },
    )


@router.post(
    "/bookings/release-seats/",
    response={200: ReleasedOut, **_problems(400, 401, 403, 404, 422, 503)},
    summary="Frees seats of your open hold",
)
def release_seats(request: HttpRequest, wanted: ReleaseSeatsIn) -> Any:
    require_csrf(request)
    owners = owners_of_request(request) or [new_guest()]  # a stranger holds nothing, and hears about a wrong show
    freed = [seat for owner in owners for seat in seating.release_seats(wanted.show, owner, wanted.seats)]
    return {"released": freed}


# ------------------------------------------------------------------------------------------------ bookings
@router.post(
    "/bookings/create/",
    response={201: BookingOut, **_problems(400, 401, 403, 404, 409, 410, 422, 429, 503)},
    summary="Turns the seats you hold into a booking",
    openapi_extra=ONCE,
)
def create_booking(request: HttpRequest, wanted: CreateIn) -> Any:
    require_csrf(request)
    owners = owners_of_request(request)

    def create() -> dict[str, Any]:
        with limited_guesses(request) if wanted.coupon else nullcontext():
            booking = services.create_booking(
                owners,
                wanted.show,
                name=wanted.name,
                email=wanted.email,
                phone=wanted.phone or "",
                site=f"{request.scheme}://{request.get_host()}"[:200],
                coupon=wanted.coupon or "",
            )
        return selectors.booking_json(selectors.get_booking(booking.pk, owners))

    key = _idempotency_key(request)
    body = {**wanted.model_dump(), "coupon": plain_code(wanted.coupon or "")}  # one code, however it is typed
    return Status(201, answer_once(_first(owners), "create", key, body, create))


@router.get(
    "/bookings/{booking_id}/", response={200: BookingOut, **_problems(401, 404)}, summary="One of your bookings"
)
def get_booking(request: HttpRequest, booking_id: str) -> Any:
    return selectors.booking_json(selectors.get_booking(booking_id, owners_of_request(request)))


@router.get(
    "/bookings/{booking_id}/ticket.pdf",
    response=_problems(401, 404, 409),
    summary="Its tickets, a page per seat (PDF/UA)",
    openapi_extra=_file_answer("application/pdf"),
)
def get_ticket_pdf(request: HttpRequest, booking_id: str) -> HttpResponse:
    booking = selectors.get_ticketed_booking(booking_id, owners_of_request(request))
    return _file(ticket_pdf(booking), "application/pdf", f"tickets-{booking.reference}.pdf")


@router.get(
    "/bookings/{booking_id}/receipt.pdf",
    response=_problems(401, 404, 409),
    summary="What was paid, with its taxes, and what came back (PDF/UA)",
    openapi_extra=_file_answer("application/pdf"),
)
def get_receipt_pdf(request: HttpRequest, booking_id: str) -> HttpResponse:
    booking = selectors.get_paid_booking(booking_id, owners_of_request(request))
    return _file(receipt_pdf(booking), "application/pdf", f"receipt-{booking.reference}.pdf")


@router.post(
    "/bookings/{booking_id}/coupon/",
    response={200: BookingOut, **_problems(400, 401, 403, 404, 409, 410, 422, 429, 503)},
    summary="Puts a coupon on a pending booking, or takes it off, until payment begins",
)
def change_coupon(request: HttpRequest, booking_id: str, wanted: CouponIn) -> Any:
    require_csrf(request)
    owners = owners_of_request(request)
    selectors.get_booking(booking_id, owners)
    with limited_guesses(request) if wanted.code else nullcontext():
        services.change_coupon(booking_id, wanted.code)
    return selectors.booking_json(selectors.get_booking(booking_id, owners))


@router.get(
    "/bookings/{booking_id}/calendar.ics",
    response=_problems(401, 404, 409),
    summary="The show as a calendar entry; cancelled once the booking is",
    openapi_extra=_file_answer("text/calendar"),
)
def get_calendar(request: HttpRequest, booking_id: str) -> HttpResponse:
    booking = selectors.get_booking_with_dates(booking_id, owners_of_request(request))
    return _file(calendar_entry(booking), "text/calendar; charset=utf-8", f"booking-{booking.reference}.ics")


@router.post(
    "/bookings/{booking_id}/cancel/",
    response={200: CancellationOut, **_problems(400, 401, 403, 404, 409, 422, 503)},
    summary="Cancels tickets; with dry_run only says what would come back",
    openapi_extra=ONCE,
)
def cancel_booking(request: HttpRequest, booking_id: str, wanted: CancelIn) -> Any:
    require_csrf(request)
    owners = owners_of_request(request)
    selectors.get_booking(booking_id, owners)
    # A dry run changes nothing, so it must not use up the key of what is done afterwards.
    key = "" if wanted.dry_run else _idempotency_key(request)
    body = [booking_id, wanted.model_dump()]
    return answer_once(_first(owners), "cancel", key, body, lambda: _cancel(booking_id, wanted, owners))


def _cancel(booking_id: str, wanted: CancelIn, owners: Sequence[str]) -> dict[str, Any]:
    done = services.cancel_booking(booking_id, wanted.tickets, dry_run=wanted.dry_run)
    return {
        "refund": done.refund,
        "rule": done.rule.name,
        "percent": done.rule.percent,
        "detail": done.rule.detail,
        "dry_run": wanted.dry_run,
        "tickets": [seat.ticket for seat in done.seats if seat.ticket],
        "lines": [
            {"ticket": seat.ticket or None, "seat": seat.seat, "base": seat.base, "refund": seat.refund}
            for seat in done.seats
        ],
        "booking": selectors.booking_json(selectors.get_booking(booking_id, owners)),
    }


@router.post(
    "/bookings/{booking_id}/reissue/",
    response={200: BookingOut, **_problems(400, 401, 403, 404, 409, 422)},
    summary="New codes for lost tickets; the old ones admit nobody any more",
)
def reissue_tickets(request: HttpRequest, booking_id: str, wanted: ReissueIn) -> Any:
    require_csrf(request)
    owners = owners_of_request(request)
    selectors.get_booking(booking_id, owners)
    services.reissue_tickets(booking_id, wanted.tickets)
    return selectors.booking_json(selectors.get_booking(booking_id, owners))


# ------------------------------------------------------------------------------------------------ payments
@router.post(
    "/payments/initiate/",
    response={200: OrderOut, **_problems(400, 401, 403, 404, 409, 410, 422, 503)},
    summary="Opens the payment of a booking",
    tags=["payments"],
    openapi_extra=ONCE,
)
def initiate_payment(request: HttpRequest, wanted: InitiateIn) -> Any:
    require_csrf(request)
    owners = owners_of_request(request)
    selectors.get_booking(wanted.booking, owners)
    return answer_once(
        _first(owners),
        "initiate",
        _idempotency_key(request),
        wanted.model_dump(),
        lambda: _order_json(services.start_payment(wanted.booking)),
        in_one_piece=False,
    )


@router.post(
    "/payments/verify/",
    response={200: BookingOut, **_problems(400, 401, 403, 404, 422, 502, 503)},
    summary="What checkout.js handed to the page",
    tags=["payments"],
)
def verify_payment(request: HttpRequest, told: VerifyIn) -> Any:
    require_csrf(request)
    owners = owners_of_request(request)
    booking = services.verify_callback(told.razorpay_order_id, told.razorpay_payment_id, told.razorpay_signature)
    return selectors.booking_json(selectors.get_booking(booking.pk, owners))


@router.post(
    "/payments/webhook/",
    response={200: StoredOut, **_problems(400)},
    summary="Razorpay's messages",
    tags=["payments"],
)
def receive_webhook(request: HttpRequest) -> Any:
    webhooks.receive(
        request.body,
        request.headers.get("X-Razorpay-Signature", ""),
        request.headers.get("X-Razorpay-Event-Id", ""),
    )
    return {"stored": True}


# ------------------------------------------------------------------------------------------------- helpers
def _first(owners: Sequence[str]) -> str:
    """Whose an Idempotency-Key is; empty for a stranger, who has nothing to repeat."""
    return next(iter(owners), "")


def _idempotency_key(request: HttpRequest) -> str:
    """Empty where none was sent. Raises InvalidInput."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInput(f"Idempotency-Key: send at most {LONGEST_KEY} printable ASCII characters.")
    return key


def _order_json(order: Order) -> dict[str, Any]:
    booking = order.booking
    return {
        "booking": booking.pk,
        "order_id": order.order_id,
        "key_id": settings.RAZORPAY_KEY_ID,
        "amount": order.amount,
        "currency": booking.currency,
        "name": "Housefull",
        "description": f"Booking {booking.reference}",
        "prefill": {"name": booking.name, "email": booking.email, "contact": booking.phone},
        "checkout_js": SANDBOX_CHECKOUT if settings.RAZORPAY_SANDBOX else RAZORPAY_CHECKOUT,
        "expires_at": selectors.utc(booking.expires_at),
    }


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    """Private: a ticket admits whoever holds it, so no cache between us and its owner keeps it."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)
