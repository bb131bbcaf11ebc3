"""The door of every page under /boxoffice/: each page names the permission it needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from boxoffice.sessions import lacks_factor
from cinema.permissions import may, theatre_of_show
from frontend.views import View
from seating.staff import note_permission


def staff_page(permission: str) -> Callable[[View], View]:
    """Visitors are led to sign in, whoever lacks the permission gets a 403, and who lacks a second factor is led to
    setting one up. A page about a show (`show_id`) asks for the permission at the show's theatre."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            note_permission(request, permission)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.has_perm(permission):
                raise PermissionDenied
            if lacks_factor(request.user):
                messages.info(request, _("Set up two-step sign-in first: staff need it."))
                return redirect("mfa_activate_totp")
            _check_show(request, permission, kwargs.get("show_id"))
            return view(request, *args, **kwargs)

        guarded.staff_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def _check_show(request: HttpRequest, permission: str, show_id: int | None) -> None:
    """Raises Http404, PermissionDenied."""
    if show_id is None:
        return
    theatre = theatre_of_show(show_id)
    if theatre is None:
        raise Http404("There is no such show.")
    if not may(request.user, permission, theatre):
        raise PermissionDenied
