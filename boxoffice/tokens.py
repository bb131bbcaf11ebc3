"""Staff tokens: made once, stored as a digest, known again by it, revoked, and counted.

Every deed of a token is in the log by itself. Its mere uses are counted, and the log has one row for the first use in
each hour, which also says how often it was used in the last such hour: a scanner that asks a hundred times a minute
must not bury the rest.
"""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from boxoffice.models import StaffToken, TokenHolder
from boxoffice.roles import Role
from cinema import deeds
from cinema.errors import DomainError
from cinema.models import Theatre
from seating.identity import owner_of_user
from seating.staff import TOKEN_PREFIX

LONGEST_DAYS = 366
SHOWN = 12  # letters of a token that people recognise it by


class UnusableToken(DomainError):
    code = "unusable_token"
    status = 422
    title = "Token not possible"


def make_token(
    user: User, role: str, theatre: Theatre | None, days: int, name: str = "", by: str = ""
) -> tuple[StaffToken, str]:
    """The stored token and its secret, which is shown once and kept nowhere. `theatre` None means all.

    An administrator's is always for all theatres. Raises UnusableToken.
    """
    if role not in Role.values:
        raise UnusableToken(f"Choose a role: {', '.join(Role.values)}.")
    if not user.is_active:
        raise UnusableToken("This account is closed.")
    if not 1 <= days <= LONGEST_DAYS:
        raise UnusableToken(f"A token lasts 1 to {LONGEST_DAYS} days.")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = StaffToken.objects.create(
            user=user,
            role=role,
            theatre=theatre,
            name=name,
            digest=digest_of(secret),
            start=secret[:SHOWN],
            expires_at=timezone.now() + timedelta(days=days),
        )
        deeds.record("make_token", by=by, theatre=token.theatre_id, after=_as_logged(token))
    return token, secret


def revoke_token(token_id: int, by: str = "") -> bool:
    """True if it was good until now."""
    with transaction.atomic():
        token = StaffToken.objects.select_for_update().filter(pk=token_id, revoked_at=None).first()
        if token is None:
            return False
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        deeds.record("revoke_token", by=by, theatre=token.theatre_id, before=_as_logged(token))
    return True


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def holder_of(secret: str, address: str = "", *, counted: bool = True) -> TokenHolder | None:
    """Who comes with this token, or None for one that is unknown, over, revoked or of a closed account. `address` is
    the client's."""
    tokens = StaffToken.objects.select_related("theatre")
    token = tokens.filter(digest=digest_of(secret), user__is_active=True).first()
    if token is None or not token.is_good:
        return None
    holder = TokenHolder.objects.get(pk=token.user_id)
    holder.token = token
    if counted:
        _count(holder, address)
    return holder


def _count(holder: TokenHolder, address: str) -> None:
    """One statement for each use; whoever begins an hour writes the log's row."""
    token = holder.token
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    same = StaffToken.objects.filter(pk=token.pk, hour=hour)
    if same.update(uses=F("uses") + 1, hour_uses=F("hour_uses") + 1):
        return
    with transaction.atomic():
        begun = StaffToken.objects.filter(pk=token.pk).exclude(hour=hour)
        if not begun.update(uses=F("uses") + 1, hour=hour, hour_uses=1):
            same.update(uses=F("uses") + 1, hour_uses=F("hour_uses") + 1)  # another request began the hour
            return
        last = {"hour": token.hour.isoformat(), "uses": token.hour_uses} if token.hour else {}
        with deeds.acting(lambda: deeds.Actor(owner_of_user(holder), holder, token.pk, address)):
            deeds.record("use_token", theatre=token.theatre_id, before=last, after={"token": token.start})


def _as_logged(token: StaffToken) -> dict[str, str]:
    return {
        "token": token.start,
        "for": owner_of_user(token.user),
        "post": token.title,
        "until": token.expires_at.isoformat(timespec="minutes"),
    }
