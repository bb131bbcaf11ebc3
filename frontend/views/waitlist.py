"""The link in the mail that asks whether an address is its reader's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from checkout.waitlist.confirming import confirm_entry
from checkout.waitlist.select import waitlist_json


@require_GET
@never_cache
def confirm(request: HttpRequest, show_id: int) -> HttpResponse:
    """Confirms the entry, on whatever device the mail is read, and makes nobody of whoever opens it: no cookie is set.

    HEAD confirms nothing, because that is how some mail programs look at links. Raises ConfirmationOver,
    AlreadyWaiting, ShowClosed.
    """
    entry = confirm_entry(request.GET.get("t", ""), show_id)
    context = {"entry": waitlist_json(entry), "show": entry.show, "zone": entry.show.screen.theatre.zone}
    return render(request, "frontend/waitlist_confirmed.html", context)
