"""Draws a poster for each of the demo's films: an SVG document of its own, 600 by 900, with no outside fonts.

Only presentation attributes are used (a strict content policy refuses style attributes), ids begin with the
film's slug so that several posters can stand in one page, and a <title> says what it is.
"""

import random
from html import escape

from cinema.demo.films import Film
from cinema.demo.motifs import MOTIFS

WIDTH, HEIGHT = 600, 900
SHORT = 10  # letters: a title up to here stays on one line
SERIF = "Georgia, 'Times New Roman', 'Noto Serif', serif"
SANS = "'Helvetica Neue', Arial, 'Noto Sans', sans-serif"


def draw_poster(film: Film) -> str:
    """The SVG document of a film's poster; the same film gives the same drawing."""
    dark, middle, light = film.palette
    dice = random.Random(film.slug)  # noqa: S311 - a drawing, not a secret
    name = film.slug
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title">'
        f'<title id="{name}-title">{escape(film.title)}: film poster</title>'
        f'<defs><linearGradient id="{name}-sky" x1="0" y1="0" x2="0.25" y2="1">'
        f'<stop offset="0" stop-color="{dark}"/><stop offset="0.62" stop-color="{middle}"/>'
        f'<stop offset="1" stop-color="{dark}"/></linearGradient>'
        f'<radialGradient id="{name}-glow"><stop offset="0" stop-color="{light}" stop-opacity="0.85"/>'
        f'<stop offset="1" stop-color="{light}" stop-opacity="0"/></radialGradient>'
        f'<linearGradient id="{name}-foot" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{dark}" '
        f'stop-opacity="0"/><stop offset="0.55" stop-color="{dark}" stop-opacity="0.92"/>'
        f'<stop offset="1" stop-color="{dark}"/></linearGradient>'
        f'<clipPath id="{name}-frame"><rect width="{WIDTH}" height="{HEIGHT}"/></clipPath></defs>'
        f'<g clip-path="url(#{name}-frame)"><rect width="{WIDTH}" height="{HEIGHT}" fill="url(#{name}-sky)"/>'
        f"{MOTIFS[film.motif](film, dice)}"
        f'<rect y="520" width="{WIDTH}" height="380" fill="url(#{name}-foot)"/>{_words(film)}</g></svg>'
    )


# ------------------------------------------------------------------------------------------------ words
def _words(film: Film) -> str:
    _, _, light = film.palette
    lines = _wrap(film.title)
    size = min(92, int(520 / (max(len(line) for line in lines) * 0.56)))
    first = 800 - (len(lines) - 1) * size * 1.02
    title = "".join(
        f'<text x="40" y="{first + index * size * 1.02:.0f}" font-family="{SERIF}" font-size="{size}" '
        f'font-weight="700" fill="{light}" letter-spacing="-1">{escape(line)}</text>'
        for index, line in enumerate(lines)
    )
    credits = " · ".join(film.cast[:3])
    return (
        f'<rect x="40" y="{first - size - 22:.0f}" width="64" height="6" fill="{light}"/>{title}'
        f'<text x="40" y="842" font-family="{SANS}" font-size="19" fill="#ffffff" fill-opacity="0.92">'
        f"{escape(credits)}</text>"
        f'<text x="40" y="870" font-family="{SANS}" font-size="15" letter-spacing="3" fill="#ffffff" '
        f'fill-opacity="0.75">{escape(" / ".join(film.genres).upper())}</text>'
    )


def _wrap(title: str) -> list[str]:
    """One short line, or two that are as long as each other as far as words allow."""
    words = title.split()
    if len(title) <= SHORT or len(words) == 1:
        return [title]
    cuts = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    return list(min(cuts, key=lambda lines: max(map(len, lines))))
