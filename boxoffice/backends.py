"""Answers Django's `has_perm` from people's posts, and its `authenticate` for staff tokens.

It stands first among the backends and its word is the last: permissions given to accounts or groups in Django's own
way, which know no theatre, count for nothing.

A superuser without a post is treated as an administrator of all theatres: Django lets superusers through before it
asks any backend, only a shell makes one, and somebody must give the first post. `is_staff` alone allows nothing.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from boxoffice.models import StaffPost, TokenHolder
from boxoffice.roles import posts_allow
from boxoffice.tokens import holder_of
from cinema.addresses import address_of_request


class PostBackend(ModelBackend):
    """Sessions and accounts are Django's, as in its own backend; only the questions are answered otherwise."""

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, staff_token: str
    ) -> TokenHolder | None:
        return holder_of(staff_token, address_of_request(request) if request else "")

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """`obj` is a theatre or its id; None asks whether there is any theatre.

        Raises PermissionDenied instead of answering no, on which Django asks no other backend.
        """
        if user_obj.is_active and user_obj.pk and posts_allow(posts_of(user_obj), perm, obj):
            return True
        raise PermissionDenied

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """The admin shows an app to whoever may do something in it; its models are asked one by one."""
        if user_obj.is_active and user_obj.pk and posts_of(user_obj):
            return True
        raise PermissionDenied


def posts_of(user: Any) -> list[StaffPost]:
    """Read once for each user object, which lives for one request."""
    if isinstance(user, TokenHolder):
        return []
    known: list[StaffPost] | None = user.__dict__.get("_posts")
    if known is None:
        known = list(StaffPost.objects.filter(user=user.pk).select_related("theatre"))
        user.__dict__["_posts"] = known
    return known
