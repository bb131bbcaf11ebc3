"""What seating refuses, each with its stable code (docs/protocol.md). Edges translate them once."""

from collections.abc import Iterable

from cinema.errors import DomainError


class SeatingError(DomainError):
    """A refusal of a seat verb; `seats` are the seats concerned."""

    code = "seating_error"
    title = "The seats could not be changed"

    def __init__(self, detail: str, seats: Iterable[str] = (), *, retry_after: int | None = None) -> None:
        self.seats = list(seats)
        super().__init__(detail, retry_after=retry_after, **({"seats": self.seats} if self.seats else {}))


class SeatUnavailable(SeatingError):
    code = "seat_unavailable"
    title = "Seat unavailable"


class ShowClosed(SeatingError):
    code = "show_closed"
    title = "Show closed"


class UnknownShow(SeatingError):
    code = "not_found"
    status = 404
    title = "No such show"


class TooManySeats(SeatingError):
    code = "too_many_seats"
    status = 422
    title = "Too many seats"


class TooManySeatsHere(SeatingError):
    """The budget of this address or account is used up (seating/budgets.py)."""

    code = "too_many_seats_here"
    status = 429
    title = "Too many unpaid seats from your network"


class TooManyRequests(SeatingError):
    code = "too_many_requests"
    status = 429
    title = "Too many requests from your network"


class TooManyNewGuests(TooManyRequests):
    title = "Too many new visitors from your network"


class AccountsOnly(SeatingError):
    code = "accounts_only"
    status = 403
    title = "For signed-in visitors only"


class UnknownSeat(SeatingError):
    code = "unknown_seat"
    status = 422
    title = "Unknown seat"


class LeavesSingleSeat(SeatingError):
    code = "leaves_single_seat"
    status = 422
    title = "A single seat would be left"


class HoldExpired(SeatingError):
    code = "hold_expired"
    status = 410
    title = "Hold expired"


class HoldsUnavailable(SeatingError):
    """`refused`: nobody listened at the address of Redis, so the last attempt at least has changed nothing."""

    code = "holds_unavailable"
    status = 503
    title = "Seats cannot be held just now"
    refused = False


class HoldUnknown(SeatingError):
    """The answer of Redis was lost: the seats may be held after all. `token` is the guest's, to ask again with."""

    code = "hold_unknown"
    status = 503
    title = "Not known whether the seats are held"

    def __init__(self, detail: str, seats: Iterable[str], token: str | None = None) -> None:
        super().__init__(detail, seats)
        self.extra["token"] = token


class BadToken(SeatingError):
    code = "bad_token"
    status = 401
    title = "Token not recognised"
