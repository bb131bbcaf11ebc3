"""A glass of tea, a rope, a record, a wicket. Each draws into a poster above its title."""

import math
import random

from cinema.demo.films import Film
from cinema.demo.motifs.pen import circle, path


def steam(film: Film, dice: random.Random) -> str:
    dark, _, light = film.palette
    rays = "".join(
        path(
            f"M300,420 L{300 + 900 * math.cos(a):.0f},{420 + 900 * math.sin(a):.0f} "
            f"L{300 + 900 * math.cos(a + 0.11):.0f},{420 + 900 * math.sin(a + 0.11):.0f} Z",
            fill=light,
            fill_opacity=0.16,
        )
        for a in (index * math.tau / 28 for index in range(28))
    )
    steam = "".join(
        path(
            f"M{x},{330} C{x - 60},{270} {x + 60},{220} {x},{160} S{x - 40},{80} {x + 10},{40}",
            fill="none",
            stroke="#ffffff",
            stroke_opacity=0.75,
            stroke_width=10,
            stroke_linecap="round",
        )
        for x in (240, 300, 360)
    )
    glass = path("M205,365 H395 L372,600 H228 Z", fill="#ffffff", fill_opacity=0.25)
    tea = path("M213,430 H387 L371,590 H229 Z", fill=dark, fill_opacity=0.85)
    ribs = "".join(
        path(
            f"M{x},370 L{300 + (x - 300) * 0.8:.0f},596",
            stroke="#ffffff",
            stroke_opacity=0.35,
            stroke_width=4,
        )
        for x in range(225, 390, 25)
    )
    return rays + circle(300, 420, 250, fill=f"url(#{film.slug}-glow)") + steam + glass + tea + ribs


def knots(film: Film, dice: random.Random) -> str:
    _, middle, light = film.palette
    turns = [
        (
            300 + (150 + 70 * math.cos(9 * t / 4)) * math.cos(t) * 1.15,
            330 + (150 + 70 * math.cos(9 * t / 4)) * math.sin(t) * 1.15,
        )
        for t in (index * math.tau * 4 / 720 for index in range(721))
    ]
    rope = "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in turns)
    return (
        circle(300, 330, 330, fill=f"url(#{film.slug}-glow)", fill_opacity=0.25)
        + path(rope, fill="none", stroke="#000000", stroke_opacity=0.55, stroke_width=26)
        + path(rope, fill="none", stroke=light, stroke_width=17)
        + path(rope, fill="none", stroke=middle, stroke_width=17, stroke_dasharray="5 11")
    )


def vinyl(film: Film, dice: random.Random) -> str:
    dark, middle, light = film.palette
    bars = ""
    for index in range(60):
        a = index * math.tau / 60
        inner, outer = 232, 232 + dice.uniform(18, 120)
        bars += (
            f'<line x1="{300 + inner * math.cos(a):.0f}" y1="{330 + inner * math.sin(a):.0f}" '
            f'x2="{300 + outer * math.cos(a):.0f}" y2="{330 + outer * math.sin(a):.0f}" '
            f'stroke="{light if index % 2 else "#ffffff"}" stroke-width="9" stroke-linecap="round"/>'
        )
    record = circle(300, 330, 212, fill="#12041f")
    grooves = "".join(
        circle(300, 330, r, fill="none", stroke="#ffffff", stroke_opacity=0.16, stroke_width=2)
        for r in range(96, 208, 12)
    )
    label = circle(300, 330, 78, fill=middle) + circle(300, 330, 60, fill=light) + circle(300, 330, 11, fill=dark)
    shine = path("M300,330 L180,160 A212,212 0 0 1 250,125 Z", fill="#ffffff", fill_opacity=0.14)
    return bars + record + grooves + shine + label


def pitch(film: Film, dice: random.Random) -> str:
    _, _, light = film.palette
    lights = "".join(
        path(
            f"M{x},70 L{300 + (x - 300) * 0.1 - 150:.0f},640 H{300 + (x - 300) * 0.1 + 150:.0f} Z",
            fill=light,
            fill_opacity=0.13,
        )
        + "".join(circle(x - 34 + 17 * lamp, 70 + 20 * row, 7, fill="#ffffff") for lamp in range(5) for row in range(3))
        for x in (90, 510)
    )
    mown = "".join(
        path(
            f"M{-300 + 150 * band},760 L{180 + 30 * band},430 h30 L{-150 + 150 * band},760 Z",
            fill=light,
            fill_opacity=0.10,
        )
        for band in range(0, 9, 2)
    )
    strip = path("M260,430 H340 L420,760 H180 Z", fill="#c9ab78")
    stumps = "".join(f'<rect x="{x}" y="330" width="12" height="200" rx="5" fill="{light}"/>' for x in (264, 294, 324))
    look = f'width="36" height="9" rx="4" fill="{light}"'
    bails = f'<rect x="262" y="318" {look} transform="rotate(-16 280 322)"/>' + (
        f'<rect x="304" y="312" {look} transform="rotate(20 322 316)"/>'
    )
    ball = circle(392, 270, 44, fill="#a3161c") + path(
        "M360,240 Q400,262 424,300", fill="none", stroke="#ffffff", stroke_width=4, stroke_dasharray="5 4"
    )
    return lights + mown + strip + stumps + bails + ball
