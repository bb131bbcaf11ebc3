"""The demo's cities, theatres and screens, and what each screen costs and can play.

Invented, like the films.
"""

from dataclasses import dataclass

from cinema.models import Show


@dataclass(frozen=True)
class House:
    """A theatre."""

    slug: str
    name: str
    address: str
    city: str


@dataclass(frozen=True)
class Room:
    """A screen: its plan file, its formats in the order of the day, prices in paise by tier, first and last
    starts.
    """

    house: str
    name: str
    plan: str
    formats: tuple[str, ...]
    prices: dict[str, int]
    first: str = "09:30"
    last: str = "22:30"
    midnight: str = ""  # one more show as the day ends


TIME_ZONE = "Asia/Kolkata"
CITIES = {"mumbai": "Mumbai", "bengaluru": "Bengaluru", "kochi": "Kochi"}
HOUSES = (
    House("marine-talkies", "Marine Talkies", "14 Seaface Road, Marine Lines", "mumbai"),
    House("lantern-andheri", "Lantern Cinemas Andheri", "3 Veera Chowk, Andheri West", "mumbai"),
    House("banyan-indiranagar", "Banyan Screens Indiranagar", "100 Ft Arcade, Indiranagar", "bengaluru"),
    House("courtyard-basavanagudi", "Courtyard Cinema Basavanagudi", "22 Old Bull Temple Lane", "bengaluru"),
    House("backwater-picture-house", "Backwater Picture House", "Boat Jetty Road, Fort Kochi", "kochi"),
)
TWO_D, THREE_D, IMAX, FOUR_DX = Show.Format.TWO_D, Show.Format.THREE_D, Show.Format.IMAX, Show.Format.FOUR_DX
ACCESSIBLE = {"Wheelchair": 15_000, "Companion": 15_000}
ROOMS = (
    Room(
        "marine-talkies",
        "The Grand",
        "grand",
        (TWO_D, THREE_D),
        {"Front": 12_000, "Classic": 22_000, "Prime": 32_000, "Royal": 48_000, **ACCESSIBLE},
        midnight="23:50",
    ),
    Room(
        "marine-talkies",
        "The Lounge",
        "lounge",
        (TWO_D,),
        {"Classic": 55_000, "Recliner": 90_000},
        first="11:00",
    ),
    Room(
        "lantern-andheri",
        "Screen 1",
        "couple-row",
        (TWO_D,),
        {"Classic": 16_000, "Prime": 24_000, "Couple": 38_000},
    ),
    Room(
        "lantern-andheri",
        "Screen 2",
        "stadium",
        (TWO_D, FOUR_DX),
        {"Classic": 20_000, "Prime": 28_000, "Recliner": 52_000, **ACCESSIBLE},
        first="10:15",
    ),
    Room(
        "banyan-indiranagar",
        "Giant Screen",
        "wide",
        (IMAX,),
        {"Front": 25_000, "Prime": 45_000, "Club": 65_000, **ACCESSIBLE},
        midnight="23:59",
    ),
    Room(
        "courtyard-basavanagudi",
        "Hall",
        "corner",
        (TWO_D,),
        {"Classic": 14_000, "Prime": 21_000, **ACCESSIBLE},
        first="10:45",
        last="21:45",
    ),
    Room(
        "backwater-picture-house",
        "Main House",
        "stalls-and-balcony",
        (TWO_D, THREE_D),
        {"Front": 9_000, "Classic": 15_000, "Club": 24_000, "Royal": 34_000, **ACCESSIBLE},
        first="10:00",
        midnight="23:45",
    ),
    Room(
        "backwater-picture-house",
        "Studio",
        "studio",
        (TWO_D,),
        {"Classic": 13_000, "Prime": 19_000},
        first="12:30",
        last="22:00",
    ),
)
