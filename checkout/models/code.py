"""Codes that are mailed to whoever changes something from a link; see `checkout.bookings.codes`. Times are UTC."""

from django.db import models
from django.utils import timezone


class MailCode(models.Model):
    """One code of six digits. It is made when its mail is sent, and only a keyed hash of it is stored."""

    subject = models.CharField(max_length=80, help_text="what it is for: booking:… or offer:…")
    digest = models.CharField(max_length=64, blank=True, help_text="empty until the mail is sent")
    tries = models.PositiveSmallIntegerField(default=0, help_text="how often a code was given, right ones included")
    created_at = models.DateTimeField(default=timezone.now, help_text="when it was asked for")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="empty until the mail is sent")
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject", "-created_at"], name="mail_code_subject")]

    def __str__(self) -> str:
        return f"{self.subject} ({self.pk})"
