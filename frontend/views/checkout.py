"""The checkout page: the booking, how long it is held, its price and the button to pay."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from checkout.bookings.select import coupon_json, get_booking
from checkout.links.tokens import link_query
from checkout.models import Booking
from cinema.times import utc
from frontend.views.links import Seen, opened_by_link

SETTLED = {Booking.Status.CONFIRMED, Booking.Status.CANCELLED}


@require_safe
@never_cache
@ensure_csrf_cookie
@opened_by_link
def checkout_page(request: HttpRequest, booking_id: str, seen: Seen) -> HttpResponse:
    """Raises checkout.errors.UnknownBooking, for other people's bookings too.

    A link to look does not lead here; the one that is given out with a code does (`frontend.views.offers`).
    """
    booking = get_booking(booking_id, seen.owners)
    if booking.status in SETTLED or seen.needs_code:
        return redirect(reverse("frontend:booking", args=[booking.pk]) + _link_to_look(booking, seen))
    lines = list(booking.lines.all())
    discount = sum(line.discount for line in lines)
    context = {
        "booking": booking,
        "link": seen.link,
        "lines": lines,
        "show": booking.show,
        "zone": booking.show.screen.theatre.zone,
        "seats": sum(line.listed for line in lines),
        "discount": discount,
        "discount_off": -discount,
        "fee": sum(line.fee for line in lines),
        "cgst": sum(line.total_cgst for line in lines),
        "sgst": sum(line.total_sgst for line in lines),
        "coupon": coupon_json(booking),
        "data": {
            "booking": booking.pk,
            "status": booking.status,
            "expires_at": utc(booking.expires_at, zone="+00:00"),
            "now": utc(timezone.now(), zone="+00:00"),
            "began": hasattr(booking, "order"),  # a payment may be in progress: the script checks at once
            "contact": {"name": booking.name, "email": booking.email, "contact": booking.phone},
            "paths": {
                "initiate": f"/api/payments/initiate/{seen.link}",
                "verify": f"/api/payments/verify/{seen.link}",
                "booking": f"/api/bookings/{booking.pk}/{seen.link}",
                "coupon": f"/api/bookings/{booking.pk}/coupon/{seen.link}",
                "done": reverse("frontend:booking", args=[booking.pk]) + _link_to_look(booking, seen),
            },
        },
    }
    return render(request, "frontend/checkout.html", context)


def _link_to_look(booking: Booking, seen: Seen) -> str:
    return link_query(booking) if seen.token else ""
