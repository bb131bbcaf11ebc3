"""What the box office hears from Django and allauth: log-ins, what the admin writes, and changes of posts."""

import json
from typing import Any

from allauth.mfa.signals import authentication_failed
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from boxoffice import sessions
from boxoffice.events import first_this_minute, write_deed, write_refusal
from boxoffice.models import StaffPost
from boxoffice.posts import follow_posts, revoke_tokens_without
from cinema import deeds
from cinema.addresses import address_of_request
from seating.identity import owner_of_user

ADMIN_VERBS = {ADDITION: "admin_add", CHANGE: "admin_change", DELETION: "admin_delete"}

deeds.deed_done.connect(write_deed, dispatch_uid="boxoffice.events")


@receiver([post_save, post_delete], sender=StaffPost)
def posts_changed(sender: Any, instance: StaffPost, **_: Any) -> None:
    user = User.objects.filter(pk=instance.user_id).first()
    if user is not None:
        follow_posts(user)


@receiver(post_delete, sender=StaffPost)
def post_ended(sender: Any, instance: StaffPost, **_: Any) -> None:
    revoke_tokens_without(instance)


@receiver(user_logged_in)
def logged_in(sender: Any, request: HttpRequest | None, user: Any, **_: Any) -> None:
    """A session of staff begins to count here, and the log says so."""
    if request is None or not sessions.is_staff(user):
        return
    for name in (sessions.BEGAN, sessions.SEEN):
        request.session.pop(name, None)
    sessions.note(request.session)
    owner = owner_of_user(user)
    with deeds.acting(lambda: deeds.Actor(owner, user, address=address_of_request(request))):
        deeds.record("log_in", by=owner)


@receiver(user_login_failed)
def login_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """What was typed is not kept: it may be a customer's address, or a password in the wrong field."""
    address = address_of_request(request) if request else ""
    _note_failure(_account_of(credentials), address, token="staff_token" in credentials)


@receiver(authentication_failed)
def factor_failed(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    _note_failure(user, address_of_request(request), factor=True)


def _note_failure(user: Any, address: str, **more: bool) -> None:
    """For an account of staff each failure is a row; for customers and unknown names one a minute and address."""
    known = user is not None and sessions.is_staff(user)
    if known or first_this_minute(f"log-in:{address}"):
        by = owner_of_user(user) if known else ""
        write_refusal("log_in_failed", by, address=address, **{name: True for name, true in more.items() if true})


def _account_of(credentials: dict[str, Any]) -> User | None:
    name = str(credentials.get("email") or credentials.get("username") or "")[:254]
    return User.objects.filter(email__iexact=name).first() if name else None


@receiver(post_save, sender=LogEntry)
def admin_wrote(sender: Any, instance: LogEntry, created: bool, **_: Any) -> None:
    """Whatever the admin changes by its forms, in the transaction of the form."""
    verb = ADMIN_VERBS.get(instance.action_flag)
    if created and verb and instance.content_type is not None:
        what = {"model": f"{instance.content_type.app_label}.{instance.content_type.model}", "id": instance.object_id}
        deeds.record(verb, by=f"user_{instance.user_id}", after={**what, "fields": _fields_of(instance.change_message)})


def _fields_of(message: str) -> list[str]:
    """The names of the fields that a form has changed.

    The message also names rows by what is written on them, which may be a customer's name: the log is never erased, so
    nothing else of it is kept.
    """
    try:
        changes = [change for entry in json.loads(message) for change in entry.values()]
        return sorted({str(field) for change in changes for field in change.get("fields", ())})
    except (ValueError, TypeError, AttributeError):
        return []  # a message of words
