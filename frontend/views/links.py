"""Pages that open by the link in a mail as well as for whoever booked.

A link's token stays in the address: pages below repeat it (`Seen.link`), because it must set no cookie. For whoever
booked it is taken out of the address, and nothing is different from coming without it. What is more than looking asks
for the code that `ask_for_code` has mailed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from checkout.bookings import codes
from checkout.bookings.codes import Permit, permit
from checkout.bookings.create import locked_booking
from checkout.bookings.select import get_booking, get_booking_with_dates
from checkout.links.errors import CodeRefused, CodeRequired, TooManyCodes
from checkout.links.tokens import PARAMETER, looker
from seating.identity import visitor_of


@dataclass(frozen=True)
class Seen:
    """Who looks at a booking: `owners` as services take them; `token` is the link's, empty for whoever booked.

    With `needs_code`, what is more than looking takes a code.
    """

    owners: tuple[str, ...]
    token: str = ""
    needs_code: bool = False

    @property
    def link(self) -> SafeString:
        """To be put behind the address of every page of this booking: `?t=…`, or nothing."""
        return link_of(self.token)


def link_of(token: str) -> SafeString:
    return mark_safe("?" + urlencode({PARAMETER: token})) if token else mark_safe("")  # noqa: S308 - encoded


BookingView = Callable[[HttpRequest, str, Seen], HttpResponse]


def opened_by_link(view: BookingView) -> Callable[[HttpRequest, str], HttpResponse]:
    """A booking's page. Raises LinkOver; for strangers the view finds no booking."""

    @wraps(view)
    def page(request: HttpRequest, booking_id: str) -> HttpResponse:
        token = request.GET.get(PARAMETER, "")
        who = looker(visitor_of(request).owners, booking_id, token)
        if token and not who.owner and request.method in {"GET", "HEAD"}:
            get_booking(booking_id, who.owners)  # whose link is wrong hears so here, not after a redirect
            return redirect(request.path)
        seen = Seen(who.owners, token, not who.may_pay) if who.owner else Seen(who.owners)
        return view(request, booking_id, seen)

    return page


def permit_of_page(request: HttpRequest, booking_id: str, seen: Seen) -> Permit:
    """For the deed of a form that had the code in `code`. Raises LinkOver, CodeRequired, CodeRefused."""
    return permit(visitor_of(request).owners, booking_id, seen.token, request.POST.get("code", ""))


def words_for(error: CodeRequired | CodeRefused) -> str:
    """The refusal in the language of the page."""
    if isinstance(error, CodeRequired):
        return _("Enter the code from our mail first.")
    if error.extra.get("tries_left"):
        return _("This is not the code in our newest mail. Please try again.")
    return _("This code is not good any more. Please ask for a new one.")


def say_that_it_is_mailed(request: HttpRequest, ask: Callable[[], Any], email: str) -> None:
    """Asks for a code, and says in a message on the next page what came of it."""
    try:
        with transaction.atomic():
            ask()
    except TooManyCodes as error:
        minutes = max((error.retry_after or 0) // 60, 1)
        messages.error(
            request,
            _("Three codes were mailed within the last hour. Use the newest, or wait %(minutes)s minutes.")
            % {"minutes": minutes},
        )
    else:
        words = _("We have sent a code to %(address)s. It works for ten minutes.")
        messages.success(request, words % {"address": codes.masked(email)})


@never_cache
@require_http_methods(["POST"])
@opened_by_link
def ask_for_code(request: HttpRequest, booking_id: str, seen: Seen) -> HttpResponse:
    """Mails a code and returns to the page of this booking that asked for it.

    Only for a booking that was paid: otherwise anybody could book for another's address and have it written to.
    """
    booking = get_booking_with_dates(booking_id, seen.owners)
    subject = codes.subject_of_booking(booking_id)
    say_that_it_is_mailed(request, lambda: codes.ask_for_code(subject, locked_booking(booking_id)), booking.email)
    page = reverse("frontend:booking", args=[booking_id])
    back = request.POST.get("next", "")
    ours = back.startswith(page) and url_has_allowed_host_and_scheme(back, None)
    return redirect(back if ours else f"{page}{seen.link}")
