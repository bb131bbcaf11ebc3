"""The web ticket: one page with a booking's codes that works without a network once it was opened.

A service worker keeps this page and its own assets, and nothing else: its script is served below the page's address, so
the page is all it can see. What keeps one person's ticket from the next: with a network the worker always asks us first
and drops its copy when we no longer know the visitor; `frontend.middleware` has the browser drop everything kept when
its session changes hands; and a copy is not shown once the show is over.
"""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from checkout.bookings.select import get_booking, get_ticketed_booking
from frontend.views.bookings import let_guest_in
from seating.identity import visitor_of

ASSETS = ("frontend/css/ticket.css", "frontend/js/pages/ticket.js", "frontend/img/icon.svg")


@require_safe
@never_cache
def web_ticket(request: HttpRequest, booking_id: str) -> HttpResponse:
    if "t" in request.GET:
        return let_guest_in(request, booking_id, "frontend:ticket")
    booking = get_ticketed_booking(booking_id, visitor_of(request).owners)
    shown = [ticket for ticket in booking.tickets.all() if ticket.admits]
    context = {"booking": booking, "show": booking.show, "tickets": shown, "now": timezone.now()}
    response = render(request, "frontend/ticket.html", context)
    # The worker reads this off the copy it has kept; milliseconds, as scripts count them.
    response["X-Keep-Until"] = str(int(booking.show.ends_at.timestamp() * 1000))
    return response


@require_safe
@never_cache
def ticket_worker(request: HttpRequest, booking_id: str) -> HttpResponse:
    """The page's service worker. For anybody but the booking's owner there is none."""
    get_booking(booking_id, visitor_of(request).owners)
    page = reverse("frontend:ticket", args=[booking_id])
    facts = {"page": json.dumps(page), "assets": json.dumps([static(name) for name in ASSETS])}
    return render(request, "frontend/ticket_worker.js", facts, content_type="text/javascript; charset=utf-8")
