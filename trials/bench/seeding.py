"""Makes the cinema that is measured: one hall of 400 seats for the viewers, and large ones for holds and sales.

Import it after Django is set up.
"""

import string
from datetime import date, timedelta
from typing import Any, cast

from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.utils import timezone

from cinema import services
from cinema.models import City, Movie, Screen, Show, Theatre
from seating.services.execute import rebuild_show
from trials.bench.shows import BenchShow, Shows

PRICE = {"Stalls": 20_000}  # paise


def seed(sold_shows: int) -> Shows:
    """Migrates, plans the shows and builds each in Redis. `sold_shows` is how many shows there are to sell."""
    call_command("migrate", verbosity=0, interactive=False)
    theatre = Theatre.objects.create(city=City.objects.create(name="Bench", slug="bench"), name="Bench", slug="bench")
    movie = Movie.objects.create(
        title="The Long Run",
        slug="the-long-run",
        genres=["Drama"],
        languages=["English"],
        runtime=120,
        certificate="U",
        release_date=date(2026, 1, 1),
        cast=[],
    )
    viewed = _show(theatre, movie, "Viewed", rows=20, seats=20)
    large = _show(theatre, movie, "Large", rows=60, seats=80)
    sold = tuple(_show(theatre, movie, f"Sold {number}", rows=30, seats=40) for number in range(sold_shows))
    programme = tuple(_show(theatre, movie, f"Small {number}", rows=10, seats=12) for number in range(30))
    for show in (viewed, large, *programme, *sold):
        rebuild_show(show.id)
    connection.close()
    close_pool()  # from here on only the servers that are measured keep connections
    return Shows(viewed, large, programme, sold)


def close_pool() -> None:
    """Closes this process's idle connections to PostgreSQL."""
    cast(DatabaseWrapper, connection).close_pool()


def _show(theatre: Theatre, movie: Movie, name: str, rows: int, seats: int) -> BenchShow:
    screen = Screen.objects.create(theatre=theatre, name=name)
    plan = services.import_plan(_plan(name, rows, seats), screen)
    show: Show = services.plan_show(
        movie=movie, screen=screen, starts_at=timezone.now() + timedelta(days=2), prices=PRICE
    )
    return BenchShow(show.pk, tuple(seat["id"] for seat in plan.layout["seats"]))


def _plan(name: str, rows: int, seats: int) -> dict[str, Any]:
    """A rectangular hall in pretix's format."""
    return {
        "name": name,
        "size": {"width": 40 + 30 * seats, "height": 80 + 30 * rows},
        "categories": [{"name": "Stalls", "color": "#4477aa"}],
        "zones": [
            {
                "name": "Hall",
                "position": {"x": 30, "y": 60},
                "rows": [
                    {
                        "row_number": _letters(row),
                        "row_number_position": "both",
                        "position": {"x": 0, "y": 30 * row},
                        "seats": [
                            {
                                "seat_guid": f"{row}-{number}",
                                "seat_number": str(number),
                                "position": {"x": 30 * number, "y": 0},
                                "category": "Stalls",
                            }
                            for number in range(1, seats + 1)
                        ],
                    }
                    for row in range(rows)
                ],
            }
        ],
    }


def _letters(row: int) -> str:
    """A to Z, then AA and on."""
    alphabet = string.ascii_uppercase
    return alphabet[row] if row < 26 else alphabet[row // 26 - 1] + alphabet[row % 26]
