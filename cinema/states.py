"""The show's state machine: four states, the one table of moves between them, and how a sale stands."""

from enum import StrEnum

SCHEDULED = "scheduled"  # planned, not yet on sale
ON_SALE = "on_sale"
CLOSED = "closed"  # no more seats are sold; sold tickets stay valid
CANCELLED = "cancelled"  # will not take place; final

# verb → {state before: state after}. Every other move is refused.
MOVES: dict[str, dict[str, str]] = {
    "open": {SCHEDULED: ON_SALE, CLOSED: ON_SALE},
    "close": {ON_SALE: CLOSED},
    "cancel": {SCHEDULED: CANCELLED, ON_SALE: CANCELLED, CLOSED: CANCELLED},
}


class Sale(StrEnum):
    """How a show's sale stands at a moment; `Show.sale` decides it."""

    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"  # by staff, or by the clock once the show had begun
    OVER = "over"  # the show has begun, and its state has not followed yet
    CANCELLED = "cancelled"
