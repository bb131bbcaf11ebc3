"""The seat's state machine: four states and the one table of moves between them."""

from enum import StrEnum


class SeatState(StrEnum):
    AVAILABLE = "available"
    HELD = "held"
    SOLD = "sold"
    BLOCKED = "blocked"

    @property
    def letter(self) -> str:
        """How live messages and Redis write the state."""
        return self.value[0]


BY_LETTER = {state.letter: state for state in SeatState}

# verb → {state before: state after}. What is missing here is refused.
MOVES: dict[str, dict[SeatState, SeatState]] = {
    "hold": {SeatState.AVAILABLE: SeatState.HELD},
    "extend": {SeatState.HELD: SeatState.HELD},
    "release": {SeatState.HELD: SeatState.AVAILABLE},
    "expire": {SeatState.HELD: SeatState.AVAILABLE},
    "sell": {SeatState.HELD: SeatState.SOLD, SeatState.AVAILABLE: SeatState.SOLD},
    "reopen": {SeatState.SOLD: SeatState.AVAILABLE},
    "block": {SeatState.AVAILABLE: SeatState.BLOCKED},
    "unblock": {SeatState.BLOCKED: SeatState.AVAILABLE},
}
