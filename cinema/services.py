"""Changes of the cinema: importing plans, and planning, opening, closing and cancelling shows.

Planning or changing a show first locks its screen's row, so that concurrent requests are checked one after the other.
PostgreSQL's exclusion constraint enforces the same rule. A show's state changes only as `cinema.states.MOVES` allows.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cinema import deeds, states
from cinema.errors import NotFound, ShowsOverlap, UnusablePlan, UnusableShow, WrongState
from cinema.models import Movie, Screen, SeatingPlan, Show, ShowTier
from cinema.plans import PlanError, read_plan

TRAILERS_AND_INTERVAL = timedelta(minutes=20)  # added to the runtime if no end is given
LONGEST_SHOW = timedelta(hours=12)
LOWEST_PRICE = 100  # paise; Razorpay's minimum
HIGHEST_PRICE = 10_000_000  # paise


# ------------------------------------------------------------------------------------------------ plans
def import_plan(data: bytes | dict[str, Any], screen: Screen) -> SeatingPlan:
    """Stores a plan file (pretix's JSON) as the screen's newest version.

    Returns the newest version itself if it has the same layout and name. Older versions and the shows that use them
    do not change. Raises UnusablePlan with the `place`, and NotFound; then nothing is stored.
    """
    try:
        plan = read_plan(data)
    except PlanError as error:
        raise UnusablePlan(str(error), place=error.place) from None
    with transaction.atomic():
        _lock(screen.pk)
        latest = SeatingPlan.objects.filter(screen=screen).order_by("-version").first()
        if latest and latest.layout == plan.layout and latest.name == plan.name:
            return latest
        stored = SeatingPlan.objects.create(
            screen=screen,
            version=latest.version + 1 if latest else 1,
            name=plan.name,
            source=plan.source,
            layout=plan.layout,
        )
        after = {"screen": screen.pk, "plan": stored.pk, "version": stored.version, "name": stored.name}
        deeds.record("import_plan", theatre=screen.theatre_id, after=after)
        return stored


# ------------------------------------------------------------------------------------- planning a show
def plan_show(
    *,
    movie: Movie,
    screen: Screen,
    starts_at: datetime,
    prices: Mapping[str, int],
    language: str = "",
    format: str = Show.Format.TWO_D,
    ends_at: datetime | None = None,
    on_sale_at: datetime | None = None,
    plan: SeatingPlan | None = None,
    refuse_single_seats: bool = False,
    accounts_only: bool = False,
) -> Show:
    """Plans a new show: on sale now, or scheduled if `on_sale_at` is in the future.

    `prices` has the price of every tier of the plan, in paise before tax. Times are aware. Defaults: the movie's first
    language, an end twenty minutes after its runtime, the screen's newest plan, on sale from now. Raises UnusableShow
    with the `field`, ShowsOverlap, NotFound.
    """
    now = timezone.now()
    if not 2000 <= starts_at.year <= 2200:
        raise UnusableShow("The start year must be between 2000 and 2200.", field="starts_at")
    with _one_at_a_time(screen):
        plan = plan or SeatingPlan.objects.filter(screen=screen).order_by("-version").first()
        if plan is None or plan.screen_id != screen.pk:
            raise UnusableShow(f"{screen} has no such seating plan: import one first.", field="plan")
        show = Show(
            movie=movie,
            screen=screen,
            plan=plan,
            starts_at=starts_at,
            ends_at=ends_at or starts_at + timedelta(minutes=movie.runtime) + TRAILERS_AND_INTERVAL,
            language=language or next(iter(movie.languages), ""),
            format=format,
            on_sale_at=on_sale_at or now,
            refuse_single_seats=refuse_single_seats,
            accounts_only=accounts_only,
        )
        show.state = states.ON_SALE if show.on_sale_at <= now else states.SCHEDULED
        check_show(show)
        _check_prices(plan, prices)
        _store_new(show, prices)
    return show


def _store_new(show: Show, prices: Mapping[str, int]) -> None:
    show.save()
    _store_prices(show, prices)
    after = {"starts_at": show.starts_at, "screen": show.screen_id, "movie": show.movie_id, "prices": dict(prices)}
    deeds.record("plan_show", theatre=show.screen.theatre_id, show=show.pk, after=after)


def _store_prices(show: Show, prices: Mapping[str, int]) -> None:
    ShowTier.objects.bulk_create(
        ShowTier(show=show, name=tier["name"], price=prices[tier["name"]], position=position)
        for position, tier in enumerate(show.plan.layout["tiers"])
    )


CHANGEABLE = {"starts_at", "ends_at", "language", "format", "on_sale_at", "refuse_single_seats", "accounts_only"}


def change_show(show_id: int, prices: Mapping[str, int] | None = None, **changes: Any) -> Show:
    """Changes a show that is not cancelled: any of CHANGEABLE, and prices in paise by tier.

    Screen and plan cannot change, because seats were sold from them. New prices apply to new bookings. Raises
    NotFound, WrongState, UnusableShow, ShowsOverlap.
    """
    if unknown := changes.keys() - CHANGEABLE:
        raise TypeError(f"change_show() cannot change {', '.join(sorted(unknown))}")
    screen = _screen_of(show_id)
    with _one_at_a_time(screen):
        show = _locked_show(show_id)
        if show.state == states.CANCELLED:
            raise WrongState("A cancelled show cannot be changed. Plan a new one.", state=show.state)
        before = {name: getattr(show, name) for name in changes}
        for name, value in changes.items():
            setattr(show, name, value)
        if show.state == states.ON_SALE and show.on_sale_at > timezone.now():
            raise UnusableShow("The sale has already opened. Close it to stop selling.", field="on_sale_at")
        check_show(show)
        show.save()
        if prices is not None:
            _check_prices(show.plan, prices)
            for tier in show.tiers.all():
                before[f"price of {tier.name}"], tier.price = tier.price, prices[tier.name]
                tier.save(update_fields=["price"])
        after = {**changes, **{f"price of {name}": price for name, price in (prices or {}).items()}}
        _record_change(show, before, after)
    return show


def _record_change(show: Show, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Only what has changed is a deed."""
    changed = [name for name in after if before.get(name) != after[name]]
    if changed:
        parts = [{name: values[name] for name in changed} for values in (before, after)]
        deeds.record("change_show", theatre=show.screen.theatre_id, show=show.pk, before=parts[0], after=parts[1])


def check_show(show: Show) -> None:
    """Checks a show by itself and against the other shows of its screen. Raises UnusableShow, ShowsOverlap."""
    for field in ("starts_at", "ends_at", "on_sale_at"):
        if timezone.is_naive(getattr(show, field)):
            raise UnusableShow("Give the time with its time zone.", field=field)
    if not timedelta(0) < show.ends_at - show.starts_at <= LONGEST_SHOW:
        raise UnusableShow("A show must end after it starts, within twelve hours.", field="ends_at")
    if show.on_sale_at >= show.starts_at and show.state == states.SCHEDULED:
        raise UnusableShow("The sale must open before the show starts.", field="on_sale_at")
    if show.language not in show.movie.languages:
        raise UnusableShow(
            f"{show.movie.title} is not available in {show.language or 'no language'}: choose from "
            f"{', '.join(show.movie.languages)}.",
            field="language",
        )
    if show.format not in Show.Format.values:
        raise UnusableShow(f"The format must be one of {', '.join(Show.Format.values)}.", field="format")
    if show.state != states.CANCELLED:
        _check_overlap(show)


def _check_overlap(show: Show) -> None:
    others = Show.objects.filter(screen=show.screen_id, starts_at__lt=show.ends_at, ends_at__gt=show.starts_at)
    other = others.exclude(state=states.CANCELLED).exclude(pk=show.pk).select_related("movie").first()
    if other:
        zone = show.screen.theatre.zone
        raise ShowsOverlap(
            f"{show.screen} plays {other.movie.title} from {other.starts_at.astimezone(zone):%d %b %H:%M} "
            f"to {other.ends_at.astimezone(zone):%H:%M}. Choose another time or screen.",
            show=other.pk,
        )


def _check_prices(plan: SeatingPlan, prices: Mapping[str, int]) -> None:
    names = {tier["name"] for tier in plan.layout["tiers"]}
    if prices.keys() != names:
        raise UnusableShow(f"Give one price for each of these tiers: {', '.join(sorted(names))}.", field="prices")
    for name, price in prices.items():
        if isinstance(price, bool) or not isinstance(price, int) or not LOWEST_PRICE <= price <= HIGHEST_PRICE:
            raise UnusableShow(
                f"{name}: a price must be a whole number of paise from {LOWEST_PRICE} to {HIGHEST_PRICE}.",
                field="prices",
            )


@contextmanager
def _one_at_a_time(screen: Screen) -> Iterator[None]:
    """A transaction that no other planning on this screen can overlap."""
    try:
        with transaction.atomic():
            _lock(screen.pk)
            yield
    except IntegrityError as error:
        # The database's constraint: a show was planned here without these services.
        if "shows_of_a_screen_never_overlap" not in str(error):
            raise
        raise ShowsOverlap(f"{screen} is taken at that time. Choose another time or screen.") from None


def _lock(screen_id: int) -> None:
    """Locks this screen until the transaction ends (SQLite locks the whole database)."""
    if not Screen.objects.select_for_update().filter(pk=screen_id).values_list("pk", flat=True).first():
        raise NotFound("This screen no longer exists.")


def _screen_of(show_id: int) -> Screen:
    screen = Screen.objects.select_related("theatre").filter(shows=show_id).first()
    if screen is None:
        raise NotFound("This show does not exist.")
    return screen


def _locked_show(show_id: int) -> Show:
    # `no_key`, because the key does not change: bookings refer to it and must not wait, as they could hold a lock that
    # this transaction needs next.
    shows = Show.objects.select_for_update(of=("self",), no_key=True).select_related("movie", "screen__theatre", "plan")
    show = shows.filter(pk=show_id).first()
    if show is None:
        raise NotFound("This show does not exist.")
    return show


# --------------------------------------------------------------------------------------- a show's state
def open_show(show_id: int) -> Show:
    """Puts a scheduled or closed show on sale. Raises NotFound, WrongState."""
    return _move(show_id, "open")


def close_show(show_id: int) -> Show:
    """Ends the sale; tickets stay valid. Raises NotFound, WrongState."""
    return _move(show_id, "close")


def cancel_show(show_id: int) -> Show:
    """Cancels a show for good; its screen is free again. Raises NotFound, WrongState.

    This only sets the state. `checkout` looks for cancelled shows and refunds their bookings.
    """
    return _move(show_id, "cancel")


def _move(show_id: int, verb: str) -> Show:
    now = timezone.now()
    with transaction.atomic():
        show = _locked_show(show_id)
        after = states.MOVES[verb].get(show.state)
        if after is None:
            raise WrongState(f"You cannot {verb} a show that is {show.get_state_display()}.", state=show.state)
        if verb == "open":
            if show.starts_at <= now:
                raise WrongState("This show has begun: its sale cannot be opened.", state=show.state)
            show.on_sale_at = min(show.on_sale_at, now)
        before, show.state = show.state, after
        show.save(update_fields=["state", "on_sale_at"])
        if verb != "cancel":  # a deed of its own, with its reason: checkout.cancellations.shows
            theatre = show.screen.theatre_id
            deeds.record(
                f"{verb}_sale", theatre=theatre, show=show.pk, before={"state": before}, after={"state": after}
            )
    return show


def follow_the_clock(now: datetime | None = None) -> tuple[list[int], list[int]]:
    """Opens scheduled shows whose sale time has come and closes shows that have started. Returns both lists of ids.

    Safe to run twice or concurrently: each update requires the state it changes from.
    """
    now = now or timezone.now()
    due = Show.objects.filter(state=states.SCHEDULED, on_sale_at__lte=now, starts_at__gt=now)
    begun = Show.objects.filter(state=states.ON_SALE, starts_at__lte=now)
    opened = [pk for pk in due.values_list("pk", flat=True) if due.filter(pk=pk).update(state=states.ON_SALE)]
    closed = [pk for pk in begun.values_list("pk", flat=True) if begun.filter(pk=pk).update(state=states.CLOSED)]
    return opened, closed
