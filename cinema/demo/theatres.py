"""The demo's cities, theatres and screens; what seats cost on each screen and which formats it plays.

Invented, like the movies.
"""

from dataclasses import dataclass

from cinema.models import Show


@dataclass(frozen=True)
class DemoTheatre:
    slug: str
    name: str
    address: str
    city: str


@dataclass(frozen=True)
class DemoScreen:
    """`formats` take turns over the day, `prices` are in paise by tier, `first` and `last` are when shows may start."""

    theatre: str  # its slug
    name: str
    hall: str  # its name in `halls.HALLS`
    formats: tuple[str, ...]
    prices: dict[str, int]
    first: str = "09:30"
    last: str = "22:30"
    midnight: str = ""  # when one more show starts, as the day ends


TIME_ZONE = "Asia/Kolkata"
CITIES = {"mumbai": "Mumbai", "bengaluru": "Bengaluru", "kochi": "Kochi"}
THEATRES = (
    DemoTheatre("marine-talkies", "Marine Talkies", "14 Seaface Road, Marine Lines", "mumbai"),
    DemoTheatre("lantern-andheri", "Lantern Cinemas Andheri", "3 Veera Chowk, Andheri West", "mumbai"),
    DemoTheatre("banyan-indiranagar", "Banyan Screens Indiranagar", "100 Ft Arcade, Indiranagar", "bengaluru"),
    DemoTheatre("courtyard-basavanagudi", "Courtyard Cinema Basavanagudi", "22 Old Bull Temple Lane", "bengaluru"),
    DemoTheatre("backwater-picture-house", "Backwater Picture House", "Boat Jetty Road, Fort Kochi", "kochi"),
)
TWO_D, THREE_D, IMAX, FOUR_DX = Show.Format.TWO_D, Show.Format.THREE_D, Show.Format.IMAX, Show.Format.FOUR_DX
ACCESSIBLE = {"Wheelchair": 15_000, "Companion": 15_000}
SCREENS = (
    DemoScreen(
        "marine-talkies",
        "The Grand",
        "grand",
        (TWO_D, THREE_D),
        {"Front": 12_000, "Classic": 22_000, "Prime": 32_000, "Royal": 48_000, **ACCESSIBLE},
        midnight="23:50",
    ),
    DemoScreen(
        "marine-talkies",
        "The Lounge",
        "lounge",
        (TWO_D,),
        {"Classic": 55_000, "Recliner": 90_000},
        first="11:00",
    ),
    DemoScreen(
        "lantern-andheri",
        "Screen 1",
        "couple-row",
        (TWO_D,),
        {"Classic": 16_000, "Prime": 24_000, "Couple": 38_000},
    ),
    DemoScreen(
        "lantern-andheri",
        "Screen 2",
        "stadium",
        (TWO_D, FOUR_DX),
        {"Classic": 20_000, "Prime": 28_000, "Recliner": 52_000, **ACCESSIBLE},
        first="10:15",
    ),
    DemoScreen(
        "banyan-indiranagar",
        "Giant Screen",
        "wide",
        (IMAX,),
        {"Front": 25_000, "Prime": 45_000, "Club": 65_000, **ACCESSIBLE},
        midnight="23:59",
    ),
    DemoScreen(
        "courtyard-basavanagudi",
        "Hall",
        "corner",
        (TWO_D,),
        {"Classic": 14_000, "Prime": 21_000, **ACCESSIBLE},
        first="10:45",
        last="21:45",
    ),
    DemoScreen(
        "backwater-picture-house",
        "Main House",
        "stalls-and-balcony",
        (TWO_D, THREE_D),
        {"Front": 9_000, "Classic": 15_000, "Club": 24_000, "Royal": 34_000, **ACCESSIBLE},
        first="10:00",
        midnight="23:45",
    ),
    DemoScreen(
        "backwater-picture-house",
        "Studio",
        "studio",
        (TWO_D,),
        {"Classic": 13_000, "Prime": 19_000},
        first="12:30",
        last="22:00",
    ),
)
