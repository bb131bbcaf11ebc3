"""The API is closed unless an operation says otherwise, and its OpenAPI document says who may call what."""

import re

import pytest
from django.test import Client
from ninja import NinjaAPI, Router

from config.api import api
from seating import auth
from seating.auth import VISITOR
from seating.identity import COOKIE, token_for
from seating.staff import StaffSession, StaffToken
from tests import factories

# Whoever adds an operation here has decided that anybody may call it, from any page, and that it changes nothing.
PUBLIC = {
    "cinema_api_list_movies",
    "cinema_api_get_movie",
    "cinema_api_get_poster",
    "cinema_api_list_shows",
    "cinema_api_get_show",
    "cinema_api_get_layout",
    "seating_api_seat_states",
    "seating_api_best_available",
    "checkout_api_receive_webhook",  # changes something, and is signed
}
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


def operations_of(some_api):
    """`(name, path, operation)` of every operation, in the OpenAPI document or not."""
    return [
        (operation.operation_id or some_api.get_openapi_operation_id(operation), path, operation)
        for router in some_api._get_bound_routers()
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]


def open_operations_of(some_api):
    return {name for name, _path, operation in operations_of(some_api) if not operation.auth_callbacks}


def test_every_operation_has_a_scheme_or_is_public_on_purpose():
    assert open_operations_of(api) == PUBLIC


def test_no_operation_picks_schemes_of_its_own():
    """Half of the schemes would leave somebody out, such as strangers with stale cookies and their CSRF check."""
    for name, _path, operation in operations_of(api):
        kinds = [type(scheme) for scheme in operation.auth_callbacks]
        assert name in PUBLIC or operation.auth_callbacks == VISITOR or kinds == [StaffToken, StaffSession], name


@pytest.mark.parametrize(("default", "expected"), [(api.auth, {"open"}), (None, {"open", "forgotten"})])
def test_an_operation_that_says_nothing_is_closed_only_because_of_the_default(default, expected):
    router = Router()
    router.get("/open", operation_id="open", auth=None)(lambda request: None)
    router.get("/forgotten", operation_id="forgotten")(lambda request: None)
    joined = Router()
    joined.add_router("", router)
    some_api = NinjaAPI(auth=default, urls_namespace="some")
    some_api.add_router("", joined)
    assert open_operations_of(some_api) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_csrf_check_another_sites_page_gets_through_to_every_writing_operation(alice, monkeypatch, guarded):
    """The browser sends a member of staff's session and a guest's cookie along; the page knows no CSRF token."""
    sam = factories.make_staff("administrator")
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(sam, backend="django.contrib.auth.backends.ModelBackend")
    browser.cookies[COOKIE] = token_for(alice)
    if not guarded:
        monkeypatch.setattr(auth, "check_csrf", lambda request: None)
    writing = [
        (name, path, *one.methods)
        for name, path, one in operations_of(api)
        if name not in PUBLIC and not SAFE & set(one.methods)
    ]
    assert len(writing) > 10
    for name, path, method in writing:
        address = f"/api/{re.sub('{[^}]*}', '1', path).lstrip('/')}"
        # Nothing that can be read: whoever is let through is told so.
        answer = browser.generic(method, address, "nonsense", "text/plain", headers={"Origin": "https://another.test"})
        refused = answer.status_code == 403 and answer.json()["code"] == "csrf_failed"
        assert refused == guarded, (name, answer.content)


def test_the_document_says_who_may_call_what():
    document = api.get_openapi_schema(path_prefix="/api/")
    schemes = document["components"]["securitySchemes"]
    assert {name: (scheme["type"], scheme.get("in")) for name, scheme in schemes.items()} == {
        "GuestBearer": ("http", None),
        "UserSession": ("apiKey", "cookie"),
        "GuestCookie": ("apiKey", "cookie"),
        "StaffSession": ("apiKey", "cookie"),
        "StaffToken": ("http", None),
        "CsrfToken": ("apiKey", "header"),
    }
    found = {
        operation["operationId"]: operation.get("security")
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert {name for name, security in found.items() if security is None} == PUBLIC
    token = {"CsrfToken": []}
    assert found["checkout_api_get_booking"] == [{"GuestBearer": []}, {"UserSession": []}, {"GuestCookie": []}, {}]
    assert found["checkout_api_create_booking"] == [
        {"GuestBearer": []},
        {"UserSession": [], **token},
        {"GuestCookie": [], **token},
        {},
    ]
    assert found["checkout_gate_api_keys"] == [{"StaffToken": []}, {"StaffSession": []}]
    assert found["checkout_gate_api_check_in"] == [{"StaffToken": []}, {"StaffSession": [], **token}]


@pytest.mark.django_db
def test_on_another_server_too_a_body_that_is_too_large_is_a_413(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    answer = client.post("/api/bookings/lock-seats/", {"show": 1, "seats": ["A1"]}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
