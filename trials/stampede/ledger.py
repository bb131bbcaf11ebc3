"""What every buyer was granted, as far as anybody outside can know it.

All times are the stampede's own clock. A grant is *certain* from the answer that gave it until the earliest moment at
which it may have ended: when its release is sent, or its deadline by the site's clock less that clock's possible error.
Holds may be lost with Redis, so every sign of such a loss is kept too; bookings and tickets are not lost with it.
"""

import math
from dataclasses import dataclass, field

CLOCK_MARGIN_SECONDS = 0.5
# Within this time the site notices that Redis has lost something: it checks every 2 s, and reconnects to Redis with
# waits of up to 5 s.
NOTICE_SECONDS = 10.0
ONE_LOSS_SECONDS = 3.0  # signs closer together are one loss


@dataclass
class Grant:
    """Seats that the site gave to one holder. `holder` names a guest; each buyer is many guests."""

    holder: str
    seats: tuple[str, ...]
    asked: float
    answered: float
    ends: float = math.inf  # when the hold may have ended
    booked: float = math.inf  # when a booking had taken it over
    booking: str = ""
    claim_ends: float = math.inf  # when the booking may have ended
    sold: float = math.inf  # when its tickets were there

    def end_by(self, moment: float) -> None:
        self.ends = min(self.ends, moment)

    def claimed_at(self, moment: float) -> bool:
        """Whether PostgreSQL keeps the seats for this holder at that moment, whatever happens to Redis."""
        return self.booked <= moment and (self.sold < math.inf or moment < self.claim_ends)

    def certain(self) -> list[tuple[float, float]]:
        """(from, until) of every time in which the seats were certainly theirs, if Redis lost nothing."""
        over = self.claim_ends if self.booked < math.inf else self.ends
        if self.sold <= over and self.sold < math.inf:
            return [(self.answered, math.inf)]
        # A late payment takes its seats again: in between somebody else may have had them.
        spans = [(self.answered, over), (self.sold, math.inf)]
        return [(start, end) for start, end in spans if start < end]


@dataclass
class Loss:
    """Redis was gone, or had forgotten something; `first` and `last` sign of it."""

    first: float
    last: float
    signs: set[str] = field(default_factory=set)


class Ledger:
    def __init__(self) -> None:
        self.grants: list[Grant] = []
        self.losses: list[Loss] = []
        self.tickets: dict[str, list[str]] = {}  # booking → seats of its tickets
        self._ahead = -math.inf  # the site's clock less ours, at most

    def note_server_time(self, server_now: float, now: float) -> None:
        # What is read now was written earlier, so the true difference is at least what is seen; the largest is nearest.
        self._ahead = max(self._ahead, server_now - now)

    def our_time(self, server_moment: float) -> float:
        """The earliest moment by our clock at which the site's clock may say so."""
        return server_moment - self._ahead - CLOCK_MARGIN_SECONDS

    def note_grant(self, grant: Grant) -> None:
        self.grants.append(grant)

    def note_loss(self, now: float, sign: str) -> None:
        if self.losses and now - self.losses[-1].last <= ONE_LOSS_SECONDS:
            self.losses[-1].last = now
            self.losses[-1].signs.add(sign)
        else:
            self.losses.append(Loss(now, now, {sign}))

    def note_tickets(self, booking: str, seats: list[str]) -> None:
        self.tickets[booking] = seats
