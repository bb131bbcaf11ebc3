"""The gateway's messages, kept as they came."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from checkout.models.due import Due


class WebhookEvent(Due):
    """A verified message of the gateway, kept as it came. It is a hint to go and ask, never the truth."""

    event_id = models.CharField(max_length=200, unique=True)
    event = models.CharField(max_length=60, blank=True)
    entity_id = models.CharField(max_length=64, blank=True, help_text="of the payment, order or refund it is about")
    order_id = models.CharField(max_length=64, blank=True)
    body = models.TextField()
    received_at = models.DateTimeField(default=timezone.now, db_index=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["event", "entity_id"]),
            models.Index(fields=["due_at"], condition=Q(processed_at=None), name="webhook_due"),
        ]
        constraints = [
            # What is not processed comes due some time: without one it would wait for ever, unseen.
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(processed_at__isnull=False), name="webhook_open_is_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.entity_id}"
