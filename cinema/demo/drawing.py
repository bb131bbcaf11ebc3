"""Draws one hall: rows straight or bent, aisles, areas; `Hall.plan` is the seating-plan file.

The screen is at the top, row A nearest to it, seats are numbered from the left.
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
    """A plan being drawn, in coordinates of its own; `plan` moves everything into the picture."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.zones: dict[str, dict[str, Any]] = {}
        self.zone("Hall")

    def zone(self, name: str) -> None:
        """What is drawn from here on belongs to this zone."""
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
        area = {
            "shape": shape,
            "color": color,
            "border_color": "#9aa3b2",
            "rotation": measures.pop("rotation", 0),
            "position": {"x": x, "y": y},
        }
        if measures:
            area[shape] = measures
        if text:
            at = measures.get("width", 0) / 2, measures.get("height", 0) / 2
            area["text"] = {
                "position": {"x": at[0], "y": at[1]},
                "color": "#333333",
                "text": text,
                "size": 13,
            }
        self.current["areas"].append(area)

    def screen(self, width: float, y: float, bow: float = 0.0) -> None:
        """The screen in the middle of the picture; `bow` is how far its middle hangs below its ends."""
        steps = range(-8, 9)
        upper = [(step * width / 16, -bow * (step / 8) ** 2) for step in steps]
        points = upper + [(x, at + 14) for x, at in reversed(upper)]
        self.area("polygon", 0, y, "#cfd6e4", points=[{"x": x, "y": at} for x, at in points])
        self.current["areas"][-1]["text"] = {
            "position": {"x": 0, "y": 7},
            "color": "#333333",
            "text": "SCREEN",
            "size": 13,
        }

    def plan(self) -> dict[str, Any]:
        """The finished file: positions counted from the picture's upper left corner, whole tenths only."""
        points = [seat["position"] for zone in self.zones.values() for row in zone["rows"] for seat in row["seats"]]
        for area in (area for zone in self.zones.values() for area in zone["areas"]):
            points.extend(_corners(area))
        left, top = min(p["x"] for p in points) - MARGIN, min(p["y"] for p in points) - MARGIN
        used = {seat["category"] for zone in self.zones.values() for row in zone["rows"] for seat in row["seats"]}
        zones = [{**zone, "position": {"x": -left, "y": -top}} for zone in self.zones.values() if zone["rows"]]
        return _tenths(
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
    """A row in the middle of the picture; an aisle is left after each seat number in `aisles`."""
    steps = [index * SEAT + gap * sum(1 for aisle in aisles if aisle <= index) for index in range(count)]
    return [(step - steps[-1] / 2, y, category) for step in steps]


def curved(count: int, y: float, category: str, radius: float, aisles: Sequence[int] = ()) -> list[Place]:
    """The same row bent around a point `radius` above its middle."""
    bent = []
    for x, _, kind in straight(count, y, category, aisles, gap=1.4 * SEAT):
        angle = x / radius
        bent.append((radius * math.sin(angle), y - radius * (1 - math.cos(angle)), kind))
    return bent


def letters(count: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:count]


def marked(places: list[Place], kinds: dict[int, str]) -> list[Place]:
    """The row with other categories at some seat numbers; negative numbers count from the right."""
    changed = list(places)
    for number, kind in kinds.items():
        index = number - 1 if number > 0 else number
        changed[index] = (*changed[index][:2], kind)
    return changed
