"""Whoever waited before addresses were confirmed goes on to wait, in the order they had; and back again."""

import pytest

from tests import factories
from tests.checkout.models.test_due_migration import MOMENT, latest, migrate, rows

BEFORE = ("checkout", "0009_check_ins_taken_back")
AFTER = ("checkout", "0010_waitlist_by_confirmed_address")


@pytest.fixture
def old(transactional_db):
    show = factories.make_show(seats={"A": 2})
    try:
        yield show, migrate(BEFORE)
    finally:
        latest()


def make(apps, show, number, **values):
    name = f"guest{number}"
    contact = {"show_id": show.pk, "owner": name, "name": name, "email": f"{name}@example.com", "count": 2}
    apps.get_model("checkout", "WaitlistEntry").objects.create(**contact, **values)


def test_places_are_kept_and_what_was_never_confirmed_does_not_go_back(old):
    show, before = old
    for number, status in enumerate(("waiting", "offered", "lapsed")):
        make(before, show, number, status=status, created_at=MOMENT)
    after = migrate(AFTER)
    names = ("status", "queued_at", "confirmed_at", "address", "lapsed_holds")
    assert rows(after, "WaitlistEntry", *names) == [
        (status, MOMENT, MOMENT, "", []) for status in ("waiting", "offered", "lapsed")
    ]
    make(after, show, 3, status="unconfirmed")
    again = migrate(BEFORE)
    assert rows(again, "WaitlistEntry", "status") == [("waiting",), ("offered",), ("lapsed",)]
