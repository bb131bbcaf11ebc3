"""A guest signs in: what they hold becomes the account's."""

from django.conf import settings
from django.utils import timezone

from seating import index, store
from seating.budgets import budget_for
from seating.models import Claim
from seating.services.execute import run_built


def shows_with_holds_of(owner: str) -> list[int]:
    """Shows at which they hold seats, paid for or not. Raises HoldsUnavailable."""
    return index.shows_with_holds_of(owner)


def adopt_holds(show_id: int, guest: str, account: str, *, verified: bool) -> list[str]:
    """Every hold of the guest at this show becomes the account's; returns their seats. Again, it does nothing.

    The seats count in the account's budget from now on, if its address is verified. Raises HoldsUnavailable.
    """
    budget = budget_for(account, "", verified=verified).name
    longest = settings.LONGEST_HOLD_SECONDS * 1000
    return run_built(store.adopt(show_id, guest, account, budget, longest))[2:]


def adopt_claims(guest: str, account: str) -> None:
    """The same for the claims, at all shows. Call inside the transaction that moves the bookings."""
    claims = Claim.objects.filter(owner=guest)
    # Locked in the order in which everybody locks them, so that nobody waits in a circle.
    mine = [claim.pk for claim in claims.select_for_update().order_by("show", "seat")]
    Claim.objects.filter(pk__in=mine).update(owner=account, changed_at=timezone.now())
