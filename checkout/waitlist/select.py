"""Reading the waitlist: what its owner sees of an entry."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from checkout.models import WaitlistEntry
from checkout.waitlist.confirming import FORGOTTEN_AFTER
from cinema.times import utc


# ------------------------------------------------------------------------------------------------ waitlist
def waitlist_entry_of(owners: Sequence[str], show_id: int) -> WaitlistEntry | None:
    """This person's newest entry at the show, whatever has become of it, unless it was not confirmed in time."""
    entries = WaitlistEntry.objects.filter(show=show_id, owner__in=list(owners))
    forgotten = {"status": WaitlistEntry.Status.UNCONFIRMED, "created_at__lte": timezone.now() - FORGOTTEN_AFTER}
    return entries.exclude(**forgotten).order_by("-id").first()


def waitlist_json(entry: WaitlistEntry | None) -> dict[str, Any] | None:
    """An entry as its owner sees it; `position` counts those before it and itself, and is null once it has a turn."""
    if entry is None:
        return None
    waiting, offered = entry.status == WaitlistEntry.Status.WAITING, entry.status == WaitlistEntry.Status.OFFERED
    others = WaitlistEntry.objects.filter(show=entry.show_id, status=WaitlistEntry.Status.WAITING)
    before = others.filter(Q(queued_at__lt=entry.queued_at) | Q(queued_at=entry.queued_at, pk__lt=entry.pk))
    ends = entry.offer_ends_at
    return {
        "id": entry.key,
        "status": entry.status,
        "count": entry.count,
        "tier": entry.tier or None,
        "name": entry.name,
        "email": entry.email,
        "position": before.count() + 1 if waiting else None,
        "created_at": utc(entry.created_at),
        "offer": {"seats": entry.seats, "adjacent": entry.adjacent, "expires_at": utc(ends)}
        if offered and ends
        else None,
    }
