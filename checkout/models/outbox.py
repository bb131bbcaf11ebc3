"""What must happen because a transaction committed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from checkout.models.booking import Booking
from checkout.models.due import Due


class OutboxMessage(Due):
    """Something that must happen because a transaction committed: a mail, a refund. See `checkout.outbox.queue`."""

    key = models.CharField(max_length=120, unique=True, help_text="one effect, however often it is asked for")
    kind = models.CharField(max_length=40)
    booking = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="messages", help_text="if it has one"
    )
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None, given_up_at=None), name="outbox_due")]
        constraints = [
            # What is neither done nor given up comes due some time: without one it would wait for ever, unseen.
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(done_at__isnull=False) | Q(given_up_at__isnull=False),
                name="outbox_open_is_due",
            )
        ]

    def __str__(self) -> str:
        return self.key
