"""`manage.py import_seating_plan`: one line in, one line out."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cinema.models import Screen, SeatingPlan
from tests.factories import make_screen, make_theatre, plan_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan_file()), encoding="utf-8")
    return path


def run(*args: object) -> str:
    out = StringIO()
    call_command("import_seating_plan", *map(str, args), stdout=out)
    return out.getvalue()


def test_a_missing_screen_is_created_and_the_command_says_so(file):
    theatre = make_theatre(slug="regal", name="Regal")
    output = run(file, "--theatre", "regal", "--screen", "Screen 9")
    assert output.splitlines() == [
        "Created the screen Regal, Screen 9.",
        "Regal, Screen 9: A small hall, 16 seats, version 1.",
    ]
    assert theatre.screens.get().plans.get().version == 1


def test_an_existing_screen_gets_a_new_version(file):
    screen = make_screen()
    args = (file, "--theatre", screen.theatre.slug, "--screen", screen.name)
    run(*args)
    file.write_text(json.dumps(plan_file({"A": 5})))
    assert "5 seats, version 2" in run(*args)


def test_the_same_plan_again_changes_nothing_and_the_command_says_so(file):
    screen = make_screen()
    args = (file, "--theatre", screen.theatre.slug, "--screen", screen.name)
    run(*args)
    assert "already has this plan: version 1" in run(*args)
    assert SeatingPlan.objects.count() == 1


def test_a_broken_plan_is_one_line_with_the_place_and_stores_nothing(file):
    plan = plan_file()
    plan["zones"][0]["rows"][0]["seats"][1]["category"] = "Gold"
    file.write_text(json.dumps(plan))
    make_theatre(slug="regal")
    with pytest.raises(CommandError) as caught:
        run(file, "--theatre", "regal", "--screen", "1")
    assert str(caught.value).startswith(f"{file}: zones[0].rows[0].seats[1]: ")
    assert "\n" not in str(caught.value)
    assert not Screen.objects.exists() and not SeatingPlan.objects.exists()


def test_an_unknown_theatre_is_named_with_those_there_are(file):
    make_theatre(slug="regal")
    with pytest.raises(CommandError, match=r"no theatre 'royal'\. Known: regal\."):
        run(file, "--theatre", "royal", "--screen", "1")


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    make_theatre(slug="regal")
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / name, "--theatre", "regal", "--screen", "1")


@pytest.mark.parametrize("name", [" ", "x" * 61, "a\x00b"])
def test_a_screen_needs_a_usable_name(file, name):
    make_theatre(slug="regal")
    with pytest.raises(CommandError, match="1 to 60"):
        run(file, "--theatre", "regal", "--screen", name)
