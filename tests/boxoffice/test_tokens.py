"""Staff tokens: printed once, stored hashed, good for what their role may and for as long as they live."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from boxoffice.models import StaffEvent, StaffToken, TokenHolder
from boxoffice.posts import end_post, give_post
from boxoffice.tokens import UnusableToken, digest_of, holder_of, make_token, revoke_token
from tests import factories

pytestmark = pytest.mark.django_db
KEYS = "/api/check-in/keys/"


@pytest.fixture
def sam(db) -> User:
    return factories.make_staff("manager")


def ask(secret: str, address: str = KEYS):
    return Client().get(address, headers={"Authorization": f"Bearer {secret}"})


def test_the_command_prints_a_token_once_and_stores_only_its_digest(sam, capsys):
    theatre = factories.make_theatre()
    call_command("staff_token", sam.email, role="usher", theatre=theatre.slug, days=7)
    [secret] = capsys.readouterr().out.split()
    assert secret.startswith("staff_") and len(secret) > 40
    token = StaffToken.objects.get()
    assert (token.role, token.theatre, token.digest) == ("usher", theatre, digest_of(secret))
    assert timedelta(days=6) < token.expires_at - timezone.now() <= timedelta(days=7)
    stored = " ".join(str(value) for value in StaffToken.objects.values_list()[0])
    logged = " ".join(str(event) for event in StaffEvent.objects.values_list())
    assert secret not in stored and secret not in logged
    assert ask(secret).status_code == 200


@pytest.mark.parametrize(
    ("email", "options"),
    [
        ("nobody@example.test", {"role": "usher"}),
        ("", {"role": "usher", "theatre": "nowhere"}),
        ("", {"role": "usher", "days": 0}),
        ("", {"role": "usher", "days": 4000}),
    ],
)
def test_the_command_refuses_in_words(sam, email, options):
    with pytest.raises(CommandError):
        call_command("staff_token", email or sam.email, **options)
    assert not StaffToken.objects.exists()


def test_an_administrators_token_is_for_all_theatres(sam):
    token, _ = make_token(sam, "administrator", factories.make_theatre(), 1)
    assert token.theatre is None


def test_a_token_has_no_right_of_its_account_but_its_own_role(db):
    root = User.objects.create_superuser("root", "root@example.test")
    _, secret = make_token(root, "usher", None, 1)
    assert ask(secret).status_code == 200
    for address in ("/api/boxoffice/log/",):
        assert ask(secret, address).status_code == 403
    holder = holder_of(secret)
    assert not holder.has_perm("boxoffice.cancel_show") and not holder.has_perm("auth.change_user")
    assert not holder.has_module_perms("auth")
    with pytest.raises(TypeError):
        holder.save()


def end_it(token, user):
    StaffToken.objects.update(expires_at=timezone.now())


def revoke_it(token, user):
    assert revoke_token(token.pk) and not revoke_token(token.pk)


def close_the_account(token, user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def end_the_last_post(token, user):
    end_post(user.posts.get())


def delete_the_last_post(token, user):
    user.posts.all().delete()


@pytest.mark.parametrize("end", [end_it, revoke_it, close_the_account, end_the_last_post, delete_the_last_post])
def test_a_token_ends(sam, end):
    token, secret = make_token(sam, "usher", None, 1)
    assert ask(secret).status_code == 200
    end(token, sam)
    answer = ask(secret)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")


def test_ending_one_of_two_posts_ends_the_tokens_of_that_role_only(sam):
    give_post(sam, "usher", None)
    _, (manager, _) = make_token(sam, "usher", None, 1), make_token(sam, "manager", None, 1)
    end_post(sam.posts.get(role="usher"))
    assert set(StaffToken.objects.filter(revoked_at=None)) == {manager}


def test_uses_are_counted_and_the_log_has_a_row_for_each_hour(sam, monkeypatch):
    token, secret = make_token(sam, "usher", None, 1)
    for _ in range(5):
        ask(secret)
    token.refresh_from_db()
    assert (token.uses, token.hour_uses) == (5, 5)
    assert StaffEvent.objects.filter(verb="use_token", token=token.pk).count() == 1
    hour = token.hour - timedelta(hours=1)
    StaffToken.objects.update(hour=hour)
    ask(secret)
    first = StaffEvent.objects.filter(verb="use_token").first()
    assert first.before == {"hour": hour.isoformat(), "uses": 5}
    assert first.post.startswith("token staff_")


def test_what_a_token_does_is_in_the_log_with_the_token(sam, redis_server):
    show = factories.make_show()
    token, secret = make_token(sam, "supervisor", show.screen.theatre, 1)
    body = {"seats": ["A1"], "reason": "Wet."}
    headers = {"Authorization": f"Bearer {secret}"}
    Client().post(f"/api/boxoffice/shows/{show.pk}/block/", body, content_type="application/json", headers=headers)
    event = StaffEvent.objects.get(verb="block")
    assert (event.by, event.token, event.show, event.seats) == (f"user_{sam.pk}", token.pk, show.pk, ["A1"])


def test_a_guests_token_opens_nothing(alice):
    from seating.identity import token_for

    assert ask(token_for(alice)).status_code == 403


def test_a_page_makes_and_revokes_them(sam):
    administrator = factories.signed_in(factories.make_staff("administrator"))
    page = "/boxoffice/tokens/"
    form = {"account": sam.email, "role": "usher", "theatre": "", "days": 3, "name": "Scanner"}
    shown = administrator.post(page, form).content.decode()
    token = StaffToken.objects.get()
    secret = next(word for word in shown.replace("<", " ").replace(">", " ").split() if digest_of(word) == token.digest)
    assert ask(secret).status_code == 200
    assert secret not in administrator.get(page).content.decode()
    administrator.post(f"{page}{token.pk}/revoke/")
    assert ask(secret).status_code == 401


def test_the_page_asks_for_the_password_once_more(sam):
    administrator = factories.signed_in(factories.make_staff("administrator"), fresh=False)
    answer = administrator.post("/boxoffice/tokens/", {"account": sam.email, "role": "usher", "days": 3})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not StaffToken.objects.exists()


def test_the_api_too(sam):
    administrator = factories.signed_in(factories.make_staff("administrator"), fresh=False)
    for address in ("/api/boxoffice/tokens/", "/api/boxoffice/people/posts/"):
        body = {"email": sam.email, "role": "usher"}
        answer = administrator.post(address, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "fresh_sign_in_required")
    assert not StaffToken.objects.exists()


def test_no_token_longer_than_a_year_or_for_nobodys_role(sam):
    for role, days in (("usher", 367), ("king", 1)):
        with pytest.raises(UnusableToken):
            make_token(sam, role, None, days)
    assert TokenHolder._meta.proxy
