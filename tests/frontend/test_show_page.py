import json
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from checkout.models import BookingLine
from seating.identity import COOKIE, owner_from_token, token_for
from tests import factories
from tests.frontend.test_bookings import make_booking

pytestmark = pytest.mark.django_db


class Data(HTMLParser):
    """Reads one `<script type="application/json" id=…>` of a page."""

    def __init__(self, name):
        super().__init__()
        self.name, self.inside, self.text = name, False, ""

    def handle_starttag(self, tag, attrs):
        self.inside = tag == "script" and dict(attrs).get("id") == self.name

    def handle_data(self, text):
        self.text += text if self.inside else ""


def data_of(response, name):
    reader = Data(name)
    reader.feed(response.content.decode())
    return json.loads(reader.text)


def test_a_new_visitor_becomes_a_guest_whose_token_no_script_can_read(client):
    show = factories.make_show()
    response = client.get(f"/shows/{show.pk}/")
    cookie = response.cookies[COOKIE]
    assert owner_from_token(cookie.value).startswith("guest_")
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert cookie.value not in response.content.decode()
    assert "csrftoken" in response.cookies


def test_a_guest_stays_the_same_guest(client, alice):
    client.cookies[COOKIE] = token_for(alice)
    assert COOKIE not in client.get(f"/shows/{factories.make_show().pk}/").cookies


def test_a_signed_in_customer_needs_no_guest_and_finds_their_address_filled_in(alice_client):
    response = alice_client.get(f"/shows/{factories.make_show().pk}/")
    assert COOKIE not in response.cookies
    assert 'value="alice@example.test"' in response.content.decode()


def test_a_page_with_personal_data_is_not_cached(client):
    response = client.get(f"/shows/{factories.make_show().pk}/")
    assert "no-store" in response["Cache-Control"] and "private" in response["Cache-Control"]


def test_the_time_is_the_theatres_own(client):
    theatre = factories.make_theatre(time_zone="Asia/Kolkata")
    starts_at = (timezone.now() + timedelta(days=2)).replace(hour=20, minute=15, second=0, microsecond=0)
    show = factories.make_show(screen=factories.make_screen(theatre), starts_at=starts_at)
    local = starts_at.astimezone(theatre.zone)
    assert f"{local:%A} {local.day} {local:%B}, 1:45 AM" in client.get(f"/shows/{show.pk}/").content.decode()


def test_the_script_learns_prices_from_the_server_taxes_and_fee_included(client):
    show = factories.make_show(prices={"Classic": 9_900, "Prime": 30_000})
    tiers = data_of(client.get(f"/shows/{show.pk}/"), "show-data")["tiers"]
    now = timezone.now()
    for tier, price in zip(tiers, (9_900, 30_000), strict=True):
        assert (tier["price"], tier["total"]) == (price, BookingLine.priced("A1", tier["name"], price, now).total)


def test_the_layouts_address_answers_with_this_shows_layout(client):
    show = factories.make_show()
    data = data_of(client.get(f"/shows/{show.pk}/"), "show-data")
    layout = client.get(data["paths"]["layout"])
    assert [seat["id"] for seat in layout.json()["seats"]] == list(factories.seat_ids(show))


@pytest.mark.parametrize(
    ("state", "says", "is_open"),
    [
        ("on_sale", "", True),
        ("closed", "The sale for this show has ended.", False),
        ("cancelled", "This show is cancelled.", False),
    ],
)
def test_a_show_says_whether_its_seats_are_on_sale(client, state, says, is_open):
    show = factories.make_show(state=state)
    response = client.get(f"/shows/{show.pk}/")
    assert says in response.content.decode()
    assert data_of(response, "show-data")["open"] is is_open


def test_a_show_that_is_not_yet_on_sale_says_when_it_will_be(client):
    opens = timezone.now() + timedelta(hours=3)
    show = factories.make_show(on_sale_at=opens, state="scheduled")
    response = client.get(f"/shows/{show.pk}/")
    data = data_of(response, "show-data")
    assert "On sale from" in response.content.decode()
    assert data["open"] is False and data["opens_at"] is not None


def test_a_show_that_has_begun_sells_nothing(client):
    show = factories.make_show()
    show.starts_at, show.ends_at = timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(hours=2)
    show.save()
    response = client.get(f"/shows/{show.pk}/")
    assert "This show has begun." in response.content.decode()
    assert data_of(response, "show-data")["open"] is False


def test_a_booking_that_waits_for_its_payment_is_pointed_out_to_its_owner_only(client, alice, bob):
    show = factories.make_show()
    booking = make_booking(alice, status="pending", show=show)
    client.cookies[COOKIE] = token_for(alice)
    response = client.get(f"/shows/{show.pk}/")
    assert f"/checkout/{booking.pk}/" in response.content.decode()
    assert data_of(response, "show-data")["pending"] == {"seats": ["A1", "A2"]}
    client.cookies[COOKIE] = token_for(bob)
    assert booking.pk not in client.get(f"/shows/{show.pk}/").content.decode()


def test_a_booking_whose_time_is_over_is_not_pointed_out(client, alice):
    show = factories.make_show()
    booking = make_booking(alice, status="pending", show=show, expires_at=timezone.now() - timedelta(seconds=1))
    client.cookies[COOKIE] = token_for(alice)
    assert booking.pk not in client.get(f"/shows/{show.pk}/").content.decode()


@pytest.mark.parametrize("show_id", ["0", "999999", "999999999999999999"])
def test_an_unknown_show_is_a_friendly_404(client, show_id):
    assert client.get(f"/shows/{show_id}/").status_code == 404


def test_a_movies_title_is_shown_as_text_wherever_it_stands(client):
    movie = factories.make_movie(title="</script><script>alert(1)</script>")
    page = client.get(f"/shows/{factories.make_show(movie=movie).pk}/").content.decode()
    assert "<script>alert(1)" not in page


def test_the_page_asks_the_database_a_fixed_number_of_times(client, alice, django_assert_max_num_queries):
    show = factories.make_show(seats=dict.fromkeys("ABCDEFGH", 20))
    client.cookies[COOKIE] = token_for(alice)
    for _ in range(3):
        make_booking(alice, status="pending", show=show)
    with django_assert_max_num_queries(14):
        client.get(f"/shows/{show.pk}/")
