"""The log of what staff did: searched by person, verb, show, booking, seat and day, and as CSV."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from boxoffice import log
from frontend.forms import LogForm
from frontend.views.staff import staff_page

AT_ONCE = 50


@never_cache
@require_safe
@staff_page(log.READ)
def log_page(request: HttpRequest) -> HttpResponseBase:
    """With `format=csv` everything that was searched for, in a file."""
    form = LogForm(request.GET, verbs=log.verbs())
    events = log.events_for(request.user, form.wanted())
    if request.GET.get("format") == "csv":
        return _csv(log.csv_lines(events))
    page = Paginator(events, AT_ONCE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("format", None)
    context = {"form": form, "page": page, "rows": log.with_accounts(list(page)), "query": query.urlencode()}
    answer: HttpResponse = render(request, "frontend/staff_log.html", context)
    return answer


def _csv(lines: object) -> StreamingHttpResponse:
    headers = {"Content-Disposition": 'attachment; filename="log.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)  # type: ignore[arg-type]
