"""How far giving back a cancelled show has come. `checkout.cancellations.shows`
counts in the very transaction that gives a booking back, so the counts survive a process that dies."""

from django.db import models
from django.utils import timezone


class ShowCancellation(models.Model):
    """One show that the cinema cancelled; what is still to be done are its bookings that are not cancelled yet."""

    show = models.OneToOneField("cinema.Show", on_delete=models.PROTECT, related_name="cancellation")
    reason = models.CharField(max_length=300, blank=True, help_text="goes into the customers' mail")
    by = models.CharField(max_length=64, blank=True, help_text="owner string of the staff who did it")
    bookings = models.PositiveIntegerField(default=0, help_text="given back so far")
    seats = models.PositiveIntegerField(default=0, help_text="given back so far")
    refund = models.PositiveBigIntegerField(default=0, help_text="paise decided so far")
    given_up = models.PositiveIntegerField(default=0, help_text="pending bookings ended so far")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.show_id}: {self.bookings}"
