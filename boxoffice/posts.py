"""Giving and ending posts. An account with a post is staff; whoever loses the last one is a customer again."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Q
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
    """Ends the post, and the account's tokens that no other of its posts stands for. Open sockets notice within 30 s
    (`boxoffice.consumers`), pages at once."""
    with transaction.atomic():
        deeds.record("end_post", by=by, theatre=post.theatre_id, before=_as_logged(post))
        post.delete()
        left = StaffPost.objects.filter(user=post.user_id)
        tokens = StaffToken.objects.filter(user=post.user_id, revoked_at=None)
        if left.exists():
            tokens = tokens.filter(role=post.role).filter(_no_wider_than(post))
        if not post.user.is_superuser:
            tokens.update(revoked_at=timezone.now())


def _no_wider_than(post: StaffPost) -> Q:
    return Q() if post.theatre_id is None else Q(theatre=post.theatre_id)


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
