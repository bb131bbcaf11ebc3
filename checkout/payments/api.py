"""The payment rows of the HTTP API. The gateway's webhook is identified by its signature alone."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from checkout.bookings import select
from checkout.bookings.codes import GIVEN, permit_of
from checkout.bookings.idempotency import ONCE, answer_once, key_of
from checkout.bookings.schemas import BookingOut
from checkout.links import tokens
from checkout.links.tokens import lookers
from checkout.models import Order
from checkout.payments import webhooks
from checkout.payments.schemas import InitiateIn, OrderOut, StoredOut, VerifyIn
from checkout.payments.starting import start_payment, verify_callback
from cinema.problems import problems
from cinema.times import utc
from seating.auth import VisitorRequest

router = Router(tags=["payments"])
RAZORPAY_CHECKOUT = "https://checkout.razorpay.com/v1/checkout.js"
SANDBOX_CHECKOUT = "/dev/sandbox/checkout.js"


# ------------------------------------------------------------------------------------------------ payments
@router.post(
    "/payments/initiate/",
    response={200: OrderOut, **problems(400, 401, 403, 404, 409, 410, 422, 503)},
    operation_id="checkout_api_initiate_payment",
    summary="Opens the payment of a booking",
    openapi_extra={"parameters": [*ONCE["parameters"], tokens.GIVEN, GIVEN]},
)
def initiate_payment(request: VisitorRequest, wanted: InitiateIn) -> Any:
    permit = permit_of(request, wanted.booking)
    select.get_booking(wanted.booking, permit.owners)

    def work() -> dict[str, Any]:
        order = _order_json(start_payment(wanted.booking))
        permit.spend()  # afterwards: opening a payment again is harmless, and a gateway that is away burns no code
        return order

    return answer_once(
        permit.owner,
        "initiate",
        key_of(request),
        wanted.model_dump(),
        work,
        in_one_piece=False,
    )


@router.post(
    "/payments/verify/",
    response={200: BookingOut, **problems(400, 401, 403, 404, 422, 502, 503)},
    operation_id="checkout_api_verify_payment",
    summary="What checkout.js handed to the page",
)
def verify_payment(request: VisitorRequest, told: VerifyIn) -> Any:
    booking = verify_callback(told.razorpay_order_id, told.razorpay_payment_id, told.razorpay_signature)
    return select.booking_json(select.get_booking(booking.pk, lookers(request, booking.pk)))


@router.post(
    "/payments/webhook/",
    auth=None,  # the gateway: what it sends is signed
    response={200: StoredOut, **problems(400)},
    operation_id="checkout_api_receive_webhook",
    summary="Razorpay's messages",
)
def receive_webhook(request: HttpRequest) -> Any:
    webhooks.receive(
        request.body,
        request.headers.get("X-Razorpay-Signature", ""),
        request.headers.get("X-Razorpay-Event-Id", ""),
    )
    return {"stored": True}


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
        "expires_at": utc(booking.expires_at),
    }
