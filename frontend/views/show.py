"""The live map's page: everything about a show that does not move, and where the script finds what does.

Seats are drawn by the script from the layout and the socket. Whoever comes without an identity becomes a guest
here, before the socket is opened: its handshake carries the cookie, so no script ever sees the guest's token.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from checkout.bookings.select import bookings_of
from checkout.models import Booking, BookingLine
from checkout.waitlist.entries import entry_of_token, is_over
from checkout.waitlist.select import waitlist_entry_of, waitlist_json
from cinema import selectors
from cinema.models import Show
from cinema.states import Sale
from cinema.times import utc
from seating.identity import is_guest, new_guest, set_guest_cookie, visitor_of

PARTY_SIZES = 8  # offered by the finder; larger parties pick on the map


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
        "data": _data_for_the_script(show, pending, now) | _waitlist_for_the_script(show, owners, now),
        "contact": _contact_of(request),
    }
    response = render(request, "frontend/show.html", context)
    if not owners:
        set_guest_cookie(response, new_guest(), secure=request.is_secure())
    return response


@require_safe
@never_cache
def take_up_offer(request: HttpRequest, show_id: int) -> HttpResponse:
    """The link in an offer's mail, good on any device while the offer lasts: leads to the show, where the seats wait.

    A guest becomes whoever joined the list; an account has to sign in, because a link is no password. Opening it
    changes nothing, for mail programs open links too. Raises OfferOver.
    """
    entry = entry_of_token(request.GET.get("t", ""), show_id)
    page = reverse("frontend:show", args=[show_id])
    if entry.owner in visitor_of(request).owners:
        return redirect(page)
    if not is_guest(entry.owner):
        return redirect_to_login(page)
    response = redirect(page)
    set_guest_cookie(response, entry.owner, secure=request.is_secure())
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
            "layout": f"{api}/layout/?v={tag}",  # never changes under this address
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


def _waitlist_for_the_script(show: Show, owners: Sequence[str], now: datetime) -> dict[str, Any]:
    entry = waitlist_entry_of(owners, show.pk) if owners else None
    return {"waitlist": waitlist_json(entry), "waitlist_open": not is_over(show, now)}


def _unpaid_booking(show: Show, owners: Sequence[str], now: datetime) -> Booking | None:
    """The visitor's booking of this show that waits for its payment, so that the page can lead back to it."""
    if not owners:
        return None
    return bookings_of(owners).filter(show=show, status=Booking.Status.PENDING, expires_at__gt=now).first()


def _contact_of(request: HttpRequest) -> dict[str, str]:
    if not request.user.is_authenticated:
        return {}
    return {"name": request.user.get_full_name(), "email": request.user.email}
