"""When somebody can wait for a show at all."""

from datetime import datetime, timedelta

from django.utils import timezone

from cinema.models import Show
from cinema.states import Sale
from seating.errors import ShowClosed

SERVE = "checkout.tasks.serve_waitlists"  # the task that makes offers
LAST_OFFER = timedelta(minutes=20)  # before the show: later than that nobody could arrive in time


def is_over(show: Show, now: datetime) -> bool:
    """Whether no more offers are made for this show."""
    return show.state == Show.State.CANCELLED or show.starts_at - now < LAST_OFFER


def check_open(show: Show) -> None:
    """Raises ShowClosed when nobody can wait for this show (any more)."""
    now = timezone.now()
    if is_over(show, now) or show.sale(now) is not Sale.OPEN:
        raise ShowClosed("The waitlist of this show is closed. Choose another show.")
