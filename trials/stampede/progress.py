"""How far the stampede is: one line that is overwritten on a terminal, and a line every two seconds elsewhere."""

import shutil
import time
from typing import TextIO

from trials.stampede.run import Now
from trials.stampede.summary import number

PHASES = {"opening": "connecting viewers", "closing": "last rounds", "proof": "comparing maps"}
SECONDS_BETWEEN_LINES = 2.0


def line_of(now: Now) -> str:
    head = f"{now.seconds:.0f} s" if now.phase == "sale" else PHASES[now.phase]
    parts = [head, f"{now.viewers:,}/{now.wanted:,} viewers"]
    if now.phase != "opening":
        parts.append(f"{now.frames_per_second:,.0f} frames/s")
        parts.append(f"hold→frame p50 {in_ms(now.p50)}, p99 {in_ms(now.p99)}")
    if now.seats:
        names = {"a": "free", "h": "held", "s": "sold", "b": "blocked"}
        parts.append(", ".join(f"{now.seats[letter]} {name}" for letter, name in names.items() if now.seats[letter]))
    return " · ".join(parts)


def in_ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{number(seconds * 1000)} ms"


class Progress:
    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._overwrites = out.isatty()
        self._written_at = 0.0

    def show(self, now: Now) -> None:
        if self._overwrites:
            width = shutil.get_terminal_size().columns - 1
            self._out.write(f"\r\x1b[K{line_of(now)[:width]}")
            self._out.flush()
        elif time.monotonic() - self._written_at >= SECONDS_BETWEEN_LINES:
            self._written_at = time.monotonic()
            self._out.write(f"{line_of(now)}\n")
            self._out.flush()

    def end(self) -> None:
        """Clears the line."""
        if self._overwrites:
            self._out.write("\r\x1b[K")
            self._out.flush()
