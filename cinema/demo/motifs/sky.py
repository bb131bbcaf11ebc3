"""Rain, planets, mountains and the sea. Each draws into a poster above its title."""

import math
import random

from cinema.demo.films import Film
from cinema.demo.motifs.pen import circle, path, wave


def rain(film: Film, dice: random.Random) -> str:
    dark, _, light = film.palette
    drops = ""
    for _ in range(130):
        x, y, long = dice.uniform(-60, 640), dice.uniform(-40, 620), dice.uniform(20, 70)
        drops += f"M{x:.0f},{y:.0f} l{-long * 0.22:.0f},{long:.0f} "
    hills = "".join(
        path(
            f"{wave(430 + index * 62, 34, 520, 140 * index)} V900 H-20 Z",
            fill=dark,
            fill_opacity=0.35 + index * 0.2,
        )
        for index in range(4)
    )
    sun = circle(410, 300, 230, fill=f"url(#{film.slug}-glow)") + circle(410, 300, 92, fill=light)
    return sun + hills + path(drops, stroke="#ffffff", stroke_opacity=0.45, stroke_width=2, fill="none")


def orbits(film: Film, dice: random.Random) -> str:
    dark, _, light = film.palette
    stars = "".join(
        circle(
            dice.uniform(0, 600),
            dice.uniform(0, 700),
            dice.uniform(0.6, 2.2),
            fill="#ffffff",
            fill_opacity=0.8,
        )
        for _ in range(120)
    )
    rings = "".join(
        f'<ellipse cx="300" cy="340" rx="{130 + 62 * ring}" ry="{40 + 23 * ring}" fill="none" '
        f'stroke="{light}" stroke-opacity="{0.85 - ring * 0.14:.2f}" stroke-width="{5 - ring * 0.8:.1f}" '
        f'transform="rotate({-24 + ring * 5} 300 340)"/>'
        for ring in range(5)
    )
    planet = circle(300, 340, 260, fill=f"url(#{film.slug}-glow)", fill_opacity=0.5) + circle(300, 340, 118, fill=dark)
    lit = path("M300,222 a118,118 0 0 0 0,236 a150,150 0 0 1 0,-236", fill=light)
    return stars + planet + lit + rings + circle(492, 238, 13, fill="#ffffff")


def shards(film: Film, dice: random.Random) -> str:
    dark, middle, light = film.palette
    rock = ""
    for index in range(26):
        x, top = (
            dice.uniform(-40, 640),
            600 - 420 * math.exp(-(((index * 24 - 300) / 190) ** 2)) - dice.uniform(0, 90),
        )
        x = index * 24 - 20 + dice.uniform(-14, 14)
        shade = dice.choice((dark, middle, middle, "#15181d"))
        rock += path(
            f"M{x:.0f},{top:.0f} L{x + dice.uniform(40, 80):.0f},900 L{x - dice.uniform(40, 80):.0f},900 Z",
            fill=shade,
        )
        rock += path(
            f"M{x:.0f},{top:.0f} l{dice.uniform(8, 26):.0f},{900 - top:.0f} h-26 Z",
            fill=light,
            fill_opacity=0.28,
        )
    sparks = "".join(
        path(f"M{x:.0f},{y:.0f} l{s:.0f},{s * 0.4:.0f} l{-s * 0.7:.0f},{s * 0.8:.0f} Z", fill=light)
        for x, y, s in ((dice.uniform(30, 570), dice.uniform(40, 330), dice.uniform(5, 17)) for _ in range(34))
    )
    return circle(300, 330, 340, fill=f"url(#{film.slug}-glow)") + rock + sparks


def tide(film: Film, dice: random.Random) -> str:
    dark, middle, light = film.palette
    sun = circle(300, 330, 300, fill=f"url(#{film.slug}-glow)") + circle(300, 330, 128, fill=light)
    boat = path("M190,392 H410 L362,462 H238 Z", fill="#ffffff") + path("M300,240 L398,380 H300 Z", fill="#ffffff")
    boat += path("M300,240 L216,380 H300 Z", fill="#ffffff", fill_opacity=0.75)
    writing = path("M320,330 h34 M320,346 h46 M320,362 h52", stroke=dark, stroke_opacity=0.5, stroke_width=3)
    waves = "".join(
        path(
            f"{wave(448 + 46 * index, 15, 260, 90 * index)} V900 H-20 Z",
            fill=dark if index % 2 else middle,
            fill_opacity=0.62,
        )
        for index in range(5)
    )
    birds = path(
        "M100,160 q16,-18 32,0 q16,-18 32,0 M440,120 q13,-15 26,0 q13,-15 26,0",
        fill="none",
        stroke="#ffffff",
        stroke_width=4,
    )
    return sun + birds + boat + writing + waves
