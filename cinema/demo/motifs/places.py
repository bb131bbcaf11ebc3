"""A map, a house, and what lives there: a tiger and a flower. Each draws into a poster above its title."""

import math
import random

from cinema.demo.films import Film
from cinema.demo.motifs.pen import circle, path


def contours(film: Film, dice: random.Random) -> str:
    _, _, light = film.palette
    lines = ""
    for ring in range(17):
        points = []
        for step in range(73):
            a = step * math.tau / 72
            r = 24 + ring * 27 + (10 + ring * 2.2) * math.sin(3 * a + ring * 0.22) + ring * 1.6 * math.sin(5 * a - 1)
            points.append(f"{330 + r * math.cos(a):.1f},{300 + r * math.sin(a):.1f}")
        lines += path(
            "M" + " L".join(points), fill="none", stroke=light, stroke_opacity=0.75 if ring % 4 else 1,
            stroke_width=1.6 if ring % 4 else 3.4,
        )  # fmt: skip
    route = path(
        "M60,640 Q180,520 160,420 T300,330",
        fill="none",
        stroke="#ff6b4a",
        stroke_width=6,
        stroke_dasharray="2 14",
        stroke_linecap="round",
    )
    mark = path("M330,292 m-18,-18 l36,36 m0,-36 l-36,36", stroke="#ff6b4a", stroke_width=9, stroke_linecap="round")
    return lines + route + mark


def door(film: Film, dice: random.Random) -> str:
    _, middle, light = film.palette
    salt = "".join(
        circle(
            dice.uniform(0, 600),
            120 + 620 * dice.random() ** 0.6,
            dice.uniform(0.7, 2.6),
            fill=light,
            fill_opacity=0.7,
        )
        for _ in range(220)
    )
    house = path("M110,640 V300 L300,110 L490,300 V640 Z", fill="#05080a", fill_opacity=0.92)
    light_cone = path("M255,640 L120,900 H520 L345,640 Z", fill=light, fill_opacity=0.55)
    door = path("M255,640 V430 Q300,386 345,430 V640 Z", fill=light)
    figure = circle(300, 520, 13, fill="#05080a") + path(
        "M286,640 L290,540 Q300,530 310,540 L314,640 Z", fill="#05080a"
    )
    windows = "".join(
        f'<rect x="{x}" y="320" width="44" height="60" fill="{middle}" fill-opacity="0.55"/>' for x in (165, 391)
    )
    return (
        circle(300, 420, 360, fill=f"url(#{film.slug}-glow)", fill_opacity=0.35)
        + house
        + windows
        + light_cone
        + door
        + figure
        + salt
    )


def tiger(film: Film, dice: random.Random) -> str:
    dark, middle, light = film.palette
    moon = circle(300, 300, 300, fill=f"url(#{film.slug}-glow)") + circle(300, 300, 190, fill=light)
    head = path(
        "M140,300 L150,170 L240,220 Q300,196 360,220 L450,170 L460,300 Q470,430 380,500 L300,540 L220,500 "
        "Q130,430 140,300 Z",
        fill=middle,
    )
    stripes = "".join(
        path(f"M{300 + side * 165},{y} L{300 + side * 80},{y + 22} L{300 + side * 160},{y + 34} Z", fill=dark)
        for side in (-1, 1)
        for y in (300, 350, 400)
    )
    crown = "".join(
        path(f"M{x},212 L{300 + (x - 300) * 0.4:.0f},290 L{x + 20},212 Z", fill=dark) for x in (248, 290, 332)
    )
    face = (
        path("M205,345 L265,365 L215,385 Z M395,345 L335,365 L385,385 Z", fill=light)
        + circle(238, 366, 9, fill=dark)
        + circle(362, 366, 9, fill=dark)
        + path("M270,430 H330 L300,462 Z", fill=dark)
        + path(
            "M300,462 V492 M300,492 Q275,512 250,496 M300,492 Q325,512 350,496",
            fill="none",
            stroke=dark,
            stroke_width=6,
        )
    )
    folds = path(
        "M300,205 V430 M150,170 L238,366 M450,170 L362,366",
        stroke="#ffffff",
        stroke_opacity=0.35,
        stroke_width=2,
    )
    return moon + head + stripes + crown + face + folds


def marigold(film: Film, dice: random.Random) -> str:
    dark, middle, light = film.palette
    petals = ""
    for ring, (count, far, long, shade) in enumerate(
        ((26, 205, 66, middle), (22, 158, 60, "#e0601c"), (18, 112, 52, light), (12, 66, 42, "#ffd257"))
    ):
        for index in range(count):
            turn = 360 / count * index + ring * 7
            petals += (
                f'<ellipse cx="300" cy="{330 - far}" rx="{long * 0.44:.0f}" ry="{long}" fill="{shade}" '
                f'stroke="{dark}" stroke-opacity="0.35" stroke-width="2" '
                f'transform="rotate({turn:.1f} 300 330)"/>'
            )
    aim = "".join(
        circle(300, 330, r, fill="none", stroke="#ffffff", stroke_width=3, stroke_opacity=0.9) for r in (44, 150, 290)
    ) + path("M300,10 V250 M300,410 V650 M-20,330 H220 M380,330 H620", stroke="#ffffff", stroke_width=3)
    return (
        circle(300, 330, 330, fill=f"url(#{film.slug}-glow)", fill_opacity=0.6)
        + petals
        + aim
        + circle(300, 330, 12, fill=dark)
    )
