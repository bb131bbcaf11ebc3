"""Reading valid plans: a real hall, old and new fields, and the layout made from them."""

import json
from pathlib import Path

import pytest

from cinema.plans import read_plan
from tests.factories import plan_file

REAL_HALL = Path(__file__).resolve().parents[3] / "shared" / "seating-plans" / "bhd-star-156.json"


def test_a_real_hall_is_read_completely():
    if not REAL_HALL.exists():
        pytest.skip("the real hall lies outside of the project")
    layout = read_plan(REAL_HALL.read_bytes()).layout
    assert len(layout["seats"]) == len({seat["id"] for seat in layout["seats"]}) == 156
    assert [tier["name"] for tier in layout["tiers"]] == ["Standard", "Couple", "VIP"]
    assert layout["size"] == {"width": 509, "height": 549}
    assert layout["areas"][0]["text"]["text"] == "SCREEN"
    couples = {seat["id"]: seat["couple"] for seat in layout["seats"] if seat["couple"]}
    assert set(couples) == {f"L{number}" for number in range(1, 11)}
    assert couples["L1"] == "L2" and couples["L10"] == "L9"
    assert all(couples[partner] == seat for seat, partner in couples.items())


def test_positions_of_zone_row_and_seat_add_up():
    plan = plan_file({"A": 2})
    plan["zones"][0]["position"] = {"x": 100, "y": 200}
    plan["zones"][0]["rows"][0]["position"] = {"x": 10.25, "y": 20}
    first, second = read_plan(plan).layout["seats"]
    assert (first["x"], first["y"]) == (110.25, 220)
    assert (second["x"], second["y"]) == (140.25, 220)


def test_a_seat_has_exactly_these_fields():
    seat = read_plan(plan_file()).layout["seats"][0]
    assert seat == {
        "id": "A1",
        "row": "A",
        "number": "1",
        "x": 30,
        "y": 60,
        "tier": "Classic",
        "wheelchair": False,
        "companion": False,
        "couple": None,
    }


def test_every_new_field_of_the_format_is_accepted():
    plan = plan_file({"A": 2})
    zone = plan["zones"][0]
    zone.update(zone_id="z", uuid="5e0b")
    zone["rows"][0].update(row_label=None, seat_label="Seat %s", uuid="1a", row_number_position=None)
    zone["rows"][0]["seats"][0].update(uuid="2b", radius=12, start_direction="<>")
    shapes = [
        {"shape": "rectangle", "rectangle": {"width": 5, "height": 6}},
        {"shape": "circle", "circle": {"radius": 7}},
        {"shape": "ellipse", "ellipse": {"radius": {"x": 8, "y": 9}}, "rotation": 45},
        {"shape": "polygon", "polygon": {"points": [{"x": 0, "y": 0}, {"x": 5, "y": 0}, {"x": 0, "y": 5}]}},
        {"shape": "text", "text": {"text": "EXIT", "color": "#fff", "size": 9, "position": {"x": 1, "y": 2}}},
    ]
    zone["areas"] = [
        {"color": "#123456", "border_color": "#000", "uuid": "9f", "position": {"x": 10, "y": 20}, **shape}
        for shape in shapes
    ]
    areas = read_plan(plan).layout["areas"]
    assert [area["shape"] for area in areas] == ["rectangle", "circle", "ellipse", "polygon", "text"]
    assert (areas[0]["x"], areas[0]["y"], areas[0]["width"], areas[0]["height"]) == (40, 80, 5, 6)
    assert areas[1]["radius"] == 7
    assert (areas[2]["radius_x"], areas[2]["radius_y"], areas[2]["rotation"]) == (8, 9, 45)
    assert areas[3]["points"] == [{"x": 40, "y": 80}, {"x": 45, "y": 80}, {"x": 40, "y": 85}]
    assert areas[4]["text"] == {"x": 41, "y": 82, "text": "EXIT", "size": 9, "color": "#fff"}


