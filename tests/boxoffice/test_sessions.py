"""Sessions of staff: how long they last, the second factor, the admin's door, and who is gone within 30 seconds."""

import asyncio
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.test import Client

from boxoffice import consumers, sessions
from boxoffice.models import StaffEvent
from boxoffice.posts import end_post
from boxoffice.tokens import make_token, revoke_token
from tests import factories

PASSWORD = "a-long-password-1"
SCAN = {"code": "HF2:AAAA", "gate": "North gate"}


@pytest.fixture
def manager(db) -> User:
    return factories.make_staff("manager")


def age(client: Client, **seconds: float) -> None:
    session = client.session
    for name, ago in seconds.items():
        session[{"began": sessions.BEGAN, "seen": sessions.SEEN}[name]] = time.time() - ago
    session.save()


# ----------------------------------------------------------------------------------------------- how long
@pytest.mark.parametrize(
    ("ages", "status"),
    [
        ({"began": sessions.LONGEST - 60, "seen": 60}, 200),
        ({"began": sessions.LONGEST + 1, "seen": 1}, 302),
        ({"began": 7000, "seen": sessions.IDLE - 60}, 200),
        ({"began": 7000, "seen": sessions.IDLE + 1}, 302),
    ],
)
def test_a_session_ends_after_twelve_hours_and_after_an_idle_one(manager, ages, status):
    client = factories.signed_in(manager)
    age(client, **ages)
    assert client.get("/boxoffice/log/").status_code == status
    assert client.get("/admin/").status_code == status
    assert ("_auth_user_id" in client.session) == (status == 200)


