"""The staff's dashboard: every show of today and how full it is. The socket `/ws/boxoffice/` keeps it moving."""

from dataclasses import asdict
from typing import Any

from boxoffice.board import todays_shows
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from boxoffice.cancellations import recent_cancellations
from cinema.models import Show
from frontend.views.browse import by_theatre
from seating.errors import HoldsUnavailable
from seating.selectors import Figures, figures

COUNTS = ("available", "held", "sold", "blocked", "viewers")


@require_safe
@never_cache
def dashboard(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not request.user.is_staff:
        raise PermissionDenied
    shows = _todays_shows()
    counts, known = _counts(shows)
    theatres = [
        {**group, "shows": [{"show": entry["show"], **counts[entry["show"].pk]} for entry in group["shows"]]}
        for group in by_theatre(shows)
    ]
    totals = {name: sum(count["figures"][name] for count in counts.values()) for name in COUNTS}
    context = {
        "theatres": theatres,
        "totals": totals,
        "known": known,
        "now": timezone.now(),
        "cancelled": recent_cancellations(),
    }
    return render(request, "frontend/boxoffice.html", context)


def _todays_shows() -> list[Show]:
    shows = Show.objects.filter(pk__in=todays_shows()).select_related("movie", "screen__theatre__city")
    return list(shows.defer("movie__poster").prefetch_related("tiers").order_by("starts_at", "pk"))


def _counts(shows: list[Show]) -> tuple[dict[int, dict[str, Any]], bool]:
    """Show id → its figures and bars; and whether they are known: without Redis the page still opens."""
    try:
        found = figures([show.pk for show in shows])
    except HoldsUnavailable:
        return {show.pk: _drawn(Figures(show.pk, 0, 0, 0, 0, 0)) for show in shows}, False
    return {entry.show: _drawn(entry) for entry in found}, True


def _drawn(entry: Figures) -> dict[str, Any]:
    """The figures, and for each bar where it begins and how wide it is, in percent."""
    seats = entry.available + entry.held + entry.sold + entry.blocked
    bars, start = [], 0.0
    for name in ("sold", "held", "blocked"):
        width = round(100 * getattr(entry, name) / seats, 2) if seats else 0.0
        # Written here: a template would write the point as the visitor's language does.
        bars.append({"name": name, "x": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    percent = 100 * entry.sold // seats if seats else None
    return {"figures": asdict(entry), "bars": bars, "percent": percent, "seats": seats}
