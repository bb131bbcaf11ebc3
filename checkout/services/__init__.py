"""What changes bookings, payments and tickets, for every other part of the house.

Amounts are paise, times aware UTC. Every function raises `checkout.errors` or `seating.errors`; a race is lost by
a refusal, never by an exception of the database.
"""

from checkout.services.booking import change_coupon, create_booking, price_of_seats
from checkout.services.cancelled_shows import (
    CancellationPlan,
    begin_cancellation,
    give_back_cancelled_shows,
    plan_cancellation,
)
from checkout.services.cancelling import Cancellation, cancel_booking
from checkout.services.check_in import check_in
from checkout.services.delivering import relay_outbox
from checkout.services.offering import serve_waitlists
from checkout.services.paying import start_payment, verify_callback
from checkout.services.reconciling import expire_bookings, reconcile_orders
from checkout.services.refunds import reconcile_refunds, retry_refund, settle_refund
from checkout.services.reissuing import reissue_tickets, revoke_tickets
from checkout.services.reminding import remind_customers
from checkout.services.settling import settle_payment
from checkout.services.syncing import OfflineScan, SyncedScan, sync_scans
from checkout.services.waitlist import decline_offer, entry_of_token, join_waitlist, leave_waitlist

__all__ = [
    "Cancellation",
    "CancellationPlan",
    "OfflineScan",
    "SyncedScan",
    "begin_cancellation",
    "cancel_booking",
    "change_coupon",
    "check_in",
    "create_booking",
    "decline_offer",
    "entry_of_token",
    "expire_bookings",
    "give_back_cancelled_shows",
    "join_waitlist",
    "leave_waitlist",
    "plan_cancellation",
    "price_of_seats",
    "reconcile_orders",
    "reconcile_refunds",
    "reissue_tickets",
    "relay_outbox",
    "remind_customers",
    "retry_refund",
    "revoke_tickets",
    "serve_waitlists",
    "settle_payment",
    "settle_refund",
    "start_payment",
    "sync_scans",
    "verify_callback",
]
