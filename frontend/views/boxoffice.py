"""The staff dashboard: every show of today and how full it is. The socket `/ws/boxoffice/` updates it."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from boxoffice.board import todays_shows
from boxoffice.cancellations import recent_cancellations
from cinema.models import Show
from cinema.permissions import may, theatres_where
from frontend.views.browse import by_theatre
from frontend.views.staff import staff_page
from seating.errors import HoldsUnavailable
from seating.selectors import Figures, figures

COUNTS = ("available", "held", "sold", "blocked", "lapsed", "viewers")


@require_safe
@never_cache
@staff_page("boxoffice.look")
def dashboard(request: HttpRequest) -> HttpResponse:
    mine = theatres_where(request.user, "boxoffice.look")
    shows = _todays_shows(mine)
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
        "cancelled": recent_cancellations(mine),
        "may_cancel": {theatre for theatre in mine if may(request.user, "boxoffice.cancel_show", theatre)},
    }
    return render(request, "frontend/boxoffice.html", context)


def _todays_shows(theatres: list[int]) -> list[Show]:
    shows = Show.objects.filter(pk__in=todays_shows(theatres)).select_related("movie", "screen__theatre__city")
    return list(shows.defer("movie__poster").prefetch_related("tiers").order_by("starts_at", "pk"))


def _counts(shows: list[Show]) -> tuple[dict[int, dict[str, Any]], bool]:
    """Show id → its figures and bars, and whether the figures are known: the page opens without Redis too."""
    try:
        found = figures([show.pk for show in shows])
    except HoldsUnavailable:
        return {show.pk: _with_bars(Figures(show.pk, 0, 0, 0, 0, 0)) for show in shows}, False
    return {entry.show: _with_bars(entry) for entry in found}, True


def _with_bars(entry: Figures) -> dict[str, Any]:
    """The figures, and the start and width of each bar in percent."""
    seats = entry.available + entry.held + entry.sold + entry.blocked
    bars, start = [], 0.0
    for name in ("sold", "held", "blocked"):
        width = round(100 * getattr(entry, name) / seats, 2) if seats else 0.0
        # Formatted here, because a template would use the decimal separator of the visitor's language.
        bars.append({"name": name, "x": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    percent = 100 * entry.sold // seats if seats else None
    return {"figures": asdict(entry), "bars": bars, "percent": percent, "seats": seats}
