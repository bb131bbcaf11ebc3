"""What seating must know of a show besides its seats' states: its hall and when it sells.

Layouts never change once stored, so each is read once per process (`cinema.selectors.hall_of_plan`). The rest may
change at any time and is kept for a second at most: so soon does a cancelled show stop selling over a socket.
"""

import asyncio
import time
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError

from cinema.models import Show
from cinema.plans.halls import Hall
from cinema.selectors import hall_of_plan
from cinema.states import Sale
from seating.errors import HoldsUnavailable, ShowClosed, UnknownShow
from seating.in_flight import InFlight

FRESH_SECONDS = 1.0
PATIENCE_SECONDS = 2.0  # how long to wait for the database while older facts are known
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class ShowFacts:
    """The show as it was read, which decides whether it sells, and its layout."""

    show: Show
    hall: Hall

    @property
    def id(self) -> int:
        return self.show.pk

    @property
    def state(self) -> str:
        return self.show.state

    @property
    def refuse_single_seats(self) -> bool:
        return self.show.refuse_single_seats

    def check_on_sale(self) -> None:
        """Raises ShowClosed, saying why, unless seats may be held now."""
        match self.show.sale():
            case Sale.CANCELLED:
                raise ShowClosed("This show is cancelled.")
            case Sale.CLOSED | Sale.OVER:
                raise ShowClosed("The sale for this show has ended. Choose another show.")
            case Sale.NOT_YET:
                raise ShowClosed(f"The sale for this show opens at {self.show.on_sale_at:%Y-%m-%d %H:%M} UTC.")


_remembered: dict[int, tuple[float, ShowFacts]] = {}
_looking: InFlight[ShowFacts] = InFlight()


def show_facts(show_id: int) -> ShowFacts:
    """Reads the show from the database. Raises UnknownShow."""
    show = Show.objects.filter(pk=show_id).first() if 0 < show_id <= LARGEST_ID else None
    if show is None:
        raise UnknownShow(f"There is no show {show_id}.")
    facts = ShowFacts(show, hall_of_plan(show.plan_id))
    _remembered[show_id] = (time.monotonic(), facts)
    return facts


async def recent_show_facts(show_id: int) -> ShowFacts:
    """`show_facts` for the event loop, at most a second old: a busy show costs one query a second.

    While the database is away, the last known facts are used: watching and holding do not need it. Raises UnknownShow,
    and HoldsUnavailable when nothing is known yet.
    """
    known = _remembered.get(show_id)
    if known and time.monotonic() - known[0] < FRESH_SECONDS:
        return known[1]
    try:
        looking = _looking.share(show_id, sync_to_async(show_facts))
        return await asyncio.wait_for(looking, PATIENCE_SECONDS if known else None)
    except (OperationalError, InterfaceError, TimeoutError):
        if known is None:
            raise HoldsUnavailable("The show cannot be looked up just now. Try again in a moment.") from None
        _remembered[show_id] = (time.monotonic(), known[1])
        return known[1]
