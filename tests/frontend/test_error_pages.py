import pytest
from django.http import Http404
from django.test import Client, RequestFactory

from frontend import views
from seating.errors import HoldsUnavailable


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/nope", "/shows/999999999/", "/shows/" + "9" * 30 + "/", "/bookings/%00/", "/movies/%00/"]
)
def test_what_does_not_exist_is_a_friendly_404(client, settings, address):
    settings.DEBUG = False
    response = client.get(address)
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


@pytest.mark.django_db
def test_development_shows_the_same_404_for_an_unknown_movie(client, settings):
    settings.DEBUG = True
    assert "Page not found" in client.get("/movies/nope/").content.decode()


@pytest.mark.django_db
def test_a_program_gets_a_problem_instead_of_a_page(client):
    response = client.get("/api/nope/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_with_advice():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@example.test"})
    assert response.status_code == 403
    assert "Please send it again" in response.content.decode()


def test_a_broken_server_says_so_without_using_anything_else():
    """No database, no user, no session: they may be what is broken."""
    response = views.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()


def test_an_unreadable_request_is_answered_without_reading_it():
    response = views.bad_request(RequestFactory().get("/"), ValueError())
    assert response.status_code == 400
    assert "cannot be read" in response.content.decode()


def test_a_broken_server_answers_programs_with_a_problem():
    response = views.server_error(RequestFactory().get("/api/movies/"))
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_refusal_of_a_service_is_a_page_that_says_what_to_do(rf):
    def refuse(request):
        raise HoldsUnavailable("Try again in a minute.")

    request = rf.get("/somewhere/")
    response = views.with_error_pages(refuse)(request)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "Try again in a minute." in response.content.decode()


@pytest.mark.django_db
def test_a_wrapped_view_keeps_its_attributes(rf):
    def missing(request):
        raise Http404

    missing.csrf_exempt = True
    page = views.with_error_pages(missing)
    assert page.csrf_exempt
    assert page(rf.get("/")).status_code == 404
