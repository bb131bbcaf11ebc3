"""Small plain functions that make what a test needs, through the services wherever a rule exists.

Names count upwards, so that nothing collides. A show starts tomorrow on a screen of its own unless told
otherwise.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from boxoffice.models import StaffPost
from boxoffice.posts import give_post
from cinema import services
from cinema.models import City, Movie, Screen, SeatingPlan, Show, Theatre

_numbers = count(1)
TIERS = {"Classic": 20_000, "Prime": 30_000}  # paise


def plan_file(
    rows: Mapping[str, int] | None = None,
    *,
    categories: Mapping[str, str] | None = None,
    name: str = "A small hall",
    zone: str = "Hall",
) -> dict[str, Any]:
    """A plan in pretix's format. `rows` is seats per row, A nearest the screen; `categories` names a row's
    tier.

    By default rows A and B of eight: A1 to A8 in Classic, B1 to B8 in Prime.
    """
    rows = {"A": 8, "B": 8} if rows is None else rows
    categories = {"A": "Classic"} if categories is None else categories
    used = dict.fromkeys(categories.get(letter, "Prime") for letter in rows)
    return {
        "name": name,
        "size": {"width": 40 + 30 * max(rows.values()), "height": 80 + 30 * len(rows)},
        "categories": [{"name": category, "color": "#4477aa"} for category in used],
        "zones": [
            {
                "name": zone,
                "position": {"x": 30, "y": 60},
                "rows": [
                    {
                        "row_number": letter,
                        "row_number_position": "both",
                        "position": {"x": 0, "y": 30 * index},
                        "seats": [
                            {
                                "seat_guid": f"{zone}-{letter}-{number}",
                                "seat_number": str(number),
                                "position": {"x": 30 * (number - 1), "y": 0},
                                "category": categories.get(letter, "Prime"),
                            }
                            for number in range(1, seats + 1)
                        ],
                    }
                    for index, (letter, seats) in enumerate(rows.items())
                ],
            }
        ],
    }


def make_city(name: str = "", **kw: Any) -> City:
    number = next(_numbers)
    name = name or f"City {number}"
    return City.objects.create(name=name, slug=kw.pop("slug", name.lower().replace(" ", "-")), **kw)


def make_theatre(city: City | None = None, **kw: Any) -> Theatre:
    number = next(_numbers)
    values = {"name": f"Theatre {number}", "slug": f"theatre-{number}", **kw}
    return Theatre.objects.create(city=city or make_city(), **values)


def make_screen(theatre: Theatre | None = None, name: str = "") -> Screen:
    return Screen.objects.create(theatre=theatre or make_theatre(), name=name or f"Screen {next(_numbers)}")


def make_plan(screen: Screen | None = None, file: dict[str, Any] | bytes | None = None) -> SeatingPlan:
    return services.import_plan(file or plan_file(), screen or make_screen())


def make_movie(title: str = "", **kw: Any) -> Movie:
    number = next(_numbers)
    values = {
        "title": title or f"Movie {number}",
        "slug": f"movie-{number}",
        "genres": ["Drama"],
        "languages": ["Hindi", "English"],
        "runtime": 120,
        "certificate": "U",
        "release_date": date(2026, 1, 1),
        "cast": ["Asha Rane", "Bilal Sheikh"],
        **kw,
    }
    return Movie.objects.create(**values)


def make_show(
    seats: Mapping[str, int] | dict[str, Any] | None = None,
    *,
    prices: Mapping[str, int] | None = None,
    movie: Movie | None = None,
    screen: Screen | None = None,
    starts_at: datetime | None = None,
    state: str = "",
    **kw: Any,
) -> Show:
    """A show on sale. `seats` is a plan file, or seats per row as in `plan_file`; else the screen's plan if
    any.

    Every tier costs 200 rupees (Classic) or 300 unless `prices` says otherwise. A show in the past, or a
    `state` that the services do not lead to at once, is set afterwards.
    """
    screen = screen or make_screen()
    if seats is not None or not screen.plans.exists():
        make_plan(screen, dict(seats) if seats is not None and "zones" in seats else plan_file(seats))
    plan = kw.pop("plan", None) or screen.plans.order_by("-version").first()
    assert plan is not None
    tiers = [tier["name"] for tier in plan.layout["tiers"]]
    show = services.plan_show(
        movie=movie or make_movie(),
        screen=screen,
        plan=plan,
        starts_at=starts_at or (timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0),
        prices=prices or {tier: TIERS.get(tier, 30_000) for tier in tiers},
        **kw,
    )
    if state and show.state != state:
        show.state = state
        show.save(update_fields=["state"])
    return show


def seat_ids(show: Show) -> Sequence[str]:
    """The public ids of a show's seats, in the layout's order."""
    return [seat["id"] for seat in show.plan.layout["seats"]]


def open_doors(show: Show) -> None:
    """Now its tickets are let in without the gate naming it: it starts in ten minutes."""
    start = timezone.now() + timedelta(minutes=10)
    Show.objects.filter(pk=show.pk).update(starts_at=start, ends_at=start + timedelta(hours=2))
    show.refresh_from_db()


# ------------------------------------------------------------------------------------------------ staff
def make_staff(role: str = "administrator", theatre: Theatre | None = None, email: str = "", **kw: Any) -> User:
    """An account with this post; without a theatre it is for all of them."""
    email = email or f"{role}-{next(_numbers)}@example.test"
    user = User.objects.create_user(username=email, email=email, password="a-long-password-1", **kw)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    give_post(user, role, theatre)
    return User.objects.get(pk=user.pk)


def posts_of(user: User) -> list[tuple[str, int | None]]:
    return list(StaffPost.objects.filter(user=user).values_list("role", "theatre"))


def signed_in(user: User, *, fresh: bool = True, csrf: bool = False) -> Client:
    """A browser of this account; `fresh` as if the password had been given just now."""
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if fresh:
        give_password(client, user)
    return client


def give_password(client: Client, user: User, ago: float = 0) -> None:
    """What allauth keeps in the session when somebody gives their password; `ago` in seconds."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
