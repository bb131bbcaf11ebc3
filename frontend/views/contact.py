"""Changing a booking's name, address or telephone number; from a mail's link, it takes a code from the mailbox."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from checkout.bookings.contact import change_contact
from checkout.bookings.select import get_booking
from checkout.links.errors import CodeRefused, CodeRequired
from checkout.links.tokens import link_token
from cinema.errors import DomainError
from frontend.forms import ContactForm
from frontend.views.links import Seen, link_of, opened_by_link, permit_of_page, words_for


@never_cache
@require_POST
@opened_by_link
def contact(request: HttpRequest, booking_id: str, seen: Seen) -> HttpResponse:
    """A new address ends the link that this page was opened by; whoever gave the code gets a new one."""
    booking = get_booking(booking_id, seen.owners)
    form = ContactForm(request.POST)
    if form.is_valid():
        try:
            permit = permit_of_page(request, booking_id, seen)
            with transaction.atomic():
                permit.spend()
                booking = change_contact(booking_id, **form.cleaned_data)
        except (CodeRequired, CodeRefused) as error:
            messages.error(request, words_for(error))
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(
                request, _("Changed. Mails about this booking go to %(email)s.") % {"email": booking.email}
            )
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    link = link_of(link_token(booking)) if seen.token else ""
    return redirect(reverse("frontend:booking", args=[booking_id]) + link)
