"""Requests that are done once, and their answers."""

from django.db import models
from django.utils import timezone

from checkout.models.due import Due


class IdempotencyKey(Due):
    """A request that is done once however often it is sent, and its answer; see `checkout.bookings.idempotency`.

    Fields and lease are those of every due row, `take` is not: no worker looks for keys. The same request does, and it
    must wait for a lock where a worker skips it, and be told that the key is busy where a worker finds nothing.
    `attempts` also says whose the lease is: whoever takes over an expired one has the next number.
    """

    owner = models.CharField(max_length=64, help_text="who asked: user_45 or guest_…")
    endpoint = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="of the request's body")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "endpoint", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.key}"
