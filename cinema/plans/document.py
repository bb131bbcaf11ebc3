"""Reads a seating-plan file: bytes → JSON → a checked document, or a PlanError that names the place.

Checks come before the work they protect: size before decoding, depth and numbers before the models, the number of
seats before any label is made.
"""

import json
import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LARGEST_FILE = 10 * 1024 * 1024  # bytes
MOST_SEATS = 5_000
MOST_AREAS = 2_000
DEEPEST = 32  # the format itself needs nine levels
MOST_PARTS = 500_000  # values in the whole file
LARGEST_NUMBER = 1_000_000.0  # far larger than any hall


class PlanError(ValueError):
    """A plan that is refused.

    `place` says where ("zones[0].rows[3]", or "" for the whole file), `reason` says why.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.place = place
        self.reason = reason


Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]
Name = Annotated[str, Field(max_length=200)]


class Part(BaseModel):
    """Unknown fields are ignored, so that plans of newer editors can be read."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Position(Part):
    x: Number
    y: Number


class Size(Part):
    width: Number
    height: Number


class Category(Part):
    name: Annotated[str, Field(max_length=60)]
    color: str | None = None


class Marks(Part):
    """Our own property of a seat, for what the format has no field for."""

    wheelchair: bool = False
    companion: bool = False
    couple: str | None = None


class Seat(Part):
    seat_guid: Name
    seat_number: Annotated[str, Field(max_length=40)]
    position: Position
    category: str
    radius: Number | None = None
    housefull: Marks | None = None


class Row(Part):
    row_number: Annotated[str, Field(max_length=40)]
    seats: list[Seat]
    position: Position | None = None
    row_number_position: Literal["start", "end", "both"] | None = None


class Text(Part):
    text: Name
    position: Position
    color: str | None = None
    size: Number | None = None


class Circle(Part):
    radius: Number


class Ellipse(Part):
    radius: Position


class Polygon(Part):
    points: Annotated[list[Position], Field(max_length=1_000)]


class Area(Part):
    """New plans: `shape` and an object of that name; old ones: `width`, `height` and a plain `text`."""

    shape: Literal["polygon", "rectangle", "ellipse", "circle", "text"] | None = None
    color: str | None = None
    border_color: str | None = None
    rotation: Number | None = None
    position: Position | None = None
    rectangle: Size | None = None
    circle: Circle | None = None
    ellipse: Ellipse | None = None
    polygon: Polygon | None = None
    text: Text | Name | None = None
    width: Number | None = None
    height: Number | None = None


class Zone(Part):
    position: Position
    rows: list[Row]
    name: Name | None = None
    zone_id: Name | None = None
    areas: list[Area] | None = None


class Document(Part):
    name: Name
    categories: list[Category]
    zones: list[Zone]
    size: Size | None = None

    def seats(self) -> Iterator[tuple[str, Zone, Row, Seat]]:
        """Every seat in the file's order, with its place in the file."""
        for z, zone in enumerate(self.zones):
            for r, row in enumerate(zone.rows):
                for s, seat in enumerate(row.seats):
                    yield f"zones[{z}].rows[{r}].seats[{s}]", zone, row, seat


def read_document(data: bytes | str | dict[str, Any]) -> tuple[dict[str, Any], Document]:
    """Returns the file's JSON object and the checked document. Raises PlanError and nothing else."""
    source = _parse(data)
    _check_values(source)
    try:
        document = Document.model_validate(source)
    except ValidationError as error:
        raise _first(error) from None
    _check_document(document)
    return source, document


