"""The seat's state machine: four states, and one table of what each verb does.

The table decides nothing at run time. It is what the Lua scripts and the services must do, and tests hold both to it:
every verb from every state (tests/seating/test_verbs_from_every_state.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class SeatState(StrEnum):
    AVAILABLE = "available"
    HELD = "held"
    SOLD = "sold"
    BLOCKED = "blocked"

    @property
    def letter(self) -> str:
        """The state in live messages and in Redis."""
        return self.value[0]


BY_LETTER = {state.letter: state for state in SeatState}
AVAILABLE, HELD, SOLD, BLOCKED = SeatState.AVAILABLE, SeatState.HELD, SeatState.SOLD, SeatState.BLOCKED


class Guard(StrEnum):
    """What refuses a verb."""

    SCRIPT = "the Lua script, in Redis"
    CLAIMS = "the claims, in PostgreSQL, before the script runs"
    BOTH = "the Lua script, and then the claims"


@dataclass(frozen=True)
class Verb:
    """`script`: state before → state after, as the verb's Lua script does it for the owner of the hold.

    From a state that it names, the script raises the show's sequence number by one and publishes once. From any other
    state it changes nothing and publishes nothing.

    `granted`: the states from which the verb's service does it; without it those of `script`.
    """

    script: Mapping[SeatState, SeatState]
    guard: Guard
    granted: frozenset[SeatState] | None = None

    def after(self, before: SeatState) -> SeatState:
        """The state after the verb's service was called."""
        granted = self.script if self.granted is None else self.granted
        return self.script[before] if before in granted else before


VERBS: dict[str, Verb] = {
    "hold": Verb({AVAILABLE: HELD}, Guard.SCRIPT),
    "release": Verb({HELD: AVAILABLE}, Guard.SCRIPT),
    "adopt": Verb({HELD: HELD}, Guard.SCRIPT),  # a guest's hold becomes their account's
    "expire": Verb({HELD: AVAILABLE}, Guard.SCRIPT),
    # A booking takes over the hold and claims its seats. The script goes first; the claims may still refuse.
    "book": Verb({HELD: HELD}, Guard.BOTH),
    "extend": Verb({HELD: HELD}, Guard.BOTH),
    "offer": Verb({AVAILABLE: HELD}, Guard.BOTH),
    "block": Verb({AVAILABLE: BLOCKED}, Guard.BOTH),
    # Only a hold that was claimed is sold, and the claims are the only guard. The script follows a committed sale from
    # any state, because what Redis has may be older: it may have lost the hold, given the seat to somebody else, or
    # granted a block that PostgreSQL then refused. If the script refused here, a sold seat would be shown as blocked or
    # as available until the next `reconcile_shows`.
    "sell": Verb({AVAILABLE: SOLD, HELD: SOLD, BLOCKED: SOLD}, Guard.CLAIMS, granted=frozenset({HELD})),
    "reopen": Verb({SOLD: AVAILABLE}, Guard.CLAIMS),
    "unblock": Verb({BLOCKED: AVAILABLE}, Guard.CLAIMS),
}
