"""The public id of every seat: row + number ("B12"), prefixed with the zone where two zones would have the same id.

Ids are read aloud, printed, typed and used as keys, so they have only letters, digits, "_", "." and "-". They depend
only on the plan: reading the same file again gives the same ids.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cinema.plans.document import Document, PlanError

LONGEST_ID = 40
LONGEST_ZONE = 16


@dataclass(frozen=True)
class Label:
    """The names of a seat: `id` is used everywhere else, `row` and `number` are for people."""

    id: str
    row: str
    number: str


@dataclass
class _Seat:
    place: str
    zone: int
    row: str
    number: str


def label_seats(document: Document) -> list[Label]:
    """One label per seat, in the file's order. Raises PlanError if two seats have the same name."""
    seats = _read(document)
    zones = [" ".join((zone.name or zone.zone_id or "").split()) for zone in document.zones]
    plain = _ids(seats, {}, "")
    repeated = {name for name, count in Counter(plain).items() if count > 1}
    clash = _zones_that_share(seats, plain, repeated)
    prefixes = _prefixes(zones, clash)
    # Row 1 seat 12 and row 11 seat 2 are both "112". Only in such a plan, a hyphen separates row and number.
    for separator in ("", "-"):
        for chosen in ({}, prefixes):
            ids = _ids(seats, chosen, separator)
            if len(set(ids)) == len(ids):
                return [_label(seat, name, zones, chosen) for seat, name in zip(seats, ids, strict=True)]
    raise _duplicate(seats, _ids(seats, prefixes, "-"))


def _read(document: Document) -> list[_Seat]:
    zone_numbers = {id(zone): z for z, zone in enumerate(document.zones)}
    seats: list[_Seat] = []
    previous, in_row = None, 0
    for place, zone, row, seat in document.seats():
        in_row = in_row + 1 if row is previous else 1
        previous = row
        row_name = _plain(row.row_number, place)
        # Seats without a number are counted along their row.
        number = _plain(seat.seat_number, place) or str(in_row)
        seats.append(_Seat(place, zone_numbers[id(zone)], row_name, number))
    return seats


def _plain(text: str, place: str) -> str:
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text.isprintable():
        raise PlanError(place, f"The row or number {text!r} has characters that cannot be printed.")
    return text


def safe(text: str) -> str:
    """Letters and digits of any script, "_" and "."; everything else becomes a hyphen."""
    kept = "".join(letter if letter in "_." or unicodedata.category(letter)[0] in "LMN" else "-" for letter in text)
    return "-".join(part for part in kept.split("-") if part)


def _ids(seats: Sequence[_Seat], prefixes: dict[int, str], separator: str) -> list[str]:
    ids = []
    for seat in seats:
        row, number = safe(seat.row), safe(seat.number)
        name = f"{row}{separator if row and number else ''}{number}"
        if not name or len(name) > LONGEST_ID:
            problem = "is too long" if name else "has no letters or digits"
            raise PlanError(seat.place, f"The seat's name {(seat.row + seat.number)[:60]!r} {problem}.")
        if prefixes.get(seat.zone):
            name = f"{prefixes[seat.zone]}-{name}"
            if len(name) > LONGEST_ID:
                raise PlanError(seat.place, f"The seat's name {name[:60]!r} is too long: at most {LONGEST_ID}.")
        ids.append(name)
    return ids


def _zones_that_share(seats: Sequence[_Seat], ids: Sequence[str], repeated: set[str]) -> set[int]:
    """Zones with an id that another zone has too. All their seats get the prefix, so that rows look the same."""
    zones_of: dict[str, set[int]] = {}
    for seat, name in zip(seats, ids, strict=True):
        if name in repeated:
            zones_of.setdefault(name, set()).add(seat.zone)
    return {zone for zones in zones_of.values() if len(zones) > 1 for zone in zones}


def _prefixes(zones: Sequence[str], clash: set[int]) -> dict[int, str]:
    names = {z: (safe(zones[z])[:LONGEST_ZONE].strip("-") or "Zone") for z in sorted(clash)}
    counts = Counter(names.values())
    return {z: f"{name}{z + 1}" if counts[name] > 1 else name for z, name in names.items()}


def _label(seat: _Seat, name: str, zones: Sequence[str], prefixes: dict[int, str]) -> Label:
    if not prefixes.get(seat.zone):
        return Label(name, seat.row, seat.number)
    # Rows "A" of two zones are different rows, and neighbours are found by the name of their row.
    zone = prefixes[seat.zone] if zones.count(zones[seat.zone]) > 1 else zones[seat.zone] or prefixes[seat.zone]
    return Label(name, f"{zone[:LONGEST_ID]} {seat.row}".strip(), seat.number)


def _duplicate(seats: Sequence[_Seat], ids: Sequence[str]) -> PlanError:
    seen: dict[str, str] = {}
    for seat, name in zip(seats, ids, strict=True):
        if name in seen:
            plain = f"{seat.row}{seat.number}"
            return PlanError(seat.place, f"The seat {plain!r} exists twice; the first one is at {seen[name]}.")
        seen[name] = seat.place
    raise AssertionError("called without a repeated id")