def _parse(data: bytes | str | dict[str, Any]) -> dict[str, Any]:
    try:
        if isinstance(data, dict):
            data = json.dumps(data)
        if len(data) > LARGEST_FILE:
            raise PlanError("", f"The file is too large: at most {LARGEST_FILE // 1024 // 1024} MB.")
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        parsed = json.loads(text)
    except RecursionError:
        raise PlanError("", "The file is nested too deeply to be a seating plan.") from None
    except UnicodeDecodeError:
        raise PlanError("", "The file is not JSON: it is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise PlanError(f"line {error.lineno}, column {error.colno}", f"The file is not JSON: {error.msg}.") from None
    except PlanError:
        raise
    except (ValueError, TypeError) as error:  # a number with thousands of digits; a dict that is not JSON
        raise PlanError("", f"The file is not JSON that can be read: {str(error)[:120]}.") from None
    if not isinstance(parsed, dict):
        raise PlanError("", "The file is JSON, but not an object with name, categories and zones.")
    return parsed


def _check_values(source: dict[str, Any]) -> None:
    """Checks depth, size, numbers and text of the whole file, also in unknown fields, because all of it is stored."""
    pending: list[tuple[Any, tuple[Any, ...], int]] = [(source, (), 1)]
    parts = 0
    while pending:
        value, path, depth = pending.pop()
        parts += 1
        if parts > MOST_PARTS:
            raise PlanError("", f"The file has too many parts: at most {MOST_PARTS:,}.")
        if isinstance(value, dict | list):
            if depth > DEEPEST:
                raise PlanError("", "The file is nested too deeply to be a seating plan.")
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, item in items:
                if isinstance(key, str):
                    _check_text(key, path)
                pending.append((item, (path, key), depth + 1))
        elif isinstance(value, str):
            _check_text(value, path)
        elif isinstance(value, float) and not math.isfinite(value):
            raise PlanError(_place(path), "This is not a finite number.")
        elif isinstance(value, int | float) and abs(value) > 1e15:
            raise PlanError(_place(path), "This number is too large.")


def _check_text(text: str, path: tuple[Any, ...]) -> None:
    """Refuses what PostgreSQL cannot store: NUL and halves of surrogate pairs."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PlanError(_place(path), "The text has a character that cannot be stored.")


def _place(path: tuple[Any, ...]) -> str:
    keys: list[str | int] = []
    while path:
        path, key = path
        keys.append(key)
    return write_place(tuple(reversed(keys)))


def write_place(keys: tuple[str | int, ...]) -> str:
    """("zones", 0, "name") → "zones[0].name"."""
    place = ""
    for key in keys:
        place += f"[{key}]" if isinstance(key, int) else f".{key[:60]}"
    return place.removeprefix(".")


def _first(error: ValidationError) -> PlanError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    # pydantic also names the branch of a union ("Text", "constrained-str"), which is not a place in the file.
    keys = tuple(key for key in first["loc"] if isinstance(key, int) or (key.islower() and "-" not in key))
    reason = "This field is missing." if first["type"] == "missing" else f"{first['msg']}."
    return PlanError(write_place(keys), reason)


def _check_document(document: Document) -> None:
    """Checks the rules that the format's schema cannot express."""
    if not " ".join(document.name.split()):
        raise PlanError("name", "The plan has no name.")
    for c, category in enumerate(document.categories):
        if not category.name.strip() or not category.name.strip().isprintable():
            raise PlanError(f"categories[{c}].name", "A category needs a name in plain characters.")
    if sum(len(zone.areas or []) for zone in document.zones) > MOST_AREAS:
        raise PlanError("zones", f"The plan has too many areas: at most {MOST_AREAS:,}.")
    known = {category.name for category in document.categories}
    guids: dict[str, str] = {}
    count = 0
    for place, _, _, seat in document.seats():
        count += 1
        if count > MOST_SEATS:
            raise PlanError(place, f"The plan has too many seats: at most {MOST_SEATS:,}.")
        if seat.category not in known:
            raise PlanError(place, f"The category {seat.category[:60]!r} is not in the plan's list of categories.")
        if seat.seat_guid in guids:
            raise PlanError(place, f"The seat id {seat.seat_guid[:60]!r} is already used at {guids[seat.seat_guid]}.")
        guids[seat.seat_guid] = place
    if not count:
        raise PlanError("zones", "The plan has no seats.")
