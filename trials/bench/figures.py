"""What rows return, and how rounds are summed up: medians, ranges, percentiles."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from statistics import median
from typing import Any


class Incomplete(Exception):
    """Not every frame reached every viewer, so the row fails whatever its figures are."""


class Skipped(Exception):
    """What a measurement needs is not on this machine; the message says what."""


def percentile(values: Sequence[float], share: float) -> float:
    """The percentile of `values` by nearest rank; `share` 0.99 is p99."""
    ordered = sorted(values)
    return ordered[max(1, ceil(len(ordered) * share)) - 1]


@dataclass(frozen=True)
class Spread:
    """One figure over several rounds."""

    rounds: tuple[float, ...]
    unit: str

    @property
    def middle(self) -> float:
        return median(self.rounds)

    def text(self) -> str:
        low, high = min(self.rounds), max(self.rounds)
        if len(self.rounds) == 1 or low == high:
            return f"{number(self.middle)} {self.unit}"
        return f"{number(self.middle)} {self.unit} ({number(low)} to {number(high)})"

    def as_json(self) -> dict[str, Any]:
        return {"median": self.middle, "low": min(self.rounds), "high": max(self.rounds), "rounds": list(self.rounds)}


def number(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:.3g}"


@dataclass
class Row:
    """One comparison: ours, the reference, and the goal as a ratio (or, without a reference, an amount)."""

    name: str
    measure: str
    ours: Spread | None
    reference: Spread | None = None
    reference_name: str = ""
    limit: float | None = None
    at_least: bool = False  # whether the limit must be reached; otherwise it must not be exceeded
    absolute: bool = False  # the limit is an amount in our own unit; a reference is there to compare with
    delivered: str = ""  # frames and seat changes, and whether all of them arrived
    failed: str = ""
    skipped: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    neighbours: float = 0.0  # share of the machine that other programs used meanwhile

    @property
    def ratio(self) -> float | None:
        """Ours by the reference's, medians of all rounds."""
        if self.ours is None or self.reference is None or not self.reference.middle:
            return None
        return self.ours.middle / self.reference.middle

    @property
    def met(self) -> bool | None:
        """None where there is no goal, or no figure to compare with it."""
        if self.failed:
            return False
        compared = (self.ours.middle if self.ours else None) if self.absolute else self.ratio
        if self.limit is None or compared is None:
            return None
        return compared >= self.limit if self.at_least else compared <= self.limit

    def as_json(self) -> dict[str, Any]:
        plain = {name: value for name, value in asdict(self).items() if name not in {"ours", "reference"}}
        figures = {
            name: {"unit": spread.unit, **spread.as_json()} if spread else None
            for name, spread in (("ours", self.ours), ("reference", self.reference))
        }
        return {**plain, **figures, "ratio": self.ratio, "met": self.met}
