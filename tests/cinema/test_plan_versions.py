"""Importing a plan creates a new version; stored versions never change."""

import copy
import json

import pytest

from cinema import services
from cinema.errors import NotFound, UnusablePlan
from cinema.models import Screen, SeatingPlan
from tests.factories import make_plan, make_screen, make_show, plan_file

pytestmark = pytest.mark.django_db


def test_the_first_plan_is_version_one_and_keeps_its_file():
    screen = make_screen()
    plan = services.import_plan(json.dumps(plan_file()).encode(), screen)
    plan.refresh_from_db()
    assert (plan.version, plan.name, plan.source) == (1, "A small hall", plan_file())
    assert len(plan.layout["seats"]) == 16


def test_the_same_plan_again_is_the_same_version():
    screen = make_screen()
    first = make_plan(screen)
    assert make_plan(screen) == first
    assert screen.plans.count() == 1


def test_a_changed_plan_is_a_new_version_and_the_shows_keep_theirs():
    show = make_show()
    before = copy.deepcopy(show.plan.layout)
    newer = make_plan(show.screen, plan_file({"A": 3}))
    show.refresh_from_db()
    assert newer.version == 2
    assert show.plan.version == 1 and show.plan.layout == before
    assert make_show(screen=show.screen, starts_at=show.ends_at).plan == newer


def test_going_back_to_an_older_plan_is_a_new_version_too():
    screen = make_screen()
    make_plan(screen)
    make_plan(screen, plan_file({"A": 3}))
    assert make_plan(screen).version == 3


def test_a_new_name_is_a_new_version():
    screen = make_screen()
    make_plan(screen)
    assert make_plan(screen, plan_file(name="The hall, repainted")).version == 2


def test_every_screen_counts_its_own_versions():
    make_plan()
    assert make_plan().version == 1


def test_a_broken_plan_names_the_place_and_stores_nothing():
    screen = make_screen()
    plan = plan_file()
    plan["zones"][0]["rows"][1]["seats"][2]["category"] = "Gold"
    with pytest.raises(UnusablePlan) as caught:
        services.import_plan(plan, screen)
    assert caught.value.extra == {"place": "zones[0].rows[1].seats[2]"}
    assert caught.value.detail.startswith("zones[0].rows[1].seats[2]: ")
    assert caught.value.status == 422
    assert not SeatingPlan.objects.exists()


def test_a_screen_that_is_gone_is_not_found():
    screen = make_screen()
    Screen.objects.filter(pk=screen.pk).delete()
    with pytest.raises(NotFound):
        services.import_plan(plan_file(), screen)
