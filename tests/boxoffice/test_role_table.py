"""The table of trust: every role, every action, at one's own theatre and at another, over API, pages, socket, admin.

`EXPECTED` is the table as it was agreed on, written down once more: whoever changes `boxoffice.roles` changes both.
"""

import uuid
from dataclasses import dataclass

import pytest
from channels.testing import WebsocketCommunicator
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from boxoffice.consumers import BoxOfficeConsumer
from boxoffice.roles import GRANTS, MODELS, PERMISSIONS, WITH_A_PIN, Role, allows
from boxoffice.tokens import make_token
from checkout.tickets import codes
from config.api import api
from frontend.urls import urlpatterns
from seating.auth import VISITOR
from seating.staff import StaffSession, StaffToken
from tests import factories
from tests.config.test_api import PUBLIC, operations_of

EXPECTED = {
    "look": "usher cashier supervisor manager programmer accountant administrator",
    "check_in": "usher cashier supervisor manager administrator",
    "sell": "cashier supervisor manager administrator",
    "refund": "supervisor manager administrator",
    "reseat": "supervisor manager administrator",
    "release_hold": "supervisor manager administrator",
    "override": "supervisor manager administrator",
    "block": "supervisor manager administrator",
    "comp": "manager administrator",
    "cancel_show": "manager administrator",
    "release_channel": "manager administrator",
    "plan_shows": "manager programmer administrator",
    "set_prices": "manager programmer administrator",
    "money_of_shift": "cashier supervisor manager accountant administrator",
    "money_of_day": "supervisor manager accountant administrator",
    "money": "manager accountant administrator",
    "read_log": "manager administrator",
    "people": "administrator",
    "keys": "administrator",
    "tokens": "administrator",
    "administer": "administrator",
}
PLACES = ("own", "other")


@dataclass
class Cinema:
    """Two theatres with a show each."""

    shows: dict

    def post(self, role: Role) -> User:
        return factories.make_staff(role, self.shows["own"].screen.theatre)


@pytest.fixture
def cinema(transactional_db, redis_server) -> Cinema:
    return Cinema({place: factories.make_show() for place in PLACES})


def expected(role: str, permission: str, place: str = "own") -> bool:
    return role in EXPECTED[permission].split() and (place == "own" or role == Role.ADMINISTRATOR)


# ---------------------------------------------------------------------------------------- the table itself
def test_the_table_is_as_agreed():
    assert {name: set(roles) for name, roles in GRANTS.items()} == {
        name: set(roles.split()) for name, roles in EXPECTED.items()
    }
    assert {Role.CASHIER: {"refund", "reseat", "release_hold", "override"}} == WITH_A_PIN


@pytest.mark.parametrize("role", Role)
def test_every_cell_is_answered_by_djangos_own_question(cinema, role):
    user = cinema.post(role)
    for name in GRANTS:
        permission = f"boxoffice.{name}"
        assert user.has_perm(permission) == expected(role, name), permission
        for place, show in cinema.shows.items():
            theatre = show.screen.theatre
            for named in (theatre, theatre.pk):
                assert user.has_perm(permission, named) == expected(role, name, place), (permission, place)


def test_what_is_not_in_the_table_is_denied():
    for role in Role:
        for permission in ("boxoffice.fly", "boxoffice.", "look", "", "auth.fly_user", "checkout.delete_booking"):
            assert not allows(role, permission)


def test_without_a_post_nothing_is_allowed_whatever_django_says(db):
    """`is_staff`, a group, and a permission of Django's own are not posts; `look` opens nothing without one."""
    sam = User.objects.create_user("sam", is_staff=True)
    sam.groups.add(Group.objects.get_or_create(name="administrator")[0])
    sam.user_permissions.set(Permission.objects.all())
    sam = User.objects.get(pk=sam.pk)
    assert sam.get_all_permissions() and not any(sam.has_perm(permission) for permission in (*PERMISSIONS, *MODELS))


def test_a_superuser_without_a_post_is_an_administrator_until_the_account_is_closed(cinema):
    root = User.objects.create_superuser("root")
    theatre = cinema.shows["own"].screen.theatre
    assert all(root.has_perm(permission, theatre) for permission in PERMISSIONS)
    root.is_active = False
    assert not any(root.has_perm(permission, theatre) for permission in PERMISSIONS)


