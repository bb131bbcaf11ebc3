from datetime import timedelta

import pytest
from django.utils import timezone

from checkout.models import WaitlistEntry
from checkout.waitlist.entries import offer_token
from seating.identity import COOKIE, token_for
from tests import factories
from tests.frontend.test_show_page import data_of

pytestmark = pytest.mark.django_db


def make_entry(show, owner, **values):
    offered = {
        "status": "offered",
        "hold": "hold-1",
        "seats": ["A1", "A2"],
        "offer_ends_at": timezone.now() + timedelta(minutes=5),
    }
    contact = {"name": "Alice", "email": f"{owner}@example.com", "count": 2}
    return WaitlistEntry.objects.create(show=show, owner=owner, **{**contact, **offered, **values})


def test_the_page_has_the_entry_before_any_script_runs(client, alice, bob):
    show = factories.make_show()
    make_entry(show, alice)
    client.cookies[COOKIE] = token_for(alice)
    data = data_of(client.get(f"/shows/{show.pk}/"), "show-data")
    assert data["waitlist"]["offer"]["seats"] == ["A1", "A2"] and data["waitlist_open"] is True
    client.cookies[COOKIE] = token_for(bob)
    assert data_of(client.get(f"/shows/{show.pk}/"), "show-data")["waitlist"] is None


def test_nobody_can_join_from_the_page_when_the_show_is_about_to_begin(client):
    show = factories.make_show()
    show.starts_at = timezone.now() + timedelta(minutes=15)
    show.save()
    assert data_of(client.get(f"/shows/{show.pk}/"), "show-data")["waitlist_open"] is False


@pytest.mark.parametrize("owner", ["guest_a11ce0000000000000000000", "user_7"])
def test_the_mails_link_shows_the_offer_on_another_device_and_makes_nobody_of_it(client, owner):
    show = factories.make_show()
    entry = make_entry(show, owner)
    answer = client.get(f"/shows/{show.pk}/offer/", {"t": offer_token(entry)})
    page = answer.content.decode()
    assert answer.status_code == 200 and COOKIE not in answer.cookies
    assert "A1, A2" in page and f"{owner[0]}•••@example.com" in page
    assert owner not in page and entry.email not in page
    entry.refresh_from_db()
    assert entry.status == "offered"


def test_whoever_joined_in_this_browser_goes_on_to_the_show(client, alice):
    show = factories.make_show()
    client.cookies[COOKIE] = token_for(alice)
    answer = client.get(f"/shows/{show.pk}/offer/", {"t": offer_token(make_entry(show, alice))})
    assert (answer.status_code, answer["Location"]) == (302, f"/shows/{show.pk}/")


@pytest.mark.parametrize("do", ["take", "decline"])
@pytest.mark.parametrize("code", ["", "000000"])
def test_from_the_link_nothing_is_taken_or_let_go_without_the_code(client, alice, do, code):
    show = factories.make_show()
    entry = make_entry(show, alice)
    page = client.post(f"/shows/{show.pk}/offer/?t={offer_token(entry)}", {"do": do, "code": code})
    assert page.status_code == 200 and "invalid-feedback" in page.content.decode()
    entry.refresh_from_db()
    assert entry.status == "offered"


@pytest.mark.parametrize(
    "change",
    [{"offer_ends_at": timezone.now() - timedelta(seconds=1)}, {"status": "lapsed"}, {"hold": "hold-2"}],
    ids=["late", "lapsed", "a later offer"],
)
def test_a_link_whose_offer_is_over_opens_nothing(client, alice, change):
    show = factories.make_show()
    entry = make_entry(show, alice)
    link = f"/shows/{show.pk}/offer/?t={offer_token(entry)}"
    WaitlistEntry.objects.filter(pk=entry.pk).update(**change)
    answer = client.get(link)
    assert answer.status_code == 410
    assert "This offer is over" in answer.content.decode()
    assert COOKIE not in answer.cookies


@pytest.mark.parametrize("token", ["", "x", "\x00", "WyJhIiwgImIiXQ:1:forged"])
def test_a_forged_link_opens_nothing(client, token):
    show = factories.make_show()
    answer = client.get(f"/shows/{show.pk}/offer/", {"t": token})
    assert answer.status_code == 410 and COOKIE not in answer.cookies
