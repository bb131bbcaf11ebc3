"""The pages in Hindi: how visitors switch, and what does not change."""

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone, translation

from seating.identity import COOKIE, token_for
from tests import factories
from tests.frontend.test_bookings import make_booking
from tests.frontend.test_show_page import data_of

pytestmark = pytest.mark.django_db
HINDI = {"HTTP_ACCEPT_LANGUAGE": "hi-IN,hi;q=0.9,en;q=0.8"}


@pytest.fixture(autouse=True)
def english_afterwards():
    """The test client runs in this thread, which keeps the language of its last request."""
    yield
    translation.deactivate()


def switch(client, language, page):
    return client.post("/i18n/setlang/", {"language": language, "next": page})


def test_pages_are_english_unless_hindi_is_requested(client):
    page = client.get("/", HTTP_ACCEPT_LANGUAGE="ta-IN,ta;q=0.9")
    assert '<html lang="en">' in page.content.decode()
    assert "Now showing" in page.content.decode()


def test_a_browser_that_prefers_hindi_gets_hindi(client):
    page = client.get("/", **HINDI)
    assert '<html lang="hi">' in page.content.decode()
    assert page["Content-Language"] == "hi"
    assert "Accept-Language" in page["Vary"] and "Cookie" in page["Vary"]
    assert "अभी चल रही फ़िल्में" in page.content.decode()


def test_the_switch_stays_on_the_page_with_its_filters_and_is_remembered(client):
    page = "/?q=night&city="
    answer = switch(client, "hi", page)
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert int(answer.cookies["django_language"]["max-age"]) > 30 * 24 * 60 * 60
    assert '<html lang="hi">' in client.get("/bookings/").content.decode()
    switch(client, "en", "/bookings/")
    assert '<html lang="en">' in client.get("/bookings/", **HINDI).content.decode()


def test_the_switch_leads_to_no_other_site(client):
    assert switch(client, "hi", "https://elsewhere.example/")["Location"] == "/"


def test_the_header_offers_the_other_language_in_its_own_words(client):
    assert 'value="hi" lang="hi"' in client.get("/").content.decode()
    page = client.get("/", **HINDI).content.decode()
    assert 'value="en" lang="en"' in page and "English" in page
    assert 'value="hi" lang="hi"' not in page


def test_the_live_map_gets_its_sentences_in_hindi_and_the_same_data(client):
    show = factories.make_show()
    page = client.get(f"/shows/{show.pk}/", **HINDI)
    texts = data_of(page, "texts")
    assert texts["Row {row} seat {number}"] == "पंक्ति {row} सीट {number}"
    assert texts["sold"] == "बिकी हुई"
    english = client.get(f"/shows/{show.pk}/")
    assert 'id="texts"' not in english.content.decode()
    data, same = data_of(page, "show-data"), data_of(english, "show-data")
    assert {**data, "now": ""} == {**same, "now": ""}


def test_the_checkout_gets_its_sentences_in_hindi_too(client, alice):
    booking = make_booking(alice, status="pending")
    client.cookies[COOKIE] = token_for(alice)
    page = client.get(reverse("frontend:checkout", args=[booking.pk]), **HINDI)
    assert data_of(page, "texts")["Pay {total}"] == "{total} का भुगतान करें"
    assert "का भुगतान करें" in page.content.decode()


def test_signing_in_is_in_hindi_though_allauth_has_none(client):
    page = client.get("/accounts/login/", **HINDI).content.decode()
    for words in ("ई-मेल", "पासवर्ड", "मुझे याद रखें", "पासवर्ड भूल गए?"):
        assert words in page
    refused = client.post("/accounts/login/", {"login": "a@example.test", "password": "wrong"}, **HINDI)
    assert "आपका ई-मेल पता और/या पासवर्ड सही नहीं है।" in refused.content.decode()


def test_morning_and_evening_can_be_told_apart_and_numbers_stay_readable():
    written = Template('{% load housefull %}{{ when|date:"l j F, g:i A" }} {{ price|rupees }} {{ minutes|runtime }}')
    evening = timezone.datetime(2026, 12, 3, 22, 0)
    with translation.override("hi"):
        words = written.render(Context({"when": evening, "price": 12_345_650, "minutes": 134}))
        morning = written.render(Context({"when": evening.replace(hour=10), "price": 0, "minutes": 45}))
    assert words == "गुरुवार 3 दिसंबर, 10:00 PM ₹1,23,456.50 2 घं 14 मि"
    assert morning.startswith("गुरुवार 3 दिसंबर, 10:00 AM")


@pytest.mark.parametrize("path", ["/api/movies/", "/api/shows/999999/", "/api/bookings/none/", "/api/nothing/here/"])
def test_programs_read_the_same_in_every_language(client, path):
    english, hindi = client.get(path), client.get(path, **HINDI)
    assert (hindi.status_code, hindi.content) == (english.status_code, english.content)


def test_a_page_that_is_not_there_says_so_in_hindi(client):
    page = client.get("/movies/none/", **HINDI)
    assert page.status_code == 404
    assert "पेज नहीं मिला" in page.content.decode()
