"""A customer's bookings: the list, one booking with its tickets, its receipt, and cancelling.

Each page opens for whoever booked, and by the link in a mail (`frontend.views.links`).
"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from checkout.bookings.codes import masked
from checkout.bookings.select import bookings_of, get_booking, get_paid_booking
from checkout.cancellations.bookings import Cancellation, cancel_booking
from checkout.errors import UnknownTicket
from checkout.gate.reissue import reissue_tickets
from checkout.links.errors import CodeRefused, CodeRequired
from checkout.links.tokens import link_token
from checkout.models import Booking, Payment, Ticket
from checkout.tickets.receipts import receipt_of
from cinema.errors import DomainError
from frontend.forms import ContactForm
from frontend.templatetags.housefull import rupees
from frontend.views.links import Seen, link_of, opened_by_link, permit_of_page, words_for
from seating.identity import visitor_of

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
@opened_by_link
def booking_detail(request: HttpRequest, booking_id: str, seen: Seen) -> HttpResponse:
    booking = get_booking(booking_id, seen.owners)
    now = timezone.now()
    tickets, payments = list(booking.tickets.all()), list(booking.payments.all())
    context = {
        "booking": booking,
        **_link_context(booking, seen),
        "show": booking.show,
        "now": now,
        "lines": list(booking.lines.all()),
        "payments": payments,
        "late": next((payment for payment in payments if payment.status in MONEY_BACK), None),
        "tickets": tickets,
        "refunds": [refund for refund in booking.refunds.all() if not refund.replaced],
        "may_cancel": _may_cancel(booking, tickets, now),
        "renewable": _renewable(booking, tickets, now),
        "contact_form": _contact_form(booking, now),
        "over": booking.show.ends_at <= now,
        "discount": sum(line.discount for line in booking.lines.all()),
        "use": getattr(booking, "redemption", None),
    }
    return render(request, "frontend/booking.html", context)


@require_safe
@never_cache
@opened_by_link
def receipt(request: HttpRequest, booking_id: str, seen: Seen) -> HttpResponse:
    """Raises checkout.errors.UnknownBooking, for other people's bookings too, and NotPaid."""
    booking = get_paid_booking(booking_id, seen.owners)
    theatre = booking.show.screen.theatre
    context = {"booking": booking, "show": booking.show, "theatre": theatre, "receipt": receipt_of(booking)}
    return render(request, "frontend/receipt.html", context | {"link": seen.link})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_link
def cancel(request: HttpRequest, booking_id: str, seen: Seen) -> HttpResponse:
    """GET shows the refund for the tickets named by `?ticket=` (at first all of them) and changes nothing.
    POST cancels them, unless the refund has changed since the customer saw it; from a link, it takes a code."""
    booking = get_booking(booking_id, seen.owners)
    page = reverse("frontend:booking", args=[booking_id]) + seen.link
    if booking.status not in (Booking.Status.PENDING, Booking.Status.CONFIRMED):
        return redirect(page)
    tickets = [ticket for ticket in booking.tickets.all() if ticket.cancelled_at is None]
    chosen = _chosen(request, tickets)
    context: dict[str, Any] = {
        "booking": booking,
        **_link_context(booking, seen),
        "tickets": tickets,
        "chosen": [ticket.pk for ticket in chosen],
    }
    if booking.status == Booking.Status.CONFIRMED and not chosen:
        context["error"] = _("Choose at least one seat to cancel.")
        return render(request, "frontend/cancel.html", context)
    ids = [str(ticket.pk) for ticket in chosen] or None
    try:
        outcome = cancel_booking(booking_id, ids, dry_run=True)
        if request.method == "POST" and request.POST.get("refund") == str(outcome.refund):
            outcome = _cancel_now(request, booking_id, ids, seen)
            messages.success(request, _cancelled_message(outcome.refund))
            return redirect(page)
    except (CodeRequired, CodeRefused) as error:
        context |= {"code_error": words_for(error), "outcome": outcome, "seats": ", ".join(t.seat for t in chosen)}
    except DomainError as error:
        context["error"] = error.detail
    else:
        seats = ", ".join(ticket.seat for ticket in chosen)
        context |= {"outcome": outcome, "seats": seats, "changed": request.method == "POST"}
    return render(request, "frontend/cancel.html", context)


def _link_context(booking: Booking, seen: Seen) -> dict[str, Any]:
    """For the forms of deeds that a link alone does not allow."""
    return {"link": seen.link, "token": seen.token, "needs_code": seen.needs_code, "sent_to": masked(booking.email)}


def _cancel_now(request: HttpRequest, booking_id: str, ids: list[str] | None, seen: Seen) -> Cancellation:
    permit = permit_of_page(request, booking_id, seen)
    with transaction.atomic():
        permit.spend()
        return cancel_booking(booking_id, ids)


@never_cache
@require_http_methods(["POST"])
@opened_by_link
def reissue(request: HttpRequest, booking_id: str, seen: Seen) -> HttpResponse:
    """Issues new codes for the lost tickets named by `ticket`; from a link, it takes a code from the mailbox.

    Earlier links end with it, the one that this page was opened by included: whoever gave the code gets a new one.
    """
    booking = get_booking(booking_id, seen.owners)
    link = seen.link
    try:
        permit = permit_of_page(request, booking_id, seen)
        with transaction.atomic():
            permit.spend()
            tickets = reissue_tickets(booking_id, request.POST.getlist("ticket"))
    except (CodeRequired, CodeRefused) as error:
        messages.error(request, words_for(error))
    except UnknownTicket:
        messages.error(request, _("Choose at least one seat that needs a new ticket."))
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        seats = ", ".join(ticket.seat for ticket in tickets)
        messages.success(request, _("New tickets for %(seats)s. The old codes no longer work.") % {"seats": seats})
        if seen.token:
            booking.refresh_from_db(fields=["link_generation"])
            link = link_of(link_token(booking))
    return redirect(reverse("frontend:booking", args=[booking_id]) + link)


def _renewable(booking: Booking, tickets: list[Ticket], now: datetime) -> list[Ticket]:
    """The tickets for which the page offers a new code; checkout decides whether one is issued."""
    if booking.status != Booking.Status.CONFIRMED or now >= booking.show.ends_at:
        return []
    return [ticket for ticket in tickets if ticket.admits and ticket.checked_in_at is None]


def _contact_form(booking: Booking, now: datetime) -> ContactForm | None:
    if booking.status != Booking.Status.CONFIRMED or now >= booking.show.ends_at:
        return None
    return ContactForm(initial={"name": booking.name, "email": booking.email, "phone": booking.phone})


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
