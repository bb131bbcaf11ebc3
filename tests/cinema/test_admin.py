"""The cinema's admin: uploads run the importer, shows go through the services, posters run no scripts."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cinema.models import SeatingPlan, Show
from tests.factories import make_movie, make_plan, make_screen, make_show, make_theatre, plan_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(get_user_model().objects.create_superuser("alice", "alice@cinema.test", "a password"))
    return client


def upload(content: object) -> SimpleUploadedFile:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return SimpleUploadedFile("plan.json", data, content_type="application/json")


@pytest.mark.parametrize("name", ["city", "theatre", "screen", "seatingplan", "movie", "show"])
def test_every_list_search_and_form_opens(staff, name):
    show = make_show()
    rows = {
        "city": show.screen.theatre.city,
        "theatre": show.screen.theatre,
        "screen": show.screen,
        "seatingplan": show.plan,
        "movie": show.movie,
        "show": show,
    }
    assert staff.get(reverse(f"admin:cinema_{name}_changelist")).status_code == 200
    assert staff.get(reverse(f"admin:cinema_{name}_changelist") + "?q=a").status_code == 200
    assert staff.get(reverse(f"admin:cinema_{name}_add")).status_code == 200
    assert staff.get(reverse(f"admin:cinema_{name}_change", args=[rows[name].pk])).status_code == 200


def test_an_uploaded_plan_is_imported(staff):
    screen = make_screen()
    answer = staff.post(
        reverse("admin:cinema_seatingplan_add"), {"screen": screen.pk, "file": upload(plan_file())}, follow=True
    )
    assert answer.status_code == 200 and "was added successfully" in answer.text
    assert screen.plans.get().version == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not JSON"),
        (plan_file() | {"categories": []}, "zones[0].rows[0].seats[0]: "),
        (b"[" * 9_000, "nested too deeply"),
    ],
)
def test_a_broken_plan_is_an_error_of_the_form(staff, content, message):
    answer = staff.post(reverse("admin:cinema_seatingplan_add"), {"screen": make_screen().pk, "file": upload(content)})
    assert answer.status_code == 200 and message in answer.text
    assert not SeatingPlan.objects.exists()


def test_a_stored_plan_can_be_looked_at_but_not_changed_or_deleted(staff):
    plan = make_plan()
    page = reverse("admin:cinema_seatingplan_change", args=[plan.pk])
    assert 'name="_save"' not in staff.get(page).text
    assert staff.post(page, {"name": "Other"}).status_code == 403
    assert staff.post(reverse("admin:cinema_seatingplan_delete", args=[plan.pk]), {"post": "yes"}).status_code == 403
    plan.refresh_from_db()
    assert plan.name == "A small hall"


def test_a_poster_is_shown_as_an_escaped_image(staff):
    movie = make_movie(poster='<svg onload="alert(1)"/>"><script>alert(2)</script>')
    page = staff.get(reverse("admin:cinema_movie_change", args=[movie.pk])).text
    assert 'src="data:image/svg+xml,%3Csvg%20onload' in page
    assert "<script>alert(2)" not in page and '<svg onload="alert' not in page


@pytest.mark.parametrize(
    "poster",
    [
        "not xml",
        "<html/>",
        '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://evil.example/x"/></svg>',
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
        '<svg xmlns="http://www.w3.org/2000/svg"><x:y xmlns:x="urn:other"/></svg>',
    ],
)
def test_a_poster_that_could_do_more_than_be_seen_is_refused(staff, poster):
    movie = make_movie()
    values = {
        "title": "One",
        "slug": "one",
        "genres": '["Drama"]',
        "languages": '["Hindi"]',
        "runtime": 100,
        "certificate": "U",
        "release_date": "2026-01-01",
        "cast": "[]",
        "poster": poster,
    }
    answer = staff.post(reverse("admin:cinema_movie_change", args=[movie.pk]), values)
    assert answer.status_code == 200 and "The poster" in answer.text
    values["poster"] = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="3"/></svg>'
    assert staff.post(reverse("admin:cinema_movie_change", args=[movie.pk]), values).status_code == 302


@pytest.mark.parametrize("genres", ["{}", '["Drama", "drama"]', '[""]', "[1]", "[]", '"Drama"'])
def test_genres_are_a_list_of_different_names(staff, genres):
    answer = staff.post(reverse("admin:cinema_movie_add"), {"title": "One", "slug": "one", "genres": genres})
    assert "genres" in answer.context["adminform"].form.errors


# ------------------------------------------------------------------------------------------------ shows
def when(prefix: str, moment: str) -> dict[str, str]:
    day, clock = moment.split(" ")
    return {f"{prefix}_0": day, f"{prefix}_1": clock}


def new_show(screen, **changes) -> dict:
    values = {
        "movie": make_movie(runtime=100).pk,
        "screen": screen.pk,
        "language": "Hindi",
        "format": "2D",
        "rupees": 250,
        **when("starts_at", "2031-05-04 19:00:00"),
        **when("on_sale_at", "2026-01-01 09:00:00"),
    }
    return values | changes


def test_a_show_is_planned_in_the_theatres_time_zone(staff):
    screen = make_screen(make_theatre(time_zone="Asia/Kolkata"))
    make_plan(screen)
    answer = staff.post(reverse("admin:cinema_show_add"), new_show(screen))
    assert answer.status_code == 302
    show = Show.objects.get()
    assert show.starts_at == datetime(2031, 5, 4, 13, 30, tzinfo=UTC)
    assert show.ends_at == show.starts_at + timedelta(minutes=120)
    assert list(show.tiers.values_list("name", "price")) == [("Classic", 25_000), ("Prime", 25_000)]
    assert show.state == "on_sale"


def test_an_overlap_and_a_wrong_language_are_errors_of_the_form(staff):
    screen = make_plan().screen
    assert staff.post(reverse("admin:cinema_show_add"), new_show(screen)).status_code == 302
    again = staff.post(reverse("admin:cinema_show_add"), new_show(screen))
    assert again.status_code == 200 and "Choose another time or screen" in again.text
    answer = staff.post(reverse("admin:cinema_show_add"), new_show(screen, language="Klingon"))
    assert answer.context["adminform"].form.errors["language"]
    assert Show.objects.count() == 1


def test_a_screen_without_a_plan_says_so(staff):
    answer = staff.post(reverse("admin:cinema_show_add"), new_show(make_screen()))
    assert answer.status_code == 200 and "import one first" in answer.text


def changed_show(show: Show, **changes) -> dict:
    tiers = list(show.tiers.all())
    values = {
        "language": "Hindi",
        "format": "3D",
        **when("starts_at", "2031-05-04 19:00:00"),
        **when("ends_at", "2031-05-04 21:30:00"),
        **when("on_sale_at", "2026-01-01 09:00:00"),
        "tiers-TOTAL_FORMS": len(tiers),
        "tiers-INITIAL_FORMS": len(tiers),
    }
    for index, tier in enumerate(tiers):
        values |= {f"tiers-{index}-id": tier.pk, f"tiers-{index}-show": show.pk, f"tiers-{index}-price": 12_300 + index}
    return values | changes


def test_a_show_is_changed_with_its_prices(staff):
    show = make_show()
    answer = staff.post(reverse("admin:cinema_show_change", args=[show.pk]), changed_show(show))
    assert answer.status_code == 302
    show.refresh_from_db()
    assert (show.format, show.starts_at) == ("3D", datetime(2031, 5, 4, 13, 30, tzinfo=UTC))
    assert list(show.tiers.values_list("price", flat=True)) == [12_300, 12_301]


def test_the_form_shows_the_theatres_time(staff):
    show = make_show(starts_at=datetime(2031, 5, 4, 13, 30, tzinfo=UTC))
    assert 'value="19:00:00"' in staff.get(reverse("admin:cinema_show_change", args=[show.pk])).text


def test_a_refused_change_leaves_show_and_prices_alone(staff):
    show = make_show()
    answer = staff.post(
        reverse("admin:cinema_show_change", args=[show.pk]),
        changed_show(show, **when("ends_at", "2031-05-04 18:00:00")),
    )
    assert answer.status_code == 200 and "must end after it starts" in answer.text
    answer = staff.post(
        reverse("admin:cinema_show_change", args=[show.pk]), changed_show(show, **{"tiers-1-price": 2_000_000_000})
    )
    assert answer.status_code == 302  # the message is on the page it redirects to
    assert "whole number of paise" in staff.get(answer["Location"]).text
    show.refresh_from_db()
    assert show.format == "2D" and list(show.tiers.values_list("price", flat=True)) == [20_000, 30_000]


def test_actions_change_the_state_and_report_what_they_could_not_change(staff):
    open_one, cancelled = make_show(), make_show(state="cancelled")
    answer = staff.post(
        reverse("admin:cinema_show_changelist"),
        {"action": "close_shows", "_selected_action": [open_one.pk, cancelled.pk]},
        follow=True,
    )
    open_one.refresh_from_db()
    cancelled.refresh_from_db()
    assert (open_one.state, cancelled.state) == ("closed", "cancelled")
    assert "1 show now closed" in answer.text and "You cannot close a show that is cancelled." in answer.text


def test_a_show_is_put_on_sale(staff):
    show = make_show(on_sale_at=timezone.now() + timedelta(hours=1))
    staff.post(reverse("admin:cinema_show_changelist"), {"action": "open_shows", "_selected_action": [show.pk]})
    show.refresh_from_db()
    assert show.state == "on_sale"


def test_cancelling_leads_to_the_page_with_the_figures_and_changes_nothing(staff):
    show, other = make_show(), make_show()
    shows = reverse("admin:cinema_show_changelist")
    answer = staff.post(shows, {"action": "cancel_shows", "_selected_action": [show.pk]})
    assert answer["Location"] == f"/boxoffice/shows/{show.pk}/cancel/"
    both = staff.post(shows, {"action": "cancel_shows", "_selected_action": [show.pk, other.pk]}, follow=True)
    assert "Choose one show" in both.text
    assert set(Show.objects.values_list("state", flat=True)) == {"on_sale"}


def test_a_show_is_never_deleted(staff):
    show = make_show()
    staff.post(
        reverse("admin:cinema_show_changelist"),
        {"action": "delete_selected", "_selected_action": [show.pk], "post": "yes"},
    )
    assert staff.post(reverse("admin:cinema_show_delete", args=[show.pk]), {"post": "yes"}).status_code == 403
    assert Show.objects.count() == 1
