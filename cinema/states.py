"""The show's state machine: four states and the one table of moves between them."""

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
