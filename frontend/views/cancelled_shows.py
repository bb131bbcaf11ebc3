"""Staff cancel a show: first the preview, then the reason and the cancellation, then its progress."""

from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from boxoffice.cancellations import cancellation_progress
from checkout.cancellations.shows import begin_cancellation, plan_cancellation
from frontend.forms import CancelShowForm
from frontend.views import View
from seating.identity import owner_of_user


def staff_only(view: View) -> View:
    """Redirects visitors without an account to sign in; customers get a 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def cancel_show(request: HttpRequest, show_id: int) -> HttpResponse:
    """GET shows what would be refunded, or the progress if the show is cancelled; it changes nothing. POST cancels."""
    plan = plan_cancellation(show_id)
    form = CancelShowForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        begin_cancellation(show_id, by=owner_of_user(request.user), reason=form.cleaned_data["reason"])
        return redirect("frontend:cancel_show", show_id=show_id)
    context = {
        "show": plan.show,
        "zone": plan.show.screen.theatre.zone,
        "plan": plan,
        "form": form,
        "progress": cancellation_progress(show_id),
    }
    return render(request, "frontend/cancel_show.html", context)


@never_cache
@require_safe
@staff_only
def cancellation(request: HttpRequest, show_id: int) -> HttpResponse:
    """The progress as JSON, polled by the page."""
    progress = cancellation_progress(show_id)
    if progress is None:
        raise Http404("This show is not cancelled.")
    return JsonResponse(progress)
