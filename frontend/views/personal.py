"""Personal data of an account: what is kept and for how long, all of it as a file, and the account's end.

Both want the password once more (allauth's reauthentication): whoever sits down at an open screen gets neither.
"""

import json

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from checkout.privacy.accounts import data_of_account, delete_account
from seating.identity import visitor_of


@require_safe
@never_cache
@login_required
def personal_data(request: HttpRequest) -> HttpResponse:
    context = {
        "kept": settings.KEEP_PERSONAL_DATA_DAYS,
        "abandoned": settings.KEEP_ABANDONED_DAYS,
        "messages_kept": settings.KEEP_MESSAGES_DAYS,
    }
    return render(request, "frontend/personal_data.html", context)


@require_POST
@never_cache
@login_required
@reauthentication_required
def download_data(request: HttpRequest) -> HttpResponse:
    data = data_of_account(request.user, visitor_of(request).owners)
    body = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    headers = {
        "Content-Disposition": 'attachment; filename="housefull-data.json"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(body, content_type="application/json; charset=utf-8", headers=headers)


@require_POST
@never_cache
@login_required
@reauthentication_required
def delete_data(request: HttpRequest) -> HttpResponse:
    """Only with the box ticked. Raises checkout.privacy.accounts.StaffAccount."""
    if request.POST.get("understood") != "yes":
        messages.error(request, _("Tick the box to say that you have read what happens."))
        return redirect("frontend:personal_data")
    user, owners = request.user, visitor_of(request).owners
    delete_account(user, owners)
    logout(request)
    messages.success(request, _("Your account is deleted, and with it your name, address and telephone number."))
    return redirect("frontend:home")
