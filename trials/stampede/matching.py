"""Which delta showed which hold, and when the sampled viewers got it: the time from request to frame."""

from collections import defaultdict, deque

from trials.stampede.frames import Delta
from trials.stampede.measures import Measures

PATIENCE_SECONDS = 5.0  # a hold that no frame has shown by then was given back before a frame went out
ARRIVAL_SECONDS = 2.0  # after that a frame reaches no more viewers


class FrameMatcher:
    """Takes every delta once, at its first arrival, and every grant; fills `measures.hold_to_frame`."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._shown: dict[str, deque[tuple[float, Delta]]] = defaultdict(lambda: deque(maxlen=8))
        self._asked: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=8))
        self._open: list[tuple[str, float]] = []

    def note_delta(self, delta: Delta, arrived_at: float) -> None:
        for seat in delta.held:
            self._shown[seat].append((arrived_at, delta))

    def note_grant(self, seat: str, asked_at: float) -> None:
        """One seat stands for all of a hold: they change in one delta."""
        self._open.append((seat, asked_at))
        self._asked[seat].append(asked_at)

    def settle(self, sample: int, everything: bool = False) -> None:
        """Measures the holds whose frame has reached all of the `sample` viewers, or can reach no more of them."""
        now, waiting = self._measures.clock(), []
        for seat, asked_at in self._open:
            found = self._frame_of(seat, asked_at)
            if found is None:
                if everything or now - asked_at > PATIENCE_SECONDS:
                    self._measures.unseen_holds += 1
                else:
                    waiting.append((seat, asked_at))
            elif everything or len(found[1].arrivals) >= sample or now - found[0] > ARRIVAL_SECONDS:
                for arrived_at in found[1].arrivals:
                    self._measures.note_latency(asked_at, arrived_at - asked_at)
            else:
                waiting.append((seat, asked_at))
        self._open = waiting

    def _frame_of(self, seat: str, asked_at: float) -> tuple[float, Delta] | None:
        """The first delta that shows the seat held after it was asked for, and before the next grant was."""
        next_asked = min((other for other in self._asked[seat] if other > asked_at), default=float("inf"))
        return next((shown for shown in self._shown[seat] if asked_at <= shown[0] < next_asked), None)
