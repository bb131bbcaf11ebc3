"""A customer's bookings: the list, one booking with its tickets, its receipt, and cancelling.

Guests are identified by a cookie. The link in a guest's mail carries their token; it is stored in that cookie here
and removed from the URL by a redirect.
"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from checkout.bookings.select import bookings_of, get_booking, get_paid_booking
from checkout.cancellations.bookings import cancel_booking
from checkout.errors import UnknownTicket
from checkout.gate.reissue import reissue_tickets
from checkout.models import Booking, Payment, Ticket
from checkout.tickets.receipts import receipt_of
from cinema.errors import DomainError
from frontend.templatetags.housefull import rupees
from seating.errors import BadToken
from seating.identity import owner_from_token, set_guest_cookie, visitor_of

BOOKINGS_PER_PAGE = 10
# Payments of an expired booking that were authorised or captured, and are returned.
MONEY_BACK = (
    Payment.Status.AUTHORIZED,
    Payment.Status.VOID,
    Payment.Status.CAPTURED,
    Payment.Status.REFUNDED,
)


@require_safe
@never_cache
def booking_list(request: HttpRequest) -> HttpResponse:
    owners = visitor_of(request).owners
    page = Paginator(bookings_of(owners), BOOKINGS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "frontend/bookings.html", {"page": page, "now": timezone.now()})


@require_safe
@never_cache
def booking_detail(request: HttpRequest, booking_id: str) -> HttpResponse:
    if "t" in request.GET:
        return let_guest_in(request, booking_id, "frontend:booking")
    booking = get_booking(booking_id, visitor_of(request).owners)
    now = timezone.now()
    tickets, payments = list(booking.tickets.all()), list(booking.payments.all())
    context = {
        "booking": booking,
        "show": booking.show,
        "now": now,
        "lines": list(booking.lines.all()),
        "payments": payments,
        "late": next((payment for payment in payments if payment.status in MONEY_BACK), None),
        "tickets": tickets,
        "refunds": [refund for refund in booking.refunds.all() if not refund.replaced],
        "may_cancel": _may_cancel(booking, tickets, now),
        "renewable": _renewable(booking, tickets, now),
        "over": booking.show.ends_at <= now,
        "discount": sum(line.discount for line in booking.lines.all()),
        "use": getattr(booking, "redemption", None),
    }
    return render(request, "frontend/booking.html", context)


@require_safe
@never_cache
def receipt(request: HttpRequest, booking_id: str) -> HttpResponse:
    """Raises checkout.errors.UnknownBooking, for other people's bookings too, and NotPaid."""
    booking = get_paid_booking(booking_id, visitor_of(request).owners)
    theatre = booking.show.screen.theatre
    context = {"booking": booking, "show": booking.show, "theatre": theatre, "receipt": receipt_of(booking)}
    return render(request, "frontend/receipt.html", context)


def let_guest_in(request: HttpRequest, booking_id: str, page: str) -> HttpResponse:
    """Makes the visitor the guest of the link's token and redirects to that page of the booking.

    Accepts only a token that owns this booking, so that a link cannot silently turn a visitor into another guest.
    """
    try:
        owner = owner_from_token(request.GET["t"])
    except BadToken:
        raise Http404("This link is not valid.") from None
    get_booking(booking_id, [owner])
    response = redirect(page, booking_id=booking_id)
    set_guest_cookie(response, owner)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, booking_id: str) -> HttpResponse:
    """GET shows the refund for the tickets named by `?ticket=` (at first all of them) and changes nothing.
    POST cancels them, unless the refund has changed since the customer saw it."""
    booking = get_booking(booking_id, visitor_of(request).owners)
    if booking.status not in (Booking.Status.PENDING, Booking.Status.CONFIRMED):
        return redirect("frontend:booking", booking_id=booking_id)
    tickets = [ticket for ticket in booking.tickets.all() if ticket.cancelled_at is None]
    chosen = _chosen(request, tickets)
    context: dict[str, Any] = {"booking": booking, "tickets": tickets, "chosen": [ticket.pk for ticket in chosen]}
    if booking.status == Booking.Status.CONFIRMED and not chosen:
        context["error"] = _("Choose at least one seat to cancel.")
        return render(request, "frontend/cancel.html", context)
    ids = [str(ticket.pk) for ticket in chosen] or None
    try:
        outcome = cancel_booking(booking_id, ids, dry_run=True)
        if request.method == "POST" and request.POST.get("refund") == str(outcome.refund):
            outcome = cancel_booking(booking_id, ids)
            messages.success(request, _cancelled_message(outcome.refund))
            return redirect("frontend:booking", booking_id=booking_id)
    except DomainError as error:
        context["error"] = error.detail
    else:
        seats = ", ".join(ticket.seat for ticket in chosen)
        context |= {"outcome": outcome, "seats": seats, "changed": request.method == "POST"}
    return render(request, "frontend/cancel.html", context)


@never_cache
@require_http_methods(["POST"])
def reissue(request: HttpRequest, booking_id: str) -> HttpResponse:
    """Issues new codes for the lost tickets named by `ticket`."""
    get_booking(booking_id, visitor_of(request).owners)
    try:
        tickets = reissue_tickets(booking_id, request.POST.getlist("ticket"))
    except UnknownTicket:
        messages.error(request, _("Choose at least one seat that needs a new ticket."))
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        seats = ", ".join(ticket.seat for ticket in tickets)
        messages.success(request, _("New tickets for %(seats)s. The old codes no longer work.") % {"seats": seats})
    return redirect("frontend:booking", booking_id=booking_id)


def _renewable(booking: Booking, tickets: list[Ticket], now: datetime) -> list[Ticket]:
    """The tickets for which the page offers a new code; checkout decides whether one is issued."""
    if booking.status != Booking.Status.CONFIRMED or now >= booking.show.ends_at:
        return []
    return [ticket for ticket in tickets if ticket.admits and ticket.checked_in_at is None]


def _chosen(request: HttpRequest, tickets: list[Ticket]) -> list[Ticket]:
    """The tickets chosen by id; before the first choice, all that can still be cancelled."""
    query = request.POST if request.method == "POST" else request.GET
    if "ticket" in query or "chosen" in query or request.method == "POST":
        ids = set(query.getlist("ticket"))
        return [ticket for ticket in tickets if str(ticket.pk) in ids]
    return [ticket for ticket in tickets if ticket.checked_in_at is None]


def _cancelled_message(refund: int) -> str:
    if not refund:
        return _("Cancelled. The seats are available again.")
    return _("Cancelled. %(amount)s is on its way back to you.") % {"amount": rupees(refund)}


def _may_cancel(booking: Booking, tickets: list[Ticket], now: datetime) -> bool:
    """Whether the page offers cancelling; checkout decides whether it is possible and what is refunded."""
    if booking.status == Booking.Status.PENDING:
        return True
    usable = any(ticket.cancelled_at is None and ticket.checked_in_at is None for ticket in tickets)
    return booking.status == Booking.Status.CONFIRMED and usable and now < booking.show.starts_at
