"""The layout: absolute positions, tiers, flags and couples. See the package's docstring for its shape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cinema.plans.document import Area, Document, PlanError, Position, Row, Seat, Zone, read_document
from cinema.plans.labels import Label, label_seats

COLOR = re.compile(r"#[0-9A-Fa-f]{3,8}|[A-Za-z]{3,30}|(?:rgb|hsl)a?\([0-9.,%/ deg-]{1,60}\)")
TIER_COLORS = ("#5b8def", "#e0a43a", "#b65fcf", "#3fa796", "#d9534f", "#7a8699")
AREA_COLOR = "#d8dbe2"
TEXT_COLOR = "#333333"
RADIUS = 10.0  # the format's default for a seat


@dataclass(frozen=True)
class Plan:
    """An accepted plan: its name, the original JSON, and the layout made from it."""

    name: str
    source: dict[str, Any]
    layout: dict[str, Any]


@dataclass
class _Place:
    """One seat with its label and absolute position, before it becomes part of the layout."""

    where: str
    row: Row
    seat: Seat
    label: Label
    x: float
    y: float


def read_plan(data: bytes | str | dict[str, Any]) -> Plan:
    """Reads a seating-plan file. Raises PlanError, with the place, and nothing else."""
    source, document = read_document(data)
    labels = label_seats(document)
    places = [
        _Place(where, row, seat, label, *_centre(zone, row, seat))
        for (where, zone, row, seat), label in zip(document.seats(), labels, strict=True)
    ]
    couples = _couples(places)
    layout: dict[str, Any] = {
        "seats": [_seat_json(place, couples) for place in places],
        "tiers": _tiers(document, places),
        "areas": [area for zone in document.zones for part in zone.areas or [] if (area := _area(zone, part))],
    }
    layout["size"] = _fit(document, places, layout)
    return Plan(" ".join(document.name.split()), source, layout)


def tidy(value: float) -> float:
    """Rounds to two decimals, a hundredth of a pixel; whole numbers become integers."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def _centre(zone: Zone, row: Row, seat: Seat) -> tuple[float, float]:
    start = row.position or Position(x=0.0, y=0.0)
    return zone.position.x + start.x + seat.position.x, zone.position.y + start.y + seat.position.y


def _seat_json(place: _Place, couples: dict[str, str]) -> dict[str, Any]:
    marks = place.seat.housefull
    kind = place.seat.category.casefold()
    companion = "companion" in kind or bool(marks and marks.companion)
    wheelchair = ("wheelchair" in kind and not companion) or bool(marks and marks.wheelchair)
    return {
        "id": place.label.id,
        "row": place.label.row,
        "number": place.label.number,
        "x": tidy(place.x),
        "y": tidy(place.y),
        "tier": _tier_name(place.seat.category),
        "wheelchair": wheelchair,
        "companion": companion,
        "couple": couples.get(place.label.id),
    }


def _tier_name(category: str) -> str:
    return " ".join(category.split())


def _tiers(document: Document, places: Sequence[_Place]) -> list[dict[str, str]]:
    """The categories that have seats, in the file's order. A category without seats is no tier."""
    used = {_tier_name(place.seat.category) for place in places}
    tiers: dict[str, str] = {}
    for category in document.categories:
        name = _tier_name(category.name)
        if name in used and name not in tiers:
            tiers[name] = _color(category.color, TIER_COLORS[len(tiers) % len(TIER_COLORS)])
    return [{"name": name, "color": color} for name, color in tiers.items()]


def _color(color: str | None, otherwise: str) -> str:
    """Accepts only plain colours, because the value becomes part of the map's drawing."""
    return color.strip() if color and COLOR.fullmatch(color.strip()) else otherwise


# ---------------------------------------------------------------------------------------------- couples
def _couples(places: Sequence[_Place]) -> dict[str, str]:
    """Seat id → partner's id, both ways.

    A partner named by the seat itself takes precedence over its category's name.
    """
    couples = _named_couples(places)
    rows: dict[int, list[_Place]] = {}
    for place in places:
        rows.setdefault(id(place.row), []).append(place)
    for row in rows.values():
        for run in _runs(row, couples):
            for left, right in zip(run[::2], run[1::2], strict=False):
                couples[left.label.id] = right.label.id
                couples[right.label.id] = left.label.id
    return couples


def _named_couples(places: Sequence[_Place]) -> dict[str, str]:
    by_guid = {place.seat.seat_guid: place.label.id for place in places}
    ids = set(by_guid.values())
    couples: dict[str, str] = {}
    for place in places:
        name = place.seat.housefull.couple if place.seat.housefull else None
        if not name:
            continue
        partner = by_guid.get(name, name)
        mine = place.label.id
        if partner not in ids or partner == mine:
            raise PlanError(f"{place.where}.housefull.couple", f"There is no other seat {name[:60]!r}.")
        if couples.get(mine, partner) != partner or couples.get(partner, mine) != mine:
            raise PlanError(f"{place.where}.housefull.couple", f"{name[:60]!r} already has another partner.")
        couples[mine], couples[partner] = partner, mine
    return couples


