"""Administrators make and revoke the tokens of programs and devices. A token's secret is shown once, on the answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from boxoffice.models import StaffToken
from boxoffice.sessions import require_fresh
from boxoffice.tokens import make_token, revoke_token
from cinema.models import Theatre
from frontend.forms import TokenForm
from frontend.views.staff import staff_page
from seating.identity import owner_of_user

PERMISSION = "boxoffice.tokens"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(PERMISSION)
def tokens_page(request: HttpRequest) -> HttpResponse:
    """Making one asks for a fresh password or factor."""
    form = TokenForm(request.POST if request.method == "POST" else None, theatres=list(Theatre.objects.all()))
    secret = ""
    if form.is_valid():
        require_fresh(request)
        made = form.cleaned_data
        by = owner_of_user(request.user)
        _token, secret = make_token(
            made["account"], made["role"], made["theatre"] or None, made["days"], made["name"], by
        )
        form = TokenForm(None, theatres=list(Theatre.objects.all()))
    tokens = StaffToken.objects.select_related("user", "theatre")
    context = {"form": form, "secret": secret, "tokens": list(tokens[:200])}
    return render(request, "frontend/staff_tokens.html", context)


@never_cache
@require_POST
@staff_page(PERMISSION)
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Asks for nothing more: whoever has lost a scanner must be quick, and a new token is soon made."""
    revoke_token(token_id, by=owner_of_user(request.user))
    return redirect("frontend:staff_tokens")
