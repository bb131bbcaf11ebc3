"""Rows that are worked on when their time has come: one lease and one waiting time for all of them.

`take` hands out due rows under a lease → the caller works on each and then sets what comes next: done, due again after
`wait_after`, or nothing more (`due_at` is empty). A worker that dies does none of that, and the lease runs out.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models, transaction
from django.utils import timezone


class Due(models.Model):
    """The lease is the due time itself, moved into the future: whoever dies with a row leaves it to come due again."""

    due_at = models.DateTimeField(
        null=True,
        blank=True,
        default=timezone.now,
        help_text="when to work on it next, or the end of a worker's lease; empty: there is nothing more to do",
    )
    attempts = models.PositiveIntegerField(default=0, help_text="how often it was worked on")

    class Meta:
        abstract = True

    def is_due(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now

    def lease(self, until: datetime, *, counted: bool = True) -> None:
        """Inside the transaction that has locked the row: nobody else takes it before `until`."""
        self.due_at = until
        self.attempts += counted
        self.save(update_fields=["due_at", "attempts"])


Row = TypeVar("Row", bound=Due)


def take(
    rows: models.QuerySet[Row], now: datetime, lease: timedelta, limit: int = 1, *, counted: bool = True
) -> list[Row]:
    """At most `limit` of `rows` that are due, earliest first, leased for so long from `now` and committed.

    Rows that another taker has just locked are skipped, so two takers at once never get the same one. `counted` adds
    one to their attempts. Raises RuntimeError inside a transaction: until that commits, a lease holds nobody off.
    """
    with transaction.atomic(durable=True):
        due = rows.select_for_update(skip_locked=True).filter(due_at__lte=now)
        taken = list(due.order_by("due_at", "pk")[:limit])
        for row in taken:
            row.lease(now + lease, counted=counted)
    return taken


def wait_after(attempts: int, first: timedelta, longest: timedelta) -> timedelta:
    """How long to wait after so many attempts: `first` after one, doubling with each further one, at most `longest`."""
    doublings: int = 2 ** min(attempts - 1, 20)
    return min(first * doublings, longest)