def _runs(row: Sequence[_Place], couples: dict[str, str]) -> list[list[_Place]]:
    """Runs of consecutive couple seats in a row that have no partner yet."""
    runs: list[list[_Place]] = [[]]
    for place in row:
        if "couple" in place.seat.category.casefold() and place.label.id not in couples:
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


# ------------------------------------------------------------------------------------------------ areas
def _area(zone: Zone, area: Area) -> dict[str, Any] | None:
    """One area to draw, or None if there is nothing to draw."""
    at = area.position or Position(x=0.0, y=0.0)
    x, y = zone.position.x + at.x, zone.position.y + at.y
    shape, measures = _shape(area, x, y)
    text = _area_text(area, x, y, measures)
    if shape is None or (shape == "text" and text is None):
        return None
    return {
        "shape": shape,
        "x": tidy(x),
        "y": tidy(y),
        "rotation": tidy(area.rotation or 0.0),
        "color": _color(area.color, AREA_COLOR),
        "border_color": _color(area.border_color, "none"),
        **measures,
        "text": text,
    }


def _shape(area: Area, x: float, y: float) -> tuple[str | None, dict[str, Any]]:
    """The shape and its measures. An area of an old plan is a rectangle with `width` and `height`."""
    if area.shape in {None, "rectangle"} and (area.rectangle or area.width is not None):
        width = area.rectangle.width if area.rectangle else area.width or 0.0
        height = area.rectangle.height if area.rectangle else area.height or 0.0
        return "rectangle", {"width": tidy(max(width, 0.0)), "height": tidy(max(height, 0.0))}
    if area.shape in {None, "circle"} and area.circle:
        return "circle", {"radius": tidy(max(area.circle.radius, 0.0))}
    if area.shape in {None, "ellipse"} and area.ellipse:
        radius = area.ellipse.radius
        return "ellipse", {"radius_x": tidy(max(radius.x, 0.0)), "radius_y": tidy(max(radius.y, 0.0))}
    if area.shape in {None, "polygon"} and area.polygon and len(area.polygon.points) > 1:
        points = [{"x": tidy(x + point.x), "y": tidy(y + point.y)} for point in area.polygon.points]
        return "polygon", {"points": points}
    return ("text", {}) if area.text else (None, {})


def _area_text(area: Area, x: float, y: float, measures: dict[str, Any]) -> dict[str, Any] | None:
    if area.text is None:
        return None
    if isinstance(area.text, str):  # old plans: plain text, centred
        middle = x + measures.get("width", 0) / 2, y + measures.get("height", 0) / 2
        words, at, color, size = area.text, middle, None, None
    else:
        at = x + area.text.position.x, y + area.text.position.y
        words, color, size = area.text.text, area.text.color, area.text.size
    words = " ".join(words.split())
    if not words:
        return None
    return {
        "x": tidy(at[0]),
        "y": tidy(at[1]),
        "text": words,
        "size": tidy(size if size and size > 0 else 16.0),
        "color": _color(color, TEXT_COLOR),
    }


# ------------------------------------------------------------------------------------------------- size
def _fit(document: Document, places: Sequence[_Place], layout: dict[str, Any]) -> dict[str, float]:
    """The plan's size. If a seat would lie outside, the size grows and everything moves accordingly."""
    reach = [max(place.seat.radius or RADIUS, 1.0) for place in places]
    left = min(place.x - r for place, r in zip(places, reach, strict=True))
    top = min(place.y - r for place, r in zip(places, reach, strict=True))
    right = max(place.x + r for place, r in zip(places, reach, strict=True))
    bottom = max(place.y + r for place, r in zip(places, reach, strict=True))
    if left < 0 or top < 0:
        _move(layout, max(-left, 0.0), max(-top, 0.0))
    width, height = (document.size.width, document.size.height) if document.size else (0.0, 0.0)
    return {
        "width": tidy(max(width, right) + max(-left, 0.0)),
        "height": tidy(max(height, bottom) + max(-top, 0.0)),
    }


def _move(layout: dict[str, Any], by_x: float, by_y: float) -> None:
    for area in layout["areas"]:
        for point in [area, *area.get("points", []), *([area["text"]] if area["text"] else [])]:
            point["x"], point["y"] = tidy(point["x"] + by_x), tidy(point["y"] + by_y)
    for seat in layout["seats"]:
        seat["x"], seat["y"] = tidy(seat["x"] + by_x), tidy(seat["y"] + by_y)
