"""Searching the log, and writing it as CSV."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Q, QuerySet

from boxoffice.models import StaffEvent
from cinema.models import Theatre
from cinema.permissions import theatres_where
from cinema.times import utc

READ = "boxoffice.read_log"
COLUMNS = (
    *("at", "by", "account", "approved_by", "post", "verb", "theatre", "show", "booking", "seats"),
    *("before", "after", "reason", "address"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for one


@dataclass(frozen=True)
class Wanted:
    """What to search for; what is empty does not count. `person` is part of an e-mail address, or an owner string."""

    person: str = ""
    verb: str = ""
    show: int | None = None
    booking: str = ""
    seat: str = ""
    day: date | None = None
    theatre: int | None = None


def events_for(user: Any, wanted: Wanted) -> QuerySet[StaffEvent]:
    """Newest first. Managers see what happened at their theatres; who reads the log at all of them sees everything,
    log-ins and refusals too."""
    events = StaffEvent.objects.all()
    if not user.has_perm("boxoffice.administer"):
        events = events.filter(theatre__in=theatres_where(user, READ))
    if wanted.person:
        owners = [f"user_{pk}" for pk in _accounts(wanted.person)]
        events = events.filter(Q(by__in=owners) | Q(approved_by__in=owners) | Q(by=wanted.person))
    if wanted.day:
        events = _on(events, wanted.day)
    if wanted.seat:
        events = _with_seat(events, wanted.seat.upper())
    exact = {"verb": wanted.verb, "show": wanted.show, "booking": wanted.booking.upper(), "theatre": wanted.theatre}
    return events.filter(**{name: value for name, value in exact.items() if value})


def _accounts(person: str) -> list[int]:
    return list(User.objects.filter(email__icontains=person).values_list("pk", flat=True)[:500])


def _on(events: QuerySet[StaffEvent], day: date) -> QuerySet[StaffEvent]:
    """The day as it is at the theatres; several zones count from the first's midnight to the last's."""
    names = set(Theatre.objects.values_list("time_zone", flat=True)) or {"Asia/Kolkata"}
    starts = [datetime.combine(day, time(), ZoneInfo(name)) for name in names]
    return events.filter(at__gte=min(starts), at__lt=max(starts) + timedelta(days=1))


def _with_seat(events: QuerySet[StaffEvent], seat: str) -> QuerySet[StaffEvent]:
    """SQLite cannot search in lists of JSON: there, in development, the newest 10,000 are looked through."""
    if connection.features.supports_json_field_contains:
        return events.filter(seats__contains=[seat])
    rows = events.exclude(seats=[]).values_list("pk", "seats")[:10_000]
    return events.filter(pk__in=[pk for pk, seats in rows if seat in seats])


def verbs() -> list[str]:
    return sorted(StaffEvent.objects.order_by().values_list("verb", flat=True).distinct())


def with_accounts(events: list[StaffEvent]) -> list[dict[str, Any]]:
    """The events as rows for people, with the accounts' addresses as they are now."""
    theatres = dict(Theatre.objects.values_list("pk", "slug"))
    owners = {event.by for event in events} | {event.approved_by for event in events}
    numbers = [int(owner[5:]) for owner in owners if owner.startswith("user_") and owner[5:].isdigit()]
    emails = {f"user_{user.pk}": user.email or user.get_username() for user in User.objects.filter(pk__in=numbers)}
    return [_row(event, theatres, emails) for event in events]


def _row(event: StaffEvent, theatres: dict[int, str], emails: dict[str, str]) -> dict[str, Any]:
    return {
        "at": utc(event.at),
        "by": event.by,
        "account": emails.get(event.by, ""),
        "approved_by": emails.get(event.approved_by, event.approved_by),
        "post": event.post,
        "verb": event.verb,
        "theatre": theatres.get(event.theatre or 0, ""),
        "show": event.show,
        "booking": event.booking,
        "seats": list(event.seats),
        "before": event.before,
        "after": event.after,
        "reason": event.reason,
        "address": event.address,
    }


def csv_lines(events: QuerySet[StaffEvent]) -> Iterator[str]:
    """A line at a time, in pieces of a thousand events. No cell begins as a formula does."""
    yield _line(COLUMNS)
    batch: list[StaffEvent] = []
    for event in events.iterator(chunk_size=1000):
        batch.append(event)
        if len(batch) == 1000:
            yield from _lines(batch)
            batch = []
    yield from _lines(batch)


def _lines(events: list[StaffEvent]) -> Iterator[str]:
    for row in with_accounts(events):
        plain = {**row, "seats": " ".join(row["seats"])}
        for name in ("before", "after"):
            plain[name] = json.dumps(row[name], ensure_ascii=False) if row[name] else ""
        yield _line([plain[name] for name in COLUMNS])


def _line(values: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_safe(value) for value in values])
    return text.getvalue()


def _safe(value: Any) -> str:
    written = "" if value is None else str(value)
    return f"'{written}" if written.startswith(FORMULA) else written