def test_an_old_session_opens_no_api_either(manager):
    client = factories.signed_in(manager)
    age(client, began=sessions.LONGEST + 1)
    answer = client.post("/api/check-in/", SCAN, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")


def test_without_the_middleware_an_old_session_goes_on(manager, monkeypatch):
    client = factories.signed_in(manager)
    age(client, began=sessions.LONGEST + 1)
    monkeypatch.setattr(sessions, "is_over", lambda session, now=None: False)
    assert client.get("/boxoffice/log/").status_code == 200


def test_a_request_keeps_a_session_from_being_idle(manager):
    client = factories.signed_in(manager)
    age(client, began=7000, seen=sessions.IDLE - 60)
    client.get("/boxoffice/log/")
    assert time.time() - client.session[sessions.SEEN] < 30


def test_customers_keep_their_sessions(db):
    carol = User.objects.create_user("carol", "carol@example.test")
    client = factories.signed_in(carol)
    age(client, began=10 * sessions.LONGEST, seen=10 * sessions.IDLE)
    assert "carol@example.test" in client.get("/").content.decode()


# ------------------------------------------------------------------------------------------ second factor
def test_staff_without_a_factor_are_led_to_setting_one_up(manager, settings):
    settings.REQUIRE_STAFF_MFA = True
    client = factories.signed_in(manager)
    for address in ("/boxoffice/", "/boxoffice/log/", "/admin/", "/admin/cinema/show/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/totp/activate/"), address
    answer = client.post("/api/check-in/", SCAN, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_required")


def test_with_a_factor_they_go_on(manager, settings):
    settings.REQUIRE_STAFF_MFA = True
    Authenticator.objects.create(user=manager, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client = factories.signed_in(manager)
    assert client.get("/boxoffice/log/").status_code == 200
    assert client.get("/admin/").status_code == 200
    answer = client.post("/api/check-in/", SCAN, content_type="application/json")
    assert answer.json()["code"] == "bad_ticket"


def code_for(secret: str) -> str:
    counter = int(time.time()) // 30
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def test_the_whole_way_to_a_second_factor_and_back_in_with_it(manager, settings, redis_server):
    """Through allauth's own pages: the password once more, the factor, and from then on its code at each log-in."""
    settings.REQUIRE_STAFF_MFA = True
    browser = Client()
    signed_in = {"login": manager.email, "password": PASSWORD, "next": "/boxoffice/"}
    first = browser.post("/accounts/login/", signed_in, follow=True)
    assert first.redirect_chain[-1][0].startswith("/accounts/reauthenticate/")
    assert "two-step sign-in first" in first.content.decode()
    again = browser.post(first.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    assert again.request["PATH_INFO"] == "/accounts/2fa/totp/activate/" and again.status_code == 200
    secret = browser.session[totp.SECRET_SESSION_KEY]
    browser.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    assert browser.get("/boxoffice/log/").status_code == 200

    other = Client()
    asked = other.post("/accounts/login/", signed_in, follow=True)
    assert asked.redirect_chain[-1][0].startswith("/accounts/2fa/authenticate/")
    assert other.get("/boxoffice/log/").status_code == 302
    wrong = other.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200 and other.get("/boxoffice/log/").status_code == 302
    assert StaffEvent.objects.filter(verb="log_in_failed", after__factor=True, by=f"user_{manager.pk}").count() == 1


def test_without_the_check_a_password_would_be_enough(manager, settings, monkeypatch):
    from boxoffice import administration
    from frontend.views import staff as pages

    settings.REQUIRE_STAFF_MFA = True
    for place in (administration, pages, sessions):
        monkeypatch.setattr(place, "lacks_factor", lambda user: False)
    client = factories.signed_in(manager)
    assert client.get("/boxoffice/log/").status_code == client.get("/admin/").status_code == 200


def test_customers_need_none(db, settings):
    settings.REQUIRE_STAFF_MFA = True
    client = factories.signed_in(User.objects.create_user("carol"))
    assert client.get("/bookings/").status_code == 200


# -------------------------------------------------------------------------------------------- the admin's door
def test_the_admins_own_log_in_is_never_shown(db):
    for address in ("/admin/", "/admin/login/", "/admin/cinema/show/"):
        answer = Client().get(address, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next="), address
    for user in (User.objects.create_user("flo", is_staff=True), User.objects.create_user("carol")):
        client = factories.signed_in(user)
        assert client.get("/admin/login/").status_code == 403
        assert client.post("/admin/login/", {"username": "root", "password": "x"}).status_code == 403


def test_forty_wrong_passwords_at_the_admins_door_are_throttled(manager, redis_server):
    client = Client()
    for number in range(40):
        door = client.post("/admin/login/", {"username": manager.username, "password": f"wrong-{number}"})
        assert door.status_code == 302 and door["Location"].startswith("/accounts/login/")
        page = client.post("/accounts/login/", {"login": manager.email, "password": f"wrong-{number}"})
        if "Too many" in page.content.decode():
            break
    else:
        pytest.fail("nobody stopped forty wrong passwords")
    assert StaffEvent.objects.filter(verb="locked_out").count() == 1
    failures = StaffEvent.objects.filter(verb="log_in_failed", by=f"user_{manager.pk}").count()
    assert 1 <= failures < 40


# --------------------------------------------------------------------------------- gone within thirty seconds
async def open_board(headers) -> WebsocketCommunicator:
    socket = WebsocketCommunicator(consumers.BoxOfficeConsumer.as_asgi(), "/ws/boxoffice/", headers=headers)
    await socket.connect()
    return socket


def end_the_post(user, token):
    end_post(user.posts.get())


def close_the_account(user, token):
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_the_password(user, token):
    user.set_password("another-long-password-2")
    user.save()


def revoke_the_token(user, token):
    revoke_token(token.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("end", "with_token"),
    [
        (end_the_post, False),
        (close_the_account, False),
        (change_the_password, False),
        (end_the_post, True),
        (close_the_account, True),
        (revoke_the_token, True),
    ],
)
async def test_a_socket_closes_once_its_person_may_no_longer_look(redis_server, monkeypatch, end, with_token):
    assert consumers.CHECK_SECONDS < 30
    monkeypatch.setattr(consumers, "CHECK_SECONDS", 0.2)

    @sync_to_async
    def begin():
        user = factories.make_staff("manager")
        token, secret = make_token(user, "manager", None, 1)
        session = factories.signed_in(user).cookies["sessionid"].value
        header = (b"authorization", f"Bearer {secret}") if with_token else (b"cookie", f"sessionid={session}")
        return user, token, [(header[0], header[1].encode())]

    user, token, headers = await begin()
    socket = await open_board(headers)
    assert (await socket.receive_json_from(5))["type"] == "figures"
    await asyncio.sleep(0.5)
    assert await socket.receive_nothing()
    await sync_to_async(end)(user, token)
    assert (await socket.receive_output(5)) == {"type": "websocket.close", "code": 4401}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [[], [(b"authorization", b"Bearer staff_nonsense")], [(b"cookie", b"sessionid=x")]])
async def test_a_stranger_is_sent_away_at_once(redis_server, headers):
    socket = await open_board(headers)
    assert (await socket.receive_output(5)) == {"type": "websocket.close", "code": 4401}


def test_pages_are_lost_at_once(manager):
    client = factories.signed_in(manager)
    assert client.get("/boxoffice/").status_code == 200
    end_post(manager.posts.get())
    assert client.get("/boxoffice/").status_code == 403
    assert client.get("/admin/").status_code in (302, 403)
    assert "/boxoffice/" not in client.get("/").content.decode()
