"""Staff cancel a show: first the preview, then the reason and the cancellation, then its progress."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from boxoffice.cancellations import cancellation_progress
from boxoffice.sessions import require_fresh
from checkout.cancellations.shows import begin_cancellation, plan_cancellation
from frontend.forms import CancelShowForm
from frontend.views.staff import staff_page
from seating.identity import owner_of_user

PERMISSION = "boxoffice.cancel_show"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(PERMISSION)
def cancel_show(request: HttpRequest, show_id: int) -> HttpResponse:
    """GET shows what would be refunded, or the progress if the show is cancelled; it changes nothing. POST cancels.

    A show that has been sold asks for its movie's title, typed, and for a fresh password or factor; allauth then goes
    on with the same POST.
    """
    plan = plan_cancellation(show_id)
    form = CancelShowForm(request.POST if request.method == "POST" else None)
    if plan.paid:
        form.ask_for(plan.show.movie.title)
    if form.is_valid():
        if plan.paid:
            require_fresh(request)
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
@staff_page(PERMISSION)
def cancellation(request: HttpRequest, show_id: int) -> HttpResponse:
    """The progress as JSON, polled by the page."""
    progress = cancellation_progress(show_id)
    if progress is None:
        raise Http404("This show is not cancelled.")
    return JsonResponse(progress)
