"""The link in an offer's mail: the seats that are kept for a party of the waitlist, on any device, while they are.

Whoever joined the list in this browser goes on to the show's page. Everybody else who has the link sees the offer and
becomes nobody: taking the seats or letting them go asks for a code from the party's mailbox. What was taken is then
paid for with a link of its own (`checkout.links.tokens`), so that this device needs no identity for that either.
Opening changes nothing, because mail programs open links too.
"""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from checkout.bookings import codes
from checkout.bookings.codes import check_code, masked, spend
from checkout.bookings.create import create_booking
from checkout.errors import OfferOver
from checkout.links.errors import CodeRefused, CodeRequired
from checkout.links.tokens import PARAMETER, PAY, link_query
from checkout.models import Booking, WaitlistEntry
from checkout.waitlist.entries import decline_offer, entry_of_token
from frontend.views.links import link_of, say_that_it_is_mailed, words_for
from seating.identity import visitor_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_up_offer(request: HttpRequest, show_id: int) -> HttpResponse:
    """GET shows the offer. POST takes it (`do=take`) or lets it go (`do=decline`), with `code`. Raises OfferOver."""
    token = request.GET.get(PARAMETER, "")
    entry = entry_of_token(token, show_id)
    if entry.owner in visitor_of(request).owners:
        return redirect("frontend:show", show_id)
    if entry.status != WaitlistEntry.Status.OFFERED:
        raise OfferOver("This offer was taken already. The mail about the booking has its link.")
    error = ""
    if request.method == "POST":
        try:
            return _decline(request, entry) if request.POST.get("do") == "decline" else _take(request, entry)
        except (CodeRequired, CodeRefused) as refused:
            error = words_for(refused)
    context = {
        "entry": entry,
        "show": entry.show,
        "zone": entry.show.screen.theatre.zone,
        "seats": ", ".join(entry.seats),
        "sent_to": masked(entry.email),
        "code_error": error,
        "ask": reverse("frontend:offer_code", args=[show_id]) + link_of(token),
    }
    return render(request, "frontend/offer.html", context)


@never_cache
@require_http_methods(["POST"])
def ask_for_code(request: HttpRequest, show_id: int) -> HttpResponse:
    """Mails a code to the party's address and returns to the offer. Raises OfferOver."""
    token = request.GET.get(PARAMETER, "")
    entry = entry_of_token(token, show_id)

    def ask() -> None:
        locked = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
        codes.ask_for_code(_subject(locked), entry=locked.pk)

    say_that_it_is_mailed(request, ask, entry.email)
    return redirect(reverse("frontend:offer", args=[show_id]) + link_of(token))


def _take(request: HttpRequest, entry: WaitlistEntry) -> HttpResponse:
    """Makes the booking in the name of whoever joined the list, and leads to its payment."""
    code = check_code(_subject(entry), _given(request))
    with transaction.atomic():
        spend(code)
        booking: Booking = create_booking(
            [entry.owner], entry.show_id, name=entry.name, email=entry.email, site=entry.site, offered=True
        )
    return redirect(reverse("frontend:checkout", args=[booking.pk]) + link_query(booking, PAY))


def _decline(request: HttpRequest, entry: WaitlistEntry) -> HttpResponse:
    code = check_code(_subject(entry), _given(request))
    with transaction.atomic():
        spend(code)
        decline_offer([entry.owner], entry.show_id)
    messages.success(request, _("The seats went on to the next party. You may join the list again."))
    return redirect("frontend:show", entry.show_id)


def _given(request: HttpRequest) -> str:
    given = request.POST.get("code", "").strip()
    if not given:
        raise CodeRequired("Enter the code from our mail first.")
    return given


def _subject(entry: WaitlistEntry) -> str:
    return f"offer:{entry.key}:{entry.hold}"
