"""What is sold: one row per (show, seat). It decides, whatever Redis says. And whose tokens were ended early."""

from django.db import models
from django.utils import timezone


class Claim(models.Model):
    """Who has a seat of a show. The unique constraint makes it impossible to sell a seat twice.

    A row is never deleted: a seat that comes back is `free`, and `changed_at` makes `reconcile_shows` look again.
    A `pending` claim past its `deadline` counts as free for whoever asks next.
    """

    class State(models.TextChoices):
        FREE = "free", "free"
        PENDING = "pending", "pending"
        SOLD = "sold", "sold"
        BLOCKED = "blocked", "blocked"

    show = models.ForeignKey("cinema.Show", on_delete=models.PROTECT, related_name="claims")
    seat = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State.choices, default=State.FREE)
    owner = models.CharField(max_length=64, blank=True, help_text="user_45 or guest_…; staff for a block")
    hold = models.CharField(max_length=32, blank=True, db_index=True, help_text="the hold this claim came from")
    deadline = models.DateTimeField(null=True, blank=True, help_text="a pending claim is void after this")
    held_since = models.DateTimeField(null=True, blank=True, help_text="the first lock, which limits extending")
    extended = models.BooleanField(default=False, help_text="a hold is extended once, also over a loss of Redis")
    reason = models.CharField(max_length=200, blank=True, help_text="why staff blocked it")
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["show", "seat"], name="one_claim_per_seat")]
        indexes = [models.Index(fields=["state", "deadline"])]

    def __str__(self) -> str:
        return f"{self.show_id}/{self.seat}: {self.state}"


class GuestGeneration(models.Model):
    """Whose tokens count no more: a guest's token with a lower generation than here. Without a row it is 0.

    `EVERYBODY` ends the tokens of all guests.
    """

    EVERYBODY = "*"

    owner = models.CharField(primary_key=True, max_length=64, help_text="guest_…, or * for every guest")
    generation = models.PositiveIntegerField(default=0)
    raised_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.owner}: {self.generation}"
