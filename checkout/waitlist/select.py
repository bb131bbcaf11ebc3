"""Reading the waitlist: what its owner sees of an entry."""

from collections.abc import Sequence
from typing import Any

from checkout.models import WaitlistEntry
from cinema.times import utc


# ------------------------------------------------------------------------------------------------ waitlist
def waitlist_entry_of(owners: Sequence[str], show_id: int) -> WaitlistEntry | None:
    """This person's newest entry at the show, whatever has become of it."""
    return WaitlistEntry.objects.filter(show=show_id, owner__in=list(owners)).order_by("-id").first()


def waitlist_json(entry: WaitlistEntry | None) -> dict[str, Any] | None:
    """An entry as its owner sees it; `position` counts those before it and itself, and is null once it has a turn."""
    if entry is None:
        return None
    waiting, offered = entry.status == WaitlistEntry.Status.WAITING, entry.status == WaitlistEntry.Status.OFFERED
    before = WaitlistEntry.objects.filter(show=entry.show_id, status=WaitlistEntry.Status.WAITING, pk__lt=entry.pk)
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
