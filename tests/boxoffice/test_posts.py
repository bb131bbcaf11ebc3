"""Posts: given and ended, and what follows them."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from boxoffice.models import StaffPost
from boxoffice.posts import end_post, give_post
from boxoffice.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_with_the_first_post_an_account_is_staff_and_with_the_last_it_is_a_customer_again():
    carol = User.objects.create_user("carol")
    here = factories.make_theatre()
    first, second = give_post(carol, "usher", here), give_post(carol, "cashier", None)
    carol.refresh_from_db()
    assert carol.is_staff and set(carol.groups.values_list("name", flat=True)) == {"usher", "cashier"}
    end_post(first)
    end_post(second)
    carol.refresh_from_db()
    assert not carol.is_staff and not carol.groups.exists()


def test_there_is_a_group_for_every_role():
    factories.make_staff("usher")
    assert {role.value for role in Role} <= set(Group.objects.values_list("name", flat=True))


def test_a_post_is_given_once_and_an_administrators_is_for_all():
    carol, here = User.objects.create_user("carol"), factories.make_theatre()
    assert give_post(carol, "usher", here) == give_post(carol, "usher", here)
    assert give_post(carol, "administrator", here).theatre is None
    named = StaffPost.objects.create(user=User.objects.create_user("bob"), role="administrator", theatre=here)
    assert named.theatre is None
    past_the_model = StaffPost(user=User.objects.create_user("dan"), role="administrator", theatre=here)
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffPost.objects.bulk_create([past_the_model])


def test_the_command_gives_and_ends_them(capsys):
    carol = User.objects.create_user("carol", "carol@example.test")
    here = factories.make_theatre()
    call_command("staff_post", carol.email, role="manager", theatre=here.slug)
    assert factories.posts_of(carol) == [("manager", here.pk)]
    call_command("staff_post", carol.email, role="manager", theatre=here.slug, end=True)
    assert factories.posts_of(carol) == []


def test_an_administrator_gives_and_ends_them_in_the_admin_with_a_fresh_password():
    carol = User.objects.create_user("carol")
    administrator = factories.make_staff("administrator")
    stale, fresh = factories.signed_in(administrator, fresh=False), factories.signed_in(administrator)
    form = {"user": carol.pk, "role": "usher", "theatre": ""}
    add = reverse("admin:boxoffice_staffpost_add")
    assert stale.post(add, form)["Location"].startswith("/accounts/reauthenticate/")
    assert factories.posts_of(carol) == []
    assert fresh.post(add, form).status_code == 302
    assert factories.posts_of(carol) == [("usher", None)]
    post = StaffPost.objects.get(user=carol)
    fresh.post(reverse("admin:boxoffice_staffpost_delete", args=[post.pk]), {"post": "yes"})
    assert factories.posts_of(carol) == []


def test_accounts_are_changed_with_a_fresh_password_only():
    carol = User.objects.create_user("carol")
    stale = factories.signed_in(factories.make_staff("administrator"), fresh=False)
    for page in (
        reverse("admin:auth_user_change", args=[carol.pk]),
        reverse("admin:auth_user_password_change", args=[carol.pk]),
        reverse("admin:auth_user_delete", args=[carol.pk]),
    ):
        assert stale.post(page, {"post": "yes"})["Location"].startswith("/accounts/reauthenticate/"), page
    assert User.objects.filter(pk=carol.pk).exists()


def test_over_the_api():
    carol = User.objects.create_user("carol", "carol@example.test")
    here = factories.make_theatre()
    administrator = factories.signed_in(factories.make_staff("administrator"))
    body = {"email": carol.email, "role": "usher", "theatre": here.slug}
    answer = administrator.post("/api/boxoffice/people/posts/", body, content_type="application/json")
    assert answer.status_code == 201 and answer.json()["theatre"] == here.slug
    assert administrator.delete(f"/api/boxoffice/people/posts/{answer.json()['id']}/").status_code == 204
    assert factories.posts_of(carol) == []
