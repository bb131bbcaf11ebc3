"""The log: a row for every deed in its transaction, one for every refusal, and nothing that can be changed."""

import csv
import io

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from boxoffice import events
from boxoffice.models import StaffEvent
from boxoffice.posts import end_post, give_post
from cinema import deeds
from cinema.errors import DomainError
from seating.models import Claim
from seating.services.blocks import block_seats, unblock_seats
from seating.services.holds import hold_seats
from tests import factories

pytestmark = pytest.mark.django_db


def write(**values) -> StaffEvent:
    return StaffEvent.objects.create(**{"verb": "block", "by": "user_0", **values})


# ------------------------------------------------------------------------------------------- insert-only
@pytest.mark.parametrize(
    "change",
    [
        lambda event: StaffEvent.objects.filter(pk=event.pk).update(reason="Nothing happened."),
        lambda event: StaffEvent.objects.filter(pk=event.pk).delete(),
        lambda event: event.delete(),
        lambda event: event.save(),
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event(change):
    event = write(reason="Wet.")
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        change(event)
    assert StaffEvent.objects.get().reason == "Wet."


def test_the_admin_offers_neither(db):
    event = write()
    root = factories.signed_in(User.objects.create_superuser("root"))
    page = reverse("admin:boxoffice_staffevent_change", args=[event.pk])
    assert root.get(page).status_code == 200
    assert root.post(page, {"reason": "x"}).status_code == 403
    assert root.post(reverse("admin:boxoffice_staffevent_delete", args=[event.pk]), {"post": "yes"}).status_code == 403


# ------------------------------------------------------------------------------------- in the transaction
def test_a_deed_and_its_event_are_stored_together(redis_server):
    show = factories.make_show()
    sam = factories.make_staff("supervisor", show.screen.theatre)
    block_seats(show.pk, ["A1", "A2"], f"user_{sam.pk}", "Wet.")
    unblock_seats(show.pk, ["A1"], f"user_{sam.pk}", "Dry again.")
    undone, done = StaffEvent.objects.filter(show=show.pk)
    assert (done.verb, done.seats, done.reason, done.theatre) == ("block", ["A1", "A2"], "Wet.", show.screen.theatre_id)
    assert (undone.verb, undone.seats, undone.reason) == ("unblock", ["A1"], "Dry again.")


def test_what_is_refused_leaves_no_deed(redis_server, alice):
    show = factories.make_show()
    hold_seats(show.pk, alice, ["A1"])
    with pytest.raises(DomainError):
        block_seats(show.pk, ["A1"], "user_1", "Wet.")
    assert not StaffEvent.objects.filter(verb="block").exists()


@pytest.mark.django_db(transaction=True)
def test_when_the_log_cannot_be_written_the_deed_does_not_happen(redis_server, monkeypatch):
    show = factories.make_show()
    before = StaffEvent.objects.count()

    def broken(**values):
        raise DatabaseError("The disk is full.")

    monkeypatch.setattr(StaffEvent.objects, "create", broken)
    with pytest.raises(DatabaseError):
        block_seats(show.pk, ["A1"], "user_1", "Wet.")
    assert not Claim.objects.filter(show_id=show.pk, state=Claim.State.BLOCKED).exists()
    assert StaffEvent.objects.count() == before


def test_without_the_receiver_deeds_would_leave_no_trace(redis_server):
    show = factories.make_show()
    deeds.deed_done.disconnect(dispatch_uid="boxoffice.events")
    try:
        block_seats(show.pk, ["A1"], "user_1", "Wet.")
    finally:
        deeds.deed_done.connect(events.write_deed, dispatch_uid="boxoffice.events")
    assert not StaffEvent.objects.filter(verb="block").exists()


def test_what_nobody_of_the_staff_does_is_no_deed(redis_server):
    factories.make_show()  # planned by nobody in particular
    assert not StaffEvent.objects.exists()


# --------------------------------------------------------------------------------------- who, where, in which post
def test_planning_in_the_admin_is_the_persons_deed_in_their_post(redis_server):
    show = factories.make_show()
    theatre = show.screen.theatre
    sam = factories.make_staff("programmer", theatre)
    client = factories.signed_in(sam)
    client.post(
        reverse("admin:cinema_show_changelist"),
        {"action": "close_shows", "_selected_action": [show.pk]},
        REMOTE_ADDR="192.0.2.7",
    )
    event = StaffEvent.objects.get(verb="close_sale")
    assert (event.by, event.theatre, event.show) == (f"user_{sam.pk}", theatre.pk, show.pk)
    assert event.post == f"programmer at {theatre.slug}" and event.address == "192.0.2.7"
    assert (event.before, event.after) == ({"state": "on_sale"}, {"state": "closed"})


def test_posts_given_and_ended_are_events(db):
    sam = factories.make_staff("usher", factories.make_theatre())
    root = User.objects.create_superuser("root")
    give_post(sam, "cashier", None, by=f"user_{root.pk}")
    end_post(sam.posts.get(role="cashier"), by=f"user_{root.pk}")
    ended, given = StaffEvent.objects.filter(by=f"user_{root.pk}")
    assert (given.verb, given.after["post"]) == ("give_post", "cashier at all theatres")
    assert (ended.verb, ended.before["account"]) == ("end_post", f"user_{sam.pk}")


def test_what_the_admins_forms_change_is_in_the_log(db):
    administrator = factories.make_staff("administrator")
    client = factories.signed_in(administrator)
    client.post(reverse("admin:cinema_city_add"), {"name": "Pune", "slug": "pune"})
    event = StaffEvent.objects.get(verb="admin_add")
    assert (event.by, event.after["model"]) == (f"user_{administrator.pk}", "cinema.city")
    city = factories.make_city("Goa")
    client.post(reverse("admin:cinema_city_change", args=[city.pk]), {"name": "Goa", "slug": "goa-2"})
    assert StaffEvent.objects.get(verb="admin_change").after["fields"] == ["Slug"]


def test_nothing_of_what_a_row_says_comes_into_the_log_with_what_the_admin_changed(db):
    administrator = factories.make_staff("administrator")
    zoe = User.objects.create_user("zoe.quick@example.test")
    messages = [
        "Zoe was here.",
        [{"changed": {"name": "post", "object": "zoe.quick@example.test", "fields": ["Role"]}}],
    ]
    for message in messages:
        LogEntry.objects.log_actions(administrator.pk, [zoe], CHANGE, message, single_object=True)
    assert [event.after["fields"] for event in StaffEvent.objects.filter(verb="admin_change")] == [["Role"], []]
    assert "oe" not in str([event.after for event in StaffEvent.objects.filter(verb="admin_change")])


# --------------------------------------------------------------------------------- log-ins and refusals
def test_log_ins_and_failures_are_events_and_nothing_typed_is_kept(redis_server):
    sam = factories.make_staff("manager")
    client = Client()
    client.post("/accounts/login/", {"login": sam.email, "password": "not-the-password"})
    client.post("/accounts/login/", {"login": "stranger@example.test", "password": "a-secret"})
    client.post("/accounts/login/", {"login": sam.email, "password": "a-long-password-1"})
    found = list(StaffEvent.objects.filter(verb__startswith="log_in").order_by("id").values_list("verb", "by"))
    assert found == [("log_in_failed", f"user_{sam.pk}"), ("log_in_failed", ""), ("log_in", f"user_{sam.pk}")]
    everything = " ".join(str(event) for event in StaffEvent.objects.values_list())
    for typed in ("not-the-password", "stranger@example.test", "a-secret"):
        assert typed not in everything


def test_strangers_cannot_fill_the_log(redis_server, db):
    for number in range(8):
        Client().post("/accounts/login/", {"login": f"x{number}@example.test", "password": "nonsense"})
        Client().get("/api/check-in/keys/", headers={"Authorization": f"Bearer staff_{number}"})
    assert StaffEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("method", "address", "permission"),
    [
        ("get", "/boxoffice/tokens/", "boxoffice.tokens"),
        ("get", "/api/boxoffice/log/", "boxoffice.read_log"),
        ("get", "/admin/auth/user/", "admin"),
    ],
)
def test_a_refusal_is_an_event_with_what_was_asked_for(redis_server, method, address, permission):
    sam = factories.make_staff("usher")
    assert getattr(factories.signed_in(sam), method)(address).status_code == 403
    event = StaffEvent.objects.get(verb="refused")
    assert (event.by, event.post) == (f"user_{sam.pk}", "usher at all theatres")
    assert event.after == {"permission": permission, "method": method.upper(), "path": address}


def test_a_customer_who_tries_is_noted_once_a_minute(redis_server, db):
    carol = factories.signed_in(User.objects.create_user("carol"))
    for _ in range(5):
        assert carol.get("/boxoffice/").status_code == 403
    assert StaffEvent.objects.filter(verb="refused").count() == 1


# ----------------------------------------------------------------------------------------------- searching
def rows(client, **wanted) -> list[dict]:
    answer = client.get("/boxoffice/log/", {**wanted, "format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_log_is_searched_by_person_verb_show_booking_seat_and_day(redis_server):
    sam = factories.make_staff("usher", email="sam@example.test")
    reader = factories.signed_in(factories.make_staff("administrator"))
    write(by=f"user_{sam.pk}", verb="check_in", show=7, booking="ABCD2345", seats=["B12"], reason="one")
    write(by="command", verb="cancel_show", show=8, seats=["B1"], reason="two")
    write(verb="block", at=timezone.now() - timezone.timedelta(days=9), reason="three")

    def found(**wanted):
        return {row["reason"] for row in rows(reader, **wanted)} & {"one", "two", "three"}

    assert found() == {"one", "two", "three"}
    assert found(person="sam@") == {"one"} and found(person="command") == {"two"}
    assert found(verb="cancel_show") == {"two"} and found(show=7) == {"one"}
    assert found(booking="abcd2345") == {"one"}
    assert found(seat="b12") == {"one"} and found(seat="B1", show=8) == {"two"}
    day = (timezone.now() - timezone.timedelta(days=9)).date().isoformat()
    assert "three" in found(day=day) and "one" not in found(day=day)
    assert "sam@example.test" in reader.get("/boxoffice/log/", {"seat": "B12"}).content.decode()
    assert reader.get("/boxoffice/log/", {"show": "x", "day": "never", "verb": "?"}).status_code == 200


def test_a_manager_sees_their_own_theatre_only(redis_server):
    here, there = factories.make_theatre(), factories.make_theatre()
    manager = factories.signed_in(factories.make_staff("manager", here))
    write(theatre=here.pk, reason="mine")
    write(theatre=there.pk, reason="theirs")
    write(reason="nobody's")
    assert "mine" in {row["reason"] for row in rows(manager)}
    assert not {"theirs", "nobody's"} & {row["reason"] for row in rows(manager)}
    items = manager.get("/api/boxoffice/log/").json()["items"]
    assert {item["theatre"] for item in items} == {here.slug}


@pytest.mark.parametrize("written", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_no_cell_of_the_csv_begins_as_a_formula(redis_server, written):
    write(reason=written)
    reader = factories.signed_in(factories.make_staff("administrator"))
    assert f"'{written}" in {row["reason"] for row in rows(reader)}