# ------------------------------------------------------------------------------- every edge names its permission
def test_every_operation_of_staff_names_a_permission_of_the_table():
    found = 0
    for name, _path, operation in operations_of(api):
        if name in PUBLIC or operation.auth_callbacks == VISITOR:
            continue
        assert [type(scheme) for scheme in operation.auth_callbacks] == [StaffToken, StaffSession], name
        assert len({scheme.permission for scheme in operation.auth_callbacks} & PERMISSIONS) == 1, name
        found += 1
    assert found >= 10


def test_every_page_of_staff_names_a_permission_of_the_table():
    pages = [pattern for pattern in urlpatterns if str(pattern.pattern).startswith("boxoffice/")]
    assert len(pages) >= 6
    for pattern in pages:
        assert getattr(pattern.callback, "staff_permission", None) in PERMISSIONS, pattern


def test_every_socket_of_staff_names_a_permission_of_the_table():
    from boxoffice.routing import websocket_urlpatterns

    for pattern in websocket_urlpatterns:
        assert pattern.callback.consumer_class.permission in PERMISSIONS, pattern


def test_every_model_of_the_admin_is_in_the_table():
    for model in admin.site._registry:
        name = f"{model._meta.app_label}.view_{model._meta.model_name}"
        assert name in MODELS, f"nobody but a superuser could see {name}: say who may"


# ------------------------------------------------------------------------------------------------------ API
def ticket_of(show):
    from tests.frontend.test_bookings import make_booking

    return make_booking(f"guest_{uuid.uuid4().hex[:24]}", show=show, hold=uuid.uuid4().hex[:20]).tickets.first()


def asks(cinema: Cinema, place: str) -> dict[str, tuple]:
    """Action → permission, what is sent, and the status of success and of refusal at another theatre."""
    show = cinema.shows[place]
    ticket = ticket_of(show)
    code = codes.sign(ticket.pk, show.pk, ticket.seat)
    scan = {"code": code, "gate": "North gate", "show": show.pk}
    blocked = {"seats": ["B8"], "reason": "Broken."}
    post = {"email": "new@example.test", "role": "usher", "theatre": show.screen.theatre.slug}
    shows = f"/api/boxoffice/shows/{show.pk}"
    return {
        "check in": ("check_in", "post", "/api/check-in/", scan, 200, 403),
        "undo": ("check_in", "post", "/api/check-in/undo/", {"ticket": str(ticket.pk), "reason": "Wrong."}, 200, 403),
        "sync": ("check_in", "post", "/api/check-in/sync/", {"scans": [_offline(scan)], "show": show.pk}, 200, 403),
        "block": ("block", "post", f"{shows}/block/", blocked, 200, 404),
        "unblock": ("block", "post", f"{shows}/unblock/", blocked, 200, 404),
        "people": ("people", "post", "/api/boxoffice/people/posts/", post, 201, None),
        "tokens": ("tokens", "post", "/api/boxoffice/tokens/", post, 201, None),
        "log": ("read_log", "get", "/api/boxoffice/log/", None, 200, None),
        "keys to verify": ("check_in", "get", "/api/check-in/keys/", None, 200, None),
    }


def _offline(scan):
    return {"code": scan["code"], "gate": "North gate", "scanned_at": "2026-01-01T10:00:00Z"}


