"""The demo's twelve films. Titles, people and stories are invented; any likeness is chance.

A film that does not exist has no trailer: three of them borrow one of the Blender Foundation's open films, so
that the player can be tried.
"""

from dataclasses import dataclass

from cinema.models import Certificate


@dataclass(frozen=True)
class Film:
    slug: str
    title: str
    synopsis: str
    genres: tuple[str, ...]
    languages: tuple[str, ...]
    runtime: int  # minutes
    certificate: str
    age: int  # days since its release
    cast: tuple[str, ...]
    palette: tuple[str, str, str]  # dark ground, middle, light accent: the poster's colours
    motif: str  # the poster's drawing
    trailer: str = ""


FILMS = (
    Film(
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
        ("#0e2a3b", "#2f6f7e", "#f2c777"),
        "rain",
    ),
    Film(
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
        ("#0b0d26", "#44307a", "#ff9a5c"),
        "orbits",
        "R6MlUcmOul8",
    ),
    Film(
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
        ("#5a1f1b", "#c4552d", "#ffd68a"),
        "steam",
    ),
    Film(
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
        ("#141414", "#7d1f2a", "#e8d9c0"),
        "knots",
    ),
    Film(
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
        ("#1b2a5c", "#e2722e", "#fff1c9"),
        "tiger",
        "aqz-KE-bpKQ",
    ),
    Film(
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
        ("#22262e", "#8a4b2a", "#ffb347"),
        "shards",
    ),
    Film(
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
        ("#12312a", "#4f8a6b", "#f4e7c5"),
        "contours",
    ),
    Film(
        "bhangra-in-zero-g",
        "Bhangra in Zero G",
        "The first wedding in orbit has a dowry of oxygen, a dhol that floats away and a dance floor on all six walls.",
        ("Musical", "Comedy"),
        ("Punjabi", "Hindi"),
        142,
        Certificate.U,
        15,
        ("Jassi Gulati", "Harleen Dhami", "Goldie Khurana", "Biji as herself"),
        ("#3a0f5c", "#e0337f", "#ffe14f"),
        "vinyl",
    ),
    Film(
        "house-of-salt",
        "House of Salt",
        "Nothing grows on the island, nothing rots, and nobody who was buried there has stayed.",
        ("Horror",),
        ("Malayalam", "Tamil"),
        111,
        Certificate.A,
        8,
        ("Rekha Moothedath", "Sidharth Iype", "Amba Krishnan"),
        ("#0a0f12", "#35505c", "#dff3f2"),
        "door",
    ),
    Film(
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
        ("#0f2f1c", "#3f8f3a", "#f7f0dc"),
        "pitch",
    ),
    Film(
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
        ("#2a0d12", "#b8341f", "#ffb21a"),
        "marigold",
    ),
    Film(
        "letters-to-the-tide",
        "Letters to the Tide",
        "Every evening somebody on the beach folds a letter into a boat. One evening one comes back, answered.",
        ("Romance", "Fantasy"),
        ("Kannada", "Malayalam"),
        122,
        Certificate.UA7,
        23,
        ("Aadya Hegde", "Nikhil Varier", "Kamala Bhat"),
        ("#14213d", "#d9738f", "#ffe3d0"),
        "tide",
        "eRsGyueVLvQ",
    ),
)
