"""Draws one hall: straight or curved rows, aisles, areas. `Hall.plan` is a seating plan in pretix's format.

The screen is at the top with row A nearest to it, and seats are numbered from the left.
"""

import math
from collections.abc import Sequence
from typing import Any

SEAT = 28.0  # from one seat to the next
ROW = 33.0  # from one row to the next
MARGIN = 40.0
COLORS = {
    "Front": "#7d8aa5",
    "Classic": "#5b8def",
    "Prime": "#3fa796",
    "Club": "#b65fcf",
    "Recliner": "#e0a43a",
    "Royal": "#d96c4f",
    "Couple": "#d85b92",
    "Wheelchair": "#2f9fd0",
    "Companion": "#6fb7d6",
}
Place = tuple[float, float, str]  # x, y, category


class Hall:
    """A plan while it is drawn, in its own coordinates; `plan` moves everything into the picture."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.zones: dict[str, dict[str, Any]] = {}
        self.zone("Hall")

    def zone(self, name: str) -> None:
        """Everything drawn after this call belongs to this zone."""
        self.current: dict[str, Any] = {"name": name, "zone_id": name.lower(), "rows": [], "areas": []}
        self.zones[name] = self.current

    def row(self, letter: str, places: Sequence[Place]) -> None:
        zone = self.current["zone_id"]
        seats = [
            {
                "seat_guid": f"{zone}-{letter}-{number}",
                "seat_number": str(number),
                "position": {"x": x, "y": y},
                "category": category,
            }
            for number, (x, y, category) in enumerate(places, start=1)
        ]
        self.current["rows"].append(
            {
                "row_number": letter,
                "row_number_position": "both",
                "position": {"x": 0, "y": 0},
                "seats": seats,
            }
        )

    def area(self, shape: str, x: float, y: float, color: str = "#e3e6ec", text: str = "", **measures: Any) -> None:
        """A shape that is no seat. `measures` are pretix's for that shape; `text` is written into its middle."""
        area = {
            "shape": shape,
            "color": color,
            "border_color": "#9aa3b2",
            "rotation": 0,
            "position": {"x": x, "y": y},
        }
        if measures:
            area[shape] = measures
        if text:
            area["text"] = _text(text, measures.get("width", 0) / 2, measures.get("height", 0) / 2)
        self.current["areas"].append(area)

    def label(self, text: str, x: float, y: float) -> None:
        """A text that stands alone."""
        self.area("text", x, y)
        self.current["areas"][-1]["text"] = _text(text, 0, 0, size=14)

    def screen(self, width: float, y: float, curve: float = 0.0) -> None:
        """The screen in the middle of the picture; its middle is `curve` lower than its ends."""
        steps = range(-8, 9)
        upper = [(step * width / 16, -curve * (step / 8) ** 2) for step in steps]
        points = upper + [(x, at + 14) for x, at in reversed(upper)]
        self.area("polygon", 0, y, "#cfd6e4", points=[{"x": x, "y": at} for x, at in points])
        self.current["areas"][-1]["text"] = _text("SCREEN", 0, 7)

    def plan(self) -> dict[str, Any]:
        """The finished document: positions from the picture's upper left corner, rounded to tenths."""
        points = [seat["position"] for zone in self.zones.values() for row in zone["rows"] for seat in row["seats"]]
        for area in (area for zone in self.zones.values() for area in zone["areas"]):
            points.extend(_corners(area))
        left, top = min(p["x"] for p in points) - MARGIN, min(p["y"] for p in points) - MARGIN
        used = {seat["category"] for zone in self.zones.values() for row in zone["rows"] for seat in row["seats"]}
        zones = [{**zone, "position": {"x": -left, "y": -top}} for zone in self.zones.values() if zone["rows"]]
        plan: dict[str, Any] = _tenths(
            {
                "name": self.name,
                "size": {
                    "width": math.ceil(max(p["x"] for p in points) - left + MARGIN),
                    "height": math.ceil(max(p["y"] for p in points) - top + MARGIN),
                },
                "categories": [{"name": name, "color": color} for name, color in COLORS.items() if name in used],
                "zones": zones,
            }
        )
        return plan


def _text(text: str, x: float, y: float, size: int = 13) -> dict[str, Any]:
    return {"position": {"x": x, "y": y}, "color": "#333333", "text": text, "size": size}


def _corners(area: dict[str, Any]) -> list[dict[str, float]]:
    x, y, shape = area["position"]["x"], area["position"]["y"], area.get(area["shape"], {})
    if "points" in shape:
        return [{"x": x + point["x"], "y": y + point["y"]} for point in shape["points"]]
    if "width" in shape:
        return [{"x": x, "y": y}, {"x": x + shape["width"], "y": y + shape["height"]}]
    return [{"x": x, "y": y}]


def _tenths(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tenths(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_tenths(item) for item in value]
    if isinstance(value, float):
        return int(round(value, 1)) if round(value, 1).is_integer() else round(value, 1)
    return value


def straight(count: int, y: float, category: str, aisles: Sequence[int] = (), gap: float = SEAT) -> list[Place]:
    """A row in the middle of the picture, with an aisle after each seat number in `aisles`."""
    steps = [index * SEAT + gap * sum(1 for aisle in aisles if aisle <= index) for index in range(count)]
    return [(step - steps[-1] / 2, y, category) for step in steps]


def curved(count: int, y: float, category: str, radius: float, aisles: Sequence[int] = ()) -> list[Place]:
    """The same row on an arc around a point `radius` above its middle."""
    places = []
    for x, _, _ in straight(count, y, category, aisles, gap=1.4 * SEAT):
        angle = x / radius
        places.append((radius * math.sin(angle), y - radius * (1 - math.cos(angle)), category))
    return places


def letters(count: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:count]


def marked(places: list[Place], categories: dict[int, str]) -> list[Place]:
    """The row with other categories at some seat numbers; negative numbers count from the right."""
    changed = list(places)
    for number, category in categories.items():
        index = number - 1 if number > 0 else number
        changed[index] = (*changed[index][:2], category)
    return changed
