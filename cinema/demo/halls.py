"""The demo's eight halls. `plan_of` gives a hall's seating plan, which is imported like anybody else's file."""

from typing import Any

from cinema.demo.drawing import ROW, SEAT, Hall, curved, letters, marked, straight


def lounge() -> Hall:
    """Forty recliners in five rows of eight."""
    hall = Hall("The Lounge: forty recliners")
    hall.screen(300, -70)
    for index, letter in enumerate(letters(5)):
        wide = [
            (x * 1.45, index * 52.0, category)
            for x, _, category in straight(8, 0, "Classic" if index < 2 else "Recliner", aisles=(2, 6))
        ]
        hall.row(letter, wide)
    hall.area("rectangle", -290, 4 * 52 + 50, "#efe3cf", "BAR", width=120, height=34)
    return hall


def couple_row() -> Hall:
    """A neighbourhood hall whose last row is five sofas."""
    hall = Hall("The Courtship: a hall with a couple row")
    hall.screen(380, -70, curve=8)
    for index, letter in enumerate(letters(11)):
        category = "Classic" if index < 4 else "Prime"
        count = 12 if index < 2 else 14
        hall.row(letter, straight(count, index * ROW, category, aisles=(count // 2,)))
    sofas = straight(10, 11 * ROW + 14, "Couple", aisles=(2, 4, 6, 8))
    hall.row("L", sofas)
    hall.area("rectangle", 232, 11 * ROW + 2, text="EXIT", width=60, height=26)
    return hall


def grand() -> Hall:
    """Four hundred seats in arcs with two aisles; wheelchair and companion places on the cross aisle."""
    hall = Hall("The Grand: four hundred in arcs")
    hall.screen(560, -40, curve=26)
    counts = (20, 22, 22, 24, 24, 26, 26, 26, 28, 28, 30, 30, 30, 32, 32)
    for index, (letter, count) in enumerate(zip(letters(len(counts)), counts, strict=True)):
        category = "Front" if index < 3 else "Classic" if index < 7 else "Prime" if index < 12 else "Royal"
        cross_aisle = 26.0 if index > 7 else 0.0
        side = 6 if count < 26 else 7
        y = 90 + index * ROW + cross_aisle
        places = curved(count, y, category, 620 + y, aisles=(side, count - side))
        if letter == "H":
            places = marked(places, {1: "Wheelchair", 2: "Companion", -1: "Wheelchair", -2: "Companion"})
        hall.row(letter, places)
    return hall


def stalls_and_balcony() -> Hall:
    """An old cinema: both floors begin with row A, so the seats' ids begin with the floor's name."""
    hall = Hall("The Picture House: stalls and balcony")
    hall.zone("Stalls")
    hall.screen(420, -75)
    for index, letter in enumerate(letters(10)):
        places = straight(18, index * ROW, "Front" if index < 2 else "Classic", aisles=(4, 14))
        if letter == "J":
            places = marked(places, {5: "Companion", 6: "Wheelchair", 13: "Wheelchair", 14: "Companion"})
        hall.row(letter, places)
    hall.zone("Balcony")
    edge = 10 * ROW + 60
    hall.area("rectangle", -300, edge - 44, "#d9c7a3", "BALCONY", width=600, height=18)
    for index, letter in enumerate(letters(5)):
        y = edge + 30 + index * ROW
        hall.row(letter, curved(16, y, "Club" if index < 3 else "Royal", 900, aisles=(8,)))
    return hall


def wide() -> Hall:
    """Twelve very wide rows in front of a very wide screen."""
    hall = Hall("The Wide: twelve rows before a giant screen")
    hall.screen(880, -60, curve=40)
    for index, letter in enumerate(letters(12)):
        category = "Front" if index < 2 else "Prime" if index < 9 else "Club"
        count = 26 if index < 3 else 30
        places = curved(count, 50 + index * ROW + (20 if index > 6 else 0), category, 1500, aisles=(8, count - 8))
        if letter == "G":
            places = marked(places, {9: "Companion", 10: "Wheelchair", -10: "Wheelchair", -9: "Companion"})
        hall.row(letter, places)
    hall.area("ellipse", 0, 50 + 12 * ROW + 60, "#d7dbe6", "PROJECTION", radius={"x": 90, "y": 22})
    return hall


def stadium() -> Hall:
    """Two hundred in a steep block that gets wider with every row; the entrance is on its left side."""
    hall = Hall("The Stadium: two hundred, steep")
    hall.screen(340, -64)
    counts = (14, 16, 18, 18, 20, 20, 22, 22, 24, 26)
    for index, (letter, count) in enumerate(zip(letters(len(counts)), counts, strict=True)):
        category = "Classic" if index < 4 else "Prime" if index < 8 else "Recliner"
        places = straight(count, index * 38.0, category, aisles=(count // 2,))
        if letter == "E":
            places = marked(places, {1: "Wheelchair", 2: "Companion"})
        hall.row(letter, places)
    hall.area("polygon", -330, 2 * 38.0, points=[{"x": x, "y": y} for x, y in ((0, 0), (50, 0), (20, 60), (0, 60))])
    hall.label("IN", -318, 2 * 38.0 + 80)
    return hall


def corner() -> Hall:
    """An L: short rows in front, longer rows behind them, and a pillar in the corner."""
    hall = Hall("The Corner: an L with a pillar")
    hall.screen(230, -70)
    start = -3.5 * SEAT
    for index, letter in enumerate(letters(11)):
        category = "Classic" if index < 5 else "Prime"
        count = 8 if index < 6 else 15
        y = index * ROW + (18 if index > 5 else 0)
        places = [(start + SEAT * seat + (SEAT if seat > 7 else 0), y, category) for seat in range(count)]
        if letter == "G":
            places = marked(places, {1: "Wheelchair", 2: "Companion"})
        hall.row(letter, places)
    hall.area("circle", start + 9 * SEAT, 5 * ROW - 8, "#c3c8d2", radius=20)
    hall.area("rectangle", start + 11 * SEAT, 4 * ROW - 20, "#efe3cf", "CAFÉ", width=130, height=60)
    return hall


def studio() -> Hall:
    """Sixty in a fan."""
    hall = Hall("The Studio: a fan of sixty")
    hall.screen(150, -50, curve=4)
    for index, letter in enumerate(letters(6)):
        category = "Classic" if index < 4 else "Prime"
        hall.row(letter, curved(5 + 2 * index, index * 36.0, category, 170 + 36.0 * index))
    return hall


HALLS = {
    "lounge": lounge,
    "couple-row": couple_row,
    "grand": grand,
    "stalls-and-balcony": stalls_and_balcony,
    "wide": wide,
    "stadium": stadium,
    "corner": corner,
    "studio": studio,
}


def plan_of(name: str) -> dict[str, Any]:
    """The seating plan of a hall in `HALLS`, in pretix's format."""
    return HALLS[name]().plan()