def test_every_old_field_of_the_format_is_accepted():
    plan = plan_file({"A": 2})
    del plan["size"]
    zone = plan["zones"][0]
    del zone["name"]
    zone["displayed"] = True
    del zone["rows"][0]["position"], zone["rows"][0]["row_number_position"]
    zone["rows"][0].update(number_of_seats=2, seats_spacing=30)
    zone["areas"] = [{"width": 40, "height": 20, "position": {"x": 0, "y": 0}, "text": "BAR", "color": "red"}]
    del plan["categories"][0]["color"]
    layout = read_plan(plan).layout
    assert layout["size"] == {"width": 70, "height": 70}
    assert layout["tiers"][0]["color"].startswith("#")
    area = layout["areas"][0]
    assert (area["shape"], area["width"], area["height"]) == ("rectangle", 40, 20)
    assert area["text"]["text"] == "BAR" and (area["text"]["x"], area["text"]["y"]) == (50, 70)


def test_an_area_with_nothing_to_draw_is_left_out():
    plan = plan_file()
    plan["zones"][0]["areas"] = [{}, {"shape": "text"}, {"shape": "polygon", "polygon": {"points": []}}]
    assert read_plan(plan).layout["areas"] == []


def test_unknown_fields_of_a_newer_editor_are_kept_in_the_source_and_ignored():
    plan = plan_file()
    plan["zones"][0]["rows"][0]["seats"][0]["comfort"] = {"legroom": [1, 2]}
    plan["theme"] = "dark"
    read = read_plan(plan)
    assert read.source == plan
    assert read.layout == read_plan(plan_file()).layout


def test_a_byte_order_mark_and_other_scripts_are_accepted():
    plan = plan_file({"अ": 3}, name="छोटा हॉल")
    read = read_plan(b"\xef\xbb\xbf" + json.dumps(plan, ensure_ascii=False).encode())
    assert read.name == "छोटा हॉल"
    assert [seat["id"] for seat in read.layout["seats"]] == ["अ1", "अ2", "अ3"]


def test_tiers_keep_the_order_of_the_file_and_leave_out_categories_without_seats():
    plan = plan_file({"A": 1, "B": 1}, categories={"A": "Zeta", "B": "Alpha"})
    plan["categories"] = [{"name": name, "color": "#000"} for name in ("Zeta", "Unused", "Alpha")]
    assert [tier["name"] for tier in read_plan(plan).layout["tiers"]] == ["Zeta", "Alpha"]


@pytest.mark.parametrize("color", ["url(http://evil.example/)", 'red" onload="x', "", "#12", "expression(1)"])
def test_what_is_not_a_colour_never_reaches_the_drawing(color):
    plan = plan_file()
    plan["categories"][0]["color"] = color
    plan["zones"][0]["areas"] = [{"shape": "circle", "circle": {"radius": 3}, "color": color}]
    layout = read_plan(plan).layout
    assert color not in (layout["tiers"][0]["color"], layout["areas"][0]["color"])


def test_seats_outside_the_drawing_are_moved_into_it_with_everything_else():
    plan = plan_file({"A": 2})
    plan["size"] = {"width": 10, "height": 10}
    plan["zones"][0]["position"] = {"x": -100, "y": -50}
    plan["zones"][0]["areas"] = [{"shape": "circle", "circle": {"radius": 5}, "position": {"x": 0, "y": 0}}]
    layout = read_plan(plan).layout
    assert [(seat["x"], seat["y"]) for seat in layout["seats"]] == [(10, 10), (40, 10)]
    assert (layout["areas"][0]["x"], layout["areas"][0]["y"]) == (10, 10)
    assert layout["size"]["width"] >= 50 and layout["size"]["height"] >= 20


def test_five_thousand_seats_are_accepted():
    assert len(read_plan(plan_file({f"R{row}-": 50 for row in range(100)})).layout["seats"]) == 5_000


def test_reading_a_plan_twice_gives_the_same_layout():
    assert read_plan(plan_file()).layout == read_plan(json.dumps(plan_file()).encode()).layout
