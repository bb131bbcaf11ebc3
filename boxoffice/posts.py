"""Giving and ending posts. An account with a post is staff; whoever loses the last one is a customer again."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from boxoffice.models import StaffPost, StaffToken
from boxoffice.roles import AT_ALL_THEATRES, Role
from cinema import deeds
from cinema.models import Theatre
from seating.identity import owner_of_user


def give_post(user: User, role: str, theatre: Theatre | None, by: str = "") -> StaffPost:
    """Gives the post, once. `theatre` None means all; an administrator's post is always for all."""
    theatre = None if role in AT_ALL_THEATRES else theatre
    with transaction.atomic():
        post, made = StaffPost.objects.get_or_create(user=user, role=role, theatre=theatre)
        if made:
            deeds.record("give_post", by=by, theatre=post.theatre_id, after=_as_logged(post))
    return post


def end_post(post: StaffPost, by: str = "") -> None:
    """Ends the post. Open sockets notice within 30 s (`boxoffice.consumers`), pages at once."""
    with transaction.atomic():
        deeds.record("end_post", by=by, theatre=post.theatre_id, before=_as_logged(post))
        post.delete()


def revoke_tokens_without(post: StaffPost) -> None:
    """A post has ended, by whatever door: the account's tokens of this role there end with it, and all of them with the
    last post. A superuser's stay: superusers need no post."""
    tokens = StaffToken.objects.filter(user=post.user_id, user__is_superuser=False, revoked_at=None)
    if StaffPost.objects.filter(user=post.user_id).exists():
        tokens = tokens.filter(role=post.role)
        tokens = tokens if post.theatre_id is None else tokens.filter(theatre=post.theatre_id)
    tokens.update(revoked_at=timezone.now())


def follow_posts(user: User) -> None:
    """Brings `is_staff` and the groups in line with the posts. Neither allows anything by itself: `is_staff` says where
    a log-in may lead, and groups are for Django's lists."""
    roles = set(StaffPost.objects.filter(user=user.pk).values_list("role", flat=True))
    for role in Role:
        group, _ = Group.objects.get_or_create(name=role.value)
        (user.groups.add if role in roles else user.groups.remove)(group)
    User.objects.filter(pk=user.pk, is_superuser=False).update(is_staff=bool(roles))


def _as_logged(post: StaffPost) -> dict[str, Any]:
    return {"account": owner_of_user(post.user), "post": post.title}