def send(client: Client, method: str, address: str, body, **headers):
    if method == "get":
        return client.get(address, headers=headers)
    return client.post(address, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("with_token", [False, True])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("role", Role)
def test_the_api(cinema, role, place, with_token):
    User.objects.create_user("new", "new@example.test")
    user = cinema.post(role)
    headers = {}
    if with_token:
        _, secret = make_token(User.objects.create_superuser("root"), role, cinema.shows["own"].screen.theatre, 1)
        headers, client = {"Authorization": f"Bearer {secret}"}, Client()
    else:
        client = factories.signed_in(user)
    for action, (permission, method, address, body, good, elsewhere) in asks(cinema, place).items():
        answer = send(client, method, address, body, **headers)
        if not expected(role, permission):
            status = 403
        elif expected(role, permission, place) or elsewhere is None:
            status = good
        else:
            status = elsewhere
        assert answer.status_code == status, (action, answer.content)
        if status == 403:
            assert answer.json()["code"] == "forbidden"


def test_nobody_who_is_not_signed_in_gets_anywhere(cinema):
    for action, (_permission, method, address, body, *_rest) in asks(cinema, "own").items():
        answer = send(Client(), method, address, body)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised"), action
        bad = send(Client(), method, address, body, Authorization="Bearer staff_nonsense")
        assert (bad.status_code, bad.json()["code"]) == (401, "unauthorised"), action


# ---------------------------------------------------------------------------------------------------- pages
@pytest.mark.parametrize("role", Role)
def test_the_pages(cinema, role):
    client = factories.signed_in(cinema.post(role))
    pages = {
        "/boxoffice/": "look",
        "/boxoffice/log/": "read_log",
        "/boxoffice/tokens/": "tokens",
        "/boxoffice/pin/": "override",
    }
    for address, permission in pages.items():
        assert client.get(address).status_code == (200 if expected(role, permission) else 403), address
    for place, show in cinema.shows.items():
        page = f"/boxoffice/shows/{show.pk}/cancel/"
        allowed = expected(role, "cancel_show", place)
        assert client.get(page).status_code == (200 if allowed else 403), place
        assert client.post(page, {"reason": "Flooded."}).status_code == (302 if allowed else 403), place
        assert client.get(f"{page}progress/").status_code == (200 if allowed else 403), place
        show.refresh_from_db()
        assert (show.state == "cancelled") == allowed


# --------------------------------------------------------------------------------------------------- socket
@pytest.mark.parametrize("role", [*Role, None])
async def test_the_socket(cinema, role, monkeypatch):
    from asgiref.sync import sync_to_async

    from boxoffice import board

    everything = {show.pk: show.screen.theatre_id for show in cinema.shows.values()}
    monkeypatch.setattr(
        board,
        "todays_shows",
        lambda theatres=None: {pk: at for pk, at in everything.items() if theatres is None or at in theatres},
    )
    user = await sync_to_async(cinema.post if role else lambda _: User.objects.create_user("c", is_staff=True))(role)
    client = await sync_to_async(factories.signed_in)(user)
    cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
    socket = WebsocketCommunicator(BoxOfficeConsumer.as_asgi(), "/ws/boxoffice/", headers=[(b"cookie", cookie)])
    connected, _ = await socket.connect()
    assert connected
    if role is None:
        assert (await socket.receive_output(5)) == {"type": "websocket.close", "code": 4401}
        return
    first = await socket.receive_json_from(5)
    at = {place: show.pk for place, show in cinema.shows.items() if expected(role, "look", place)}
    assert {entry["show"] for entry in first["shows"]} == set(at.values())
    assert (first["part"], first["parts"]) == (1, 1)
    await socket.disconnect()


# ---------------------------------------------------------------------------------------------------- admin
VIEWS = {
    "cinema_show": ("cinema", "show"),
    "cinema_movie": ("cinema", "movie"),
    "cinema_theatre": ("cinema", "theatre"),
    "checkout_booking": ("checkout", "booking"),
    "checkout_ticket": ("checkout", "ticket"),
    "checkout_payment": ("checkout", "payment"),
    "checkout_refund": ("checkout", "refund"),
    "checkout_coupon": ("checkout", "coupon"),
    "checkout_webhookevent": ("checkout", "webhookevent"),
    "checkout_outboxmessage": ("checkout", "outboxmessage"),
    "auth_user": ("auth", "user"),
    "boxoffice_staffpost": ("boxoffice", "staffpost"),
    "boxoffice_stafftoken": ("boxoffice", "stafftoken"),
}


@pytest.mark.parametrize("role", Role)
def test_the_admins_lists_and_forms(cinema, role):
    client = factories.signed_in(cinema.post(role))
    assert client.get(reverse("admin:index")).status_code == 200
    for name, (app, model) in VIEWS.items():
        allowed = any(expected(role, one) for one in MODELS[f"{app}.view_{model}"])
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == (200 if allowed else 403), name
    for verb, model in (("add", "show"), ("add", "movie"), ("add", "theatre"), ("add", "city")):
        allowed = any(expected(role, one) for one in MODELS[f"cinema.{verb}_{model}"])
        assert client.get(reverse(f"admin:cinema_{model}_add")).status_code == (200 if allowed else 403), model


@pytest.mark.parametrize("role", Role)
def test_the_admin_shows_and_changes_what_is_at_ones_own_theatre_only(cinema, role):
    client = factories.signed_in(cinema.post(role))
    for place, show in cinema.shows.items():
        page = reverse("admin:cinema_show_change", args=[show.pk])
        seen = expected(role, "look", place)
        assert client.get(page).status_code == (200 if seen else 302), place  # the admin leads back to its index
        ticket = ticket_of(show)
        money = expected(role, "refund", place) or expected(role, "money", place)
        answer = client.get(reverse("admin:checkout_ticket_change", args=[ticket.pk]))
        assert (answer.status_code == 200) == money, place
        shows, tickets = reverse("admin:cinema_show_changelist"), reverse("admin:checkout_ticket_changelist")
        client.post(shows, {"action": "close_shows", "_selected_action": [show.pk]})
        show.refresh_from_db()
        assert (show.state == "closed") == expected(role, "plan_shows", place), place
        client.post(tickets, {"action": "revoke", "reason": "Stolen.", "_selected_action": [ticket.pk]})
        ticket.refresh_from_db()
        assert bool(ticket.revoked_at) == expected(role, "refund", place), place
        cancel = client.post(shows, {"action": "cancel_shows", "_selected_action": [show.pk]})
        leads = cancel.get("Location", "").endswith(f"/boxoffice/shows/{show.pk}/cancel/")
        assert leads == (expected(role, "cancel_show", place)), place


def test_a_programmer_plans_on_screens_of_their_own_theatre_only(cinema):
    client = factories.signed_in(cinema.post(Role.PROGRAMMER))
    form = client.get(reverse("admin:cinema_show_add")).context["adminform"].form
    assert {screen.theatre_id for screen in form.fields["screen"].queryset} == {cinema.shows["own"].screen.theatre_id}
    plans = client.get(reverse("admin:cinema_seatingplan_add")).context["adminform"].form
    assert [screen.pk for screen in plans.fields["screen"].queryset] == [cinema.shows["own"].screen_id]


def test_coupons_are_for_whoever_sets_prices_everywhere(cinema):
    add = reverse("admin:checkout_coupon_add")
    for_one, for_all = cinema.post(Role.MANAGER), factories.make_staff(Role.MANAGER)
    assert factories.signed_in(for_one).get(add).status_code == 403
    assert factories.signed_in(for_all).get(add).status_code == 200


# ------------------------------------------------------------------------------- each guard taken away
def test_without_the_question_at_the_theatre_another_ones_show_is_open(cinema, monkeypatch):
    from frontend.views import staff as pages
    from seating.staff import StaffMember

    client = factories.signed_in(cinema.post(Role.MANAGER))
    page = f"/boxoffice/shows/{cinema.shows['other'].pk}/cancel/"
    _, method, address, body, *_ = asks(cinema, "other")["check in"]
    assert (send(client, method, address, body).status_code, client.get(page).status_code) == (403, 403)
    monkeypatch.setattr(StaffMember, "may", lambda *_: True)
    monkeypatch.setattr(pages, "_check_show", lambda *_: None)
    assert (send(client, method, address, body).status_code, client.get(page).status_code) == (200, 200)


def test_without_the_final_no_djangos_permissions_would_open_the_admin(cinema, monkeypatch):
    from boxoffice.backends import PostBackend

    usher = cinema.post(Role.USHER)
    usher.user_permissions.set(Permission.objects.all())
    page = reverse("admin:auth_user_changelist")
    assert factories.signed_in(usher).get(page).status_code == 403
    monkeypatch.setattr(PostBackend, "has_perm", lambda *_: False)
    assert User.objects.get(pk=usher.pk).has_perm("auth.view_user")
