"""Supervisors set the PIN with which they approve at a cashier's screen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from boxoffice.pins import UnusablePin, set_pin
from boxoffice.sessions import ask_again, is_fresh
from frontend.forms import PinForm
from frontend.views.staff import staff_page
from seating.identity import owner_of_user


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("boxoffice.override")
def pin_page(request: HttpRequest) -> HttpResponse:
    """Asks for a fresh password or factor. A PIN is never shown."""
    if not is_fresh(request):
        return ask_again(request)
    form = PinForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            set_pin(request.user, form.cleaned_data["pin"], owner_of_user(request.user))  # type: ignore[arg-type]
        except UnusablePin:
            form.add_error("pin", _("Give 6 to 12 digits, at least three of them different."))
        else:
            messages.success(request, _("Your PIN is set."))
            return redirect("frontend:boxoffice")
    return render(request, "frontend/staff_pin.html", {"form": form})
