"""Django's admin behind the site's own door: allauth's log-in with its throttles and second factor, and a post."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from boxoffice.sessions import lacks_factor
from seating.staff import note_permission

ENTER = "boxoffice.look"  # what every post has; each model asks for its own


@secure_admin_login  # type: ignore[untyped-decorator]
def _door(request: HttpRequest) -> HttpResponse:
    """Only who is signed in comes here. The admin's own log-in form, which has no throttle, is never shown."""
    raise PermissionDenied


class Administration(AdminSite):
    site_header = site_title = "Housefull"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.has_perm(ENTER)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        note_permission(request, ENTER)
        if self.has_permission(request):
            return redirect("admin:index")
        answer: HttpResponse = _door(request)
        return answer

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """The site's own page, which is throttled."""
        return redirect("account_change_password")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            note_permission(request, "admin")
            if self.has_permission(request) and lacks_factor(request.user):
                return redirect("mfa_activate_totp")
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)
