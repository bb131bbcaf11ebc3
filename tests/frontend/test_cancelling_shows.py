import pytest

from checkout.cancellations.shows import begin_cancellation, give_back_cancelled_shows, plan_cancellation
from checkout.models import ShowCancellation
from seating.services.claims import claim_hold, sell_seats
from seating.services.holds import hold_seats
from tests import factories
from tests.frontend.test_bookings import make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(redis_server, alice):
    """Tomorrow, with two seats that Alice has paid for."""
    show = factories.make_show()
    hold_seats(show.pk, alice, ["A1", "A2"])
    hold = claim_hold(show.pk, alice)
    sell_seats(show.pk, alice, hold.id, ["A1", "A2"])
    make_booking(alice, show=show, hold=hold.id)
    return show


def form(show, reason):
    return {"reason": reason, "confirmation": show.movie.title}


def address(show, more=""):
    return f"/boxoffice/shows/{show.pk}/cancel/{more}"


@pytest.mark.parametrize("more", ["", "progress/"])
def test_the_page_is_for_staff(client, alice_client, show, more):
    assert client.get(address(show, more)).status_code == 302
    assert alice_client.get(address(show, more)).status_code == 403
    assert alice_client.post(address(show), form(show, "Mischief.")).status_code == 403
    show.refresh_from_db()
    assert show.state == "on_sale"


def test_the_preview_is_shown_first_and_changes_nothing(staff_client, show):
    plan = plan_cancellation(show.pk)
    page = staff_client.get(address(show)).content.decode()
    assert plan.bookings[0].reference in page and "A1, A2" in page
    assert plan.refund > 0 and f"{plan.refund // 100:,}" in page
    show.refresh_from_db()
    assert show.state == "on_sale"


def test_without_a_reason_nothing_happens(staff_client, show):
    page = staff_client.post(address(show), form(show, "  ")).content.decode()
    assert "This field is required" in page
    assert not ShowCancellation.objects.exists()


def test_cancelling_keeps_the_reason_and_who_did_it_and_leads_to_the_progress(staff_client, show):
    page = staff_client.post(address(show), form(show, "The projector is broken."), follow=True).content.decode()
    assert "This show is cancelled" in page and "The projector is broken." in page
    show.refresh_from_db()
    assert show.state == "cancelled"
    assert ShowCancellation.objects.get().by.startswith("user_")
    before = staff_client.get(address(show, "progress/")).json()
    assert (before["bookings"], before["left"], before["total"]) == (0, 1, 1)
    give_back_cancelled_shows()
    after = staff_client.get(address(show, "progress/")).json()
    assert (after["bookings"], after["seats"], after["left"]) == (1, 2, 0)
    assert "All bookings are cancelled." in staff_client.get(address(show)).content.decode()


def test_a_second_press_is_the_same_cancellation(staff_client, show):
    for reason in ("First.", "Second."):
        staff_client.post(address(show), form(show, reason))
    assert ShowCancellation.objects.get().reason == "First."


def test_there_is_no_progress_of_a_show_that_is_not_cancelled(staff_client, show):
    assert staff_client.get(address(show, "progress/")).status_code == 404
    assert staff_client.get("/boxoffice/shows/999999/cancel/").status_code == 404


def test_cancelling_needs_the_pages_own_form(show):
    browser = factories.signed_in(factories.make_staff("manager"), csrf=True)
    assert browser.post(address(show), form(show, "Forged.")).status_code == 403


def test_the_dashboard_leads_there_and_lists_recent_cancellations(staff_client, show):
    begin_cancellation(show.pk, reason="Flooded.")
    page = staff_client.get("/boxoffice/").content.decode()
    assert "Recently cancelled" in page and address(show) in page and "In progress" in page


@pytest.mark.parametrize("typed", ["", "another movie"])
def test_a_sold_show_is_cancelled_only_after_its_title_is_typed(staff_client, show, typed):
    page = staff_client.post(address(show), {"reason": "Flooded.", "confirmation": typed}).content.decode()
    assert "is-invalid" in page and show.movie.title in page
    assert not ShowCancellation.objects.exists()


def test_a_show_that_nobody_has_bought_needs_no_title(staff_client, redis_server):
    unsold = factories.make_show()
    staff_client.post(address(unsold), {"reason": "No film."})
    assert ShowCancellation.objects.get().show_id == unsold.pk


def test_a_title_is_text_and_no_markup(staff_client, show):
    show.movie.title = "<b>Bold</b>"
    show.movie.save()
    assert "<b>Bold" not in staff_client.get(address(show)).content.decode()


def test_a_password_given_long_ago_is_asked_for_again_and_then_the_show_is_cancelled(show):
    manager = factories.make_staff("manager")
    browser = factories.signed_in(manager, fresh=False)
    factories.give_password(browser, manager, ago=3600)
    answer = browser.post(address(show), form(show, "Flooded."))
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/reauthenticate/")
    assert not ShowCancellation.objects.exists()
    browser.post(answer["Location"], {"password": "a-long-password-1", "next": address(show)})
    assert ShowCancellation.objects.get().reason == "Flooded."
