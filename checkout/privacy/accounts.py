"""An account's own data: taken along, and deleted; and accounts that nobody ever confirmed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from checkout.privacy.erase import ERASED, Erased, erase_person
from checkout.privacy.export import data_of_person
from cinema.errors import DomainError
from cinema.times import utc
from seating.identity import owner_of_user

log = structlog.get_logger(__name__)


class StaffAccount(DomainError):
    """What staff did must stay readable: an administrator ends their post first."""

    code = "staff_account"
    title = "An account of staff"


def data_of_account(user: Any, owners: Sequence[str]) -> dict[str, Any]:
    """Everything we know about the person: the account, and what it and this browser's guest booked."""
    addresses = EmailAddress.objects.filter(user=user).order_by("pk")
    return {
        "account": {
            "name": user.get_full_name(),
            "email_addresses": [
                {"email": one.email, "verified": one.verified, "primary": one.primary} for one in addresses
            ],
            "signed_up_at": utc(user.date_joined),
            "last_signed_in_at": utc(user.last_login) if user.last_login else None,
            "second_factors": [one.type for one in Authenticator.objects.filter(user=user)],
        },
        **data_of_person([owner_of_user(user), *owners]),
    }


def delete_account(user: Any, owners: Sequence[str]) -> Erased:
    """The account, and the person in everything it booked; `owners` are further ones of theirs, such as a guest.

    Safe to run again where it died on the way: the account goes last. Raises StaffAccount.
    """
    if user.is_staff:
        raise StaffAccount("Accounts of staff are ended by an administrator. Ask for it at the box office.")
    owner = owner_of_user(user)
    # Only verified ones: an address that was merely typed here may be another person's.
    verified = list(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))
    done = erase_person([owner, *owners], verified)
    with transaction.atomic():
        history = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(user), object_id=str(user.pk))
        history.update(object_repr=ERASED, change_message="")
        Session.objects.filter(pk__in=_sessions_of(user, verified)).delete()
        user.delete()
    log.info("account_deleted", owner=owner, bookings=done.bookings)
    return done


def forget_unconfirmed_accounts(now: datetime) -> int:
    """Deletes accounts that were asked for and never signed in to: whoever has the address may not have asked."""
    unused = get_user_model().objects.filter(
        last_login=None,
        is_staff=False,
        date_joined__lte=now - timedelta(days=settings.KEEP_ABANDONED_DAYS),
        emailaddress__verified=False,  # made by signing up, not by an administrator
    )
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    return unused.exclude(Exists(confirmed)).delete()[1].get(get_user_model()._meta.label, 0)


def _sessions_of(user: Any, emails: Sequence[str]) -> list[str]:
    """Sessions are not listed by their users, so all are read. They repeat the address that was signed in with, and
    those of forms that were left half-way have nothing else."""
    found = []
    for session in Session.objects.all().iterator():
        inside = session.get_decoded()
        text = str(inside).lower()
        if inside.get("_auth_user_id") == str(user.pk) or any(email.lower() in text for email in emails):
            found.append(session.pk)
    return found
