"""The web ticket: one page with a booking's codes that works offline once it was opened.

A service worker caches this page and its assets, and nothing else: its script is served below the page's URL, so its
scope is this page. Three things keep one person's ticket from the next user of the browser: with a network, the worker
always asks the site first and deletes its copy when the site refuses; `frontend.middleware` makes the browser delete
all copies when its session changes; and a copy is not shown once the show is over.
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
from frontend.views.links import Seen, opened_by_link

ASSETS = ("frontend/css/ticket.css", "frontend/js/pages/ticket.js", "frontend/img/icon.svg")


@require_safe
@never_cache
@opened_by_link
def web_ticket(request: HttpRequest, booking_id: str, seen: Seen) -> HttpResponse:
    booking = get_ticketed_booking(booking_id, seen.owners)
    valid = [ticket for ticket in booking.tickets.all() if ticket.admits]
    context = {"booking": booking, "link": seen.link, "show": booking.show, "tickets": valid, "now": timezone.now()}
    response = render(request, "frontend/ticket.html", context)
    # The worker reads this header of its cached copy; milliseconds since the epoch, as in JavaScript.
    response["X-Keep-Until"] = str(int(booking.show.ends_at.timestamp() * 1000))
    return response


@require_safe
@never_cache
@opened_by_link
def ticket_worker(request: HttpRequest, booking_id: str, seen: Seen) -> HttpResponse:
    """The page's service worker; 404 for anyone but the booking's owner and whoever opened a link to it.

    It finds the page under the address that the browser opened: with a link's token, or without one.
    """
    get_booking(booking_id, seen.owners)
    page = reverse("frontend:ticket", args=[booking_id])
    context = {
        "page": json.dumps(page),
        "query": json.dumps(str(seen.link)),
        "assets": json.dumps([static(name) for name in ASSETS]),
    }
    return render(request, "frontend/ticket_worker.js", context, content_type="text/javascript; charset=utf-8")
