"""The drawings of the demo's posters, by the name a film gives its motif."""

import random
from collections.abc import Callable

from cinema.demo.films import Film
from cinema.demo.motifs import places, sky, things

MOTIFS: dict[str, Callable[[Film, random.Random], str]] = {
    "rain": sky.rain,
    "orbits": sky.orbits,
    "shards": sky.shards,
    "tide": sky.tide,
    "steam": things.steam,
    "knots": things.knots,
    "vinyl": things.vinyl,
    "pitch": things.pitch,
    "contours": places.contours,
    "door": places.door,
    "tiger": places.tiger,
    "marigold": places.marigold,
}
