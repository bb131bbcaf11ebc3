"""The page of the live seat map: the static facts of a show, and the URLs where the script finds the rest.

The script draws the seats from the layout and the socket. A visitor without an identity becomes a guest here, before
the socket is opened: its handshake carries the cookie, so no script ever sees the guest's token.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from checkout.bookings.select import bookings_of
from checkout.models import Booking, BookingLine
from checkout.waitlist.entries import is_over
from checkout.waitlist.select import waitlist_entry_of, waitlist_json
from cinema import selectors
from cinema.models import Show
from cinema.states import Sale
from cinema.times import utc
from seating.identity import is_verified, new_guest, set_guest_cookie, visitor_of

PARTY_SIZES = 8  # offered by the seat finder; larger groups select on the map


@require_safe
@never_cache
@ensure_csrf_cookie
def show_page(request: HttpRequest, show_id: int) -> HttpResponse:
    """Raises cinema.errors.NotFound."""
    show = selectors.get_show(show_id)
    owners = visitor_of(request).owners
    now = timezone.now()
    pending = _unpaid_booking(show, owners, now)
    context = {
        "show": show,
        "zone": show.screen.theatre.zone,
        "sale": show.sale(now),
        "sizes": range(1, min(PARTY_SIZES, settings.MAX_SEATS_PER_BOOKING) + 1),
        "pending": pending,
        "must_sign_in": show.accounts_only and not is_verified(request.user),
        "data": _data_for_the_script(show, pending, now) | _waitlist_data(show, owners, now),
        "contact": _contact_of(request),
    }
    response = render(request, "frontend/show.html", context)
    if not owners:
        set_guest_cookie(response, new_guest())
    return response


def _data_for_the_script(show: Show, pending: Booking | None, now: datetime) -> dict[str, Any]:
    tag = selectors.layout_tag(selectors.get_show_for_layout(show.pk))
    api = f"/api/shows/{show.pk}"
    return {
        "show": show.pk,
        "open": show.sale(now) is Sale.OPEN,
        "opens_at": utc(show.on_sale_at, zone="+00:00") if show.sale(now) is Sale.NOT_YET else None,
        "most": settings.MAX_SEATS_PER_BOOKING,
        "now": utc(now, zone="+00:00"),
        "tiers": [
            {"name": tier.name, "price": tier.price, "total": BookingLine.priced("", tier.name, tier.price, now).total}
            for tier in show.tiers.all()
        ],
        "pending": {"seats": [line.seat for line in pending.lines.all()]} if pending else None,
        "bookings": reverse("frontend:bookings"),
        "paths": {
            "layout": f"{api}/layout/?v={tag}",  # the content of this URL never changes
            "seats": f"{api}/seats/",
            "best": f"{api}/best-available/",
            "socket": f"/ws/shows/{show.pk}/",
            "lock": "/api/bookings/lock-seats/",
            "release": "/api/bookings/release-seats/",
            "waitlist": f"{api}/waitlist/",
            "create": "/api/bookings/create/",
            "checkout": reverse("frontend:checkout", args=["BOOKING"]),
        },
    }


def _waitlist_data(show: Show, owners: Sequence[str], now: datetime) -> dict[str, Any]:
    entry = waitlist_entry_of(owners, show.pk) if owners else None
    return {"waitlist": waitlist_json(entry), "waitlist_open": not is_over(show, now)}


def _unpaid_booking(show: Show, owners: Sequence[str], now: datetime) -> Booking | None:
    """The visitor's unpaid booking of this show, so that the page can link to it."""
    if not owners:
        return None
    return bookings_of(owners).filter(show=show, status=Booking.Status.PENDING, expires_at__gt=now).first()


def _contact_of(request: HttpRequest) -> dict[str, str]:
    if not request.user.is_authenticated:
        return {}
    return {"name": request.user.get_full_name(), "email": request.user.email}
