"""Checkout's part of the HTTP API: the rooms' routers, joined."""

from ninja import Router

from checkout.bookings.api import router as bookings
from checkout.cancellations.api import router as cancellations
from checkout.gate.api import bookings_router as reissue
from checkout.gate.api import router as gate
from checkout.payments.api import router as payments
from checkout.waitlist.api import router as waitlist

router = Router()
for room in (bookings, payments, cancellations, reissue, gate, waitlist):
    router.add_router("", room)
