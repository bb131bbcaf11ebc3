"""What changes bookings, payments and tickets, for every other part of the house.

Amounts are paise, times aware UTC. Every function raises `checkout.errors` or `seating.errors`; a race is lost by
a refusal, never by an exception of the database.
"""

from checkout.services.booking import change_coupon, create_booking, price_of_seats
from checkout.services.cancelling import Cancellation, cancel_booking, give_back_cancelled_shows
from checkout.services.check_in import check_in
from checkout.services.delivering import relay_outbox
from checkout.services.paying import start_payment, verify_callback
from checkout.services.reconciling import expire_bookings, reconcile_orders
from checkout.services.refunds import reconcile_refunds, retry_refund, settle_refund
from checkout.services.settling import settle_payment

__all__ = [
    "Cancellation",
    "cancel_booking",
    "change_coupon",
    "check_in",
    "create_booking",
    "expire_bookings",
    "give_back_cancelled_shows",
    "price_of_seats",
    "reconcile_orders",
    "reconcile_refunds",
    "relay_outbox",
    "retry_refund",
    "settle_payment",
    "settle_refund",
    "start_payment",
    "verify_callback",
]
