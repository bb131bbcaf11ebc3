"""Plots over the seconds of a run, as SVG elements inside a page. Colours are the page's (`var(--…)`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 28
ROUND = (1, 2, 2.5, 5, 10)
LINES = 4  # about so many lines across


@dataclass(frozen=True)
class Series:
    """`values` has one for every point of time; None leaves a gap. `color` is the name of one of the page's."""

    name: str
    color: str
    values: Sequence[float | None]


def lines(title: str, unit: str, times: Sequence[float], series: Sequence[Series]) -> str:
    """A line for each series."""
    top = _rounded_up(max((value for one in series for value in one.values if value is not None), default=1.0))
    frame = _Frame(times, top, unit)
    drawn = [
        f'<path class="line" style="stroke:var(--{one.color})" d="{" ".join(frame.strokes(one.values))}"/>'
        for one in series
    ]
    return _figure(title, frame, drawn, series)


def stacked(title: str, unit: str, times: Sequence[float], series: Sequence[Series]) -> str:
    """An area for each series, the first at the bottom, together as high as their sum."""
    floors: list[float] = [0.0] * len(times)
    drawn = []
    sums = [sum(values) for values in zip(*([value or 0.0 for value in one.values] for one in series), strict=True)]
    frame = _Frame(times, max(sums, default=1.0) or 1.0, unit)
    for one in series:
        ceilings = [floor + (value or 0.0) for floor, value in zip(floors, one.values, strict=True)]
        edge = [frame.point(time, value) for time, value in zip(times, ceilings, strict=True)]
        back = [frame.point(time, value) for time, value in zip(times, floors, strict=True)][::-1]
        drawn.append(f'<polygon style="fill:var(--{one.color})" points="{" ".join(edge + back)}"/>')
        floors = ceilings
    return _figure(title, frame, drawn, series)


class _Frame:
    """Where a time and a value lie on the picture."""

    def __init__(self, times: Sequence[float], top: float, unit: str) -> None:
        self.times = times
        self.top = top
        self.unit = unit
        self.last = max(times, default=1.0) or 1.0

    def x(self, time: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * time / self.last

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self.top)

    def point(self, time: float, value: float) -> str:
        return f"{self.x(time):.1f},{self.y(value):.1f}"

    def strokes(self, values: Sequence[float | None]) -> list[str]:
        """An SVG path that is broken where there is no value."""
        path, pen_down = [], False
        for time, value in zip(self.times, values, strict=True):
            if value is not None:
                path.append(f"{'L' if pen_down else 'M'}{self.point(time, value)}")
            pen_down = value is not None
        return path

    def grid(self) -> list[str]:
        drawn = []
        for value in _ticks(self.top):
            y = self.y(value)
            drawn.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            drawn.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,g}</text>')
        for time in _ticks(self.last):
            drawn.append(f'<text x="{self.x(time):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{time:g} s</text>')
        return drawn


def _figure(title: str, frame: _Frame, drawn: list[str], series: Sequence[Series]) -> str:
    keys = "".join(f'<li><span style="background:var(--{one.color})"></span>{escape(one.name)}</li>' for one in series)
    name = escape(f"{title}, {frame.unit}, over the seconds of the sale")
    picture = "\n".join([*frame.grid(), *drawn])
    return (
        f"<figure><figcaption>{escape(title)} <small>{escape(frame.unit)}</small></figcaption>"
        f'<ul class="key">{keys}</ul>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}"><title>{name}</title>'
        f"{picture}</svg></figure>"
    )


def _step(top: float) -> float:
    rough, power = top / LINES, 1.0
    while power * 10 <= rough:
        power *= 10
    while power > rough:
        power /= 10
    return next(power * factor for factor in ROUND if power * factor >= rough)


def _ticks(top: float) -> list[float]:
    step = _step(top)
    return [round(step * number, 10) for number in range(int(top / step + 1e-9) + 1)]


def _rounded_up(top: float) -> float:
    if top <= 0:
        return 1.0
    step = _step(top)
    return step * -(-top // step)
