"""The demo's twelve movies. Titles, people and stories are invented; any likeness is chance.

An invented movie has no trailer: three of them use one of the Blender Foundation's open movies, so that the player
can be tried. The posters are SVG files, one per slug; see `DemoMovie.poster`.
"""

from dataclasses import dataclass
from pathlib import Path

from cinema.models import Certificate

POSTERS = Path(__file__).parent / "posters"


@dataclass(frozen=True)
class DemoMovie:
    slug: str
    title: str
    synopsis: str
    genres: tuple[str, ...]
    languages: tuple[str, ...]
    runtime: int  # minutes
    certificate: str
    age: int  # days since its release
    cast: tuple[str, ...]
    trailer: str = ""  # a YouTube id

    @property
    def poster(self) -> str:
        """An SVG document of 600 by 900 without outside fonts.

        It has presentation attributes only, because the content policy refuses style attributes. Its ids begin with
        the slug, so that several posters can stand in one page.
        """
        return (POSTERS / f"{self.slug}.svg").read_text(encoding="utf-8")


MOVIES = (
    DemoMovie(
        "the-last-monsoon",
        "The Last Monsoon",
        "A weather keeper on the Malabar coast has measured the rain by hand for forty years. In her last "
        "season the clouds do not come, and her estranged daughter does.",
        ("Drama", "Romance"),
        ("Hindi", "Malayalam"),
        134,
        Certificate.UA7,
        12,
        ("Anuradha Vellore", "Dev Karmakar", "Nila Purakkal", "Joseph Tharian"),
    ),
    DemoMovie(
        "orbit-of-ashes",
        "Orbit of Ashes",
        "Thirty years after the last crewed mission, a salvage pilot answers a call from a station that "
        "burned up with her father aboard.",
        ("Science Fiction", "Thriller"),
        ("English", "Hindi"),
        148,
        Certificate.UA13,
        5,
        ("Tara Mistry", "Eamon Vance", "Zubin Kharas", "Ileana Roque"),
        "R6MlUcmOul8",
    ),
    DemoMovie(
        "chai-at-platform-nine",
        "Chai at Platform Nine",
        "A tea seller, a stationmaster who hates tea and a train that is always four minutes late: a "
        "comedy about what fits into four minutes.",
        ("Comedy", "Romance"),
        ("Hindi",),
        118,
        Certificate.U,
        20,
        ("Munna Chaturvedi", "Roshni Alam", "Pratap Singh Bedi", "Lata Gondhalekar"),
    ),
    DemoMovie(
        "nine-knots",
        "Nine Knots",
        "A rope maker is asked by the police to read the knots a killer leaves behind. The ninth is one "
        "that only he can tie.",
        ("Crime", "Thriller"),
        ("Tamil", "Hindi"),
        139,
        Certificate.UA16,
        9,
        ("Kathir Selvan", "Meenakshi Rao", "Arul Pandian", "Sofia Dantas"),
    ),
    DemoMovie(
        "tiger-paper-moon",
        "Tiger, Paper, Moon",
        "Cut from one sheet of paper, a small tiger sets out to return the moon that a girl has folded "
        "away for safe keeping.",
        ("Animation", "Family"),
        ("English", "Hindi", "Tamil"),
        96,
        Certificate.U,
        3,
        ("Voices of Ira Bose", "Kabir Nair", "Old Mister Fernandes"),
        "aqz-KE-bpKQ",
    ),
    DemoMovie(
        "granite-heart",
        "Granite Heart",
        "The mountain was sold in the night. By morning the quarry town has until sundown to take it "
        "back, and one retired blaster who has sworn off dynamite.",
        ("Action",),
        ("Telugu", "Hindi"),
        156,
        Certificate.UA16,
        6,
        ("Vikram Yadlapalli", "Sushma Reddy", "Bhairav Rathod", "Chinni Prakash"),
    ),
    DemoMovie(
        "the-quiet-cartographer",
        "The Quiet Cartographer",
        "A survey map from 1911 shows a village that was never there. The archivist who finds it begins "
        "to receive its letters.",
        ("Mystery", "Drama"),
        ("English",),
        127,
        Certificate.UA13,
        27,
        ("Helen Marchetti", "Arjun Sabnis", "Padma Wangdi"),
    ),
    DemoMovie(
        "bhangra-in-zero-g",
        "Bhangra in Zero G",
        "The first wedding in orbit has a dowry of oxygen, a dhol that floats away and a dance floor on all six walls.",
        ("Musical", "Comedy"),
        ("Punjabi", "Hindi"),
        142,
        Certificate.U,
        15,
        ("Jassi Gulati", "Harleen Dhami", "Goldie Khurana", "Biji as herself"),
    ),
    DemoMovie(
        "house-of-salt",
        "House of Salt",
        "Nothing grows on the island, nothing rots, and nobody who was buried there has stayed.",
        ("Horror",),
        ("Malayalam", "Tamil"),
        111,
        Certificate.A,
        8,
        ("Rekha Moothedath", "Sidharth Iype", "Amba Krishnan"),
    ),
    DemoMovie(
        "second-innings",
        "Second Innings",
        "At fifty-one, the groundsman of a ground about to be sold is picked, by a clerical mistake, for "
        "the state side.",
        ("Sport", "Drama"),
        ("Hindi", "Kannada"),
        131,
        Certificate.U,
        18,
        ("Ramakant Shinde", "Ujwala Naik", "Tejas Bopanna", "Farooq Lakdawala"),
    ),
    DemoMovie(
        "marigold-protocol",
        "Marigold Protocol",
        "A florist in Old Delhi has forty-eight hours to deliver a garland, a microfilm and an apology, "
        "not necessarily to the right people.",
        ("Action", "Spy"),
        ("Hindi", "English"),
        145,
        Certificate.UA13,
        2,
        ("Imran Qadri", "Saira Lobo", "General Teng", "Pushpa Kandhari"),
    ),
    DemoMovie(
        "letters-to-the-tide",
        "Letters to the Tide",
        "Every evening somebody on the beach folds a letter into a boat. One evening one comes back, answered.",
        ("Romance", "Fantasy"),
        ("Kannada", "Malayalam"),
        122,
        Certificate.UA7,
        23,
        ("Aadya Hegde", "Nikhil Varier", "Kamala Bhat"),
        "eRsGyueVLvQ",
    ),
)
