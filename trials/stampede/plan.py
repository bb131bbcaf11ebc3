"""What a run is asked to do, and the most of it that one process can."""

from dataclasses import dataclass

MOST_VIEWERS, MOST_BUYERS, MOST_SECONDS = 10_000, 2_000, 86_400


@dataclass(frozen=True)
class Plan:
    viewers: int
    buyers: int
    seconds: float
    think_seconds: float = 1.0  # a buyer's pause between two steps, on average
