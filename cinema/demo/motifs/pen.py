"""The few strokes that every motif is drawn with.

Attributes are presentation attributes: `stroke_width=2`.
"""

import math

WIDTH = 600


def circle(x: float, y: float, r: float, **look: object) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.1f}"{_look(look)}/>'


def path(d: str, **look: object) -> str:
    return f'<path d="{d}"{_look(look)}/>'


def _look(look: dict[str, object]) -> str:
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in look.items())


def wave(y: float, height: float, length: float, shift: float = 0.0) -> str:
    """A curve from the left edge to the right."""
    steps = [
        (
            x,
            y
            + height * math.sin((x + shift) / length * math.tau)
            + height * 0.4 * math.sin((x - shift) / length * 2.3),
        )
        for x in range(-20, WIDTH + 41, 20)
    ]
    return "M" + " L".join(f"{x},{at:.1f}" for x, at in steps)
