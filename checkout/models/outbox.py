"""What must happen because a transaction committed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from checkout.models.booking import Booking


class OutboxMessage(models.Model):
    """Something that must happen because a transaction committed: a mail, a refund. See `checkout.outbox.queue`."""

    key = models.CharField(max_length=120, unique=True, help_text="one effect, however often it is asked for")
    kind = models.CharField(max_length=40)
    booking = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="messages", help_text="if it has one"
    )
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now, help_text="also the end of the lease of whoever is at it")
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None, given_up_at=None), name="outbox_due")]

    def __str__(self) -> str:
        return self.key
