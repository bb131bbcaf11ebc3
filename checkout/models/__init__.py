"""Checkout's tables, a file for each noun. Django finds them here, so here is where they are imported from."""

from checkout.models.booking import Booking, BookingLine
from checkout.models.cancellation import ShowCancellation
from checkout.models.code import MailCode
from checkout.models.coupon import Coupon, Redemption
from checkout.models.idempotency import IdempotencyKey
from checkout.models.outbox import OutboxMessage
from checkout.models.payment import Order, Payment, Refund
from checkout.models.ticket import GateScan, Ticket
from checkout.models.waitlist import WaitlistEntry
from checkout.models.webhook import WebhookEvent

__all__ = [
    "Booking",
    "BookingLine",
    "Coupon",
    "GateScan",
    "IdempotencyKey",
    "MailCode",
    "Order",
    "OutboxMessage",
    "Payment",
    "Redemption",
    "Refund",
    "ShowCancellation",
    "Ticket",
    "WaitlistEntry",
    "WebhookEvent",
]
