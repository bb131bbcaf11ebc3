"""People's posts, programs' tokens, supervisors' PINs, and the log of what staff did. Times are UTC."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils import timezone

from boxoffice.roles import AT_ALL_THEATRES, Role, posts_allow
from cinema.models import Theatre


class Post(models.Model):
    """A role at one theatre, or at all of them where `theatre` is empty."""

    role = models.CharField(max_length=20, choices=Role.choices)
    theatre = models.ForeignKey(
        Theatre, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="empty: all theatres"
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """An administrator's is for all theatres, whichever was named."""
        if self.role in AT_ALL_THEATRES:
            self.theatre = None
        super().save(*args, **kwargs)

    def is_at(self, theatre_id: int | None) -> bool:
        """Whether it counts there; None asks whether it counts anywhere."""
        return theatre_id is None or self.theatre_id is None or self.theatre_id == theatre_id

    @property
    def title(self) -> str:
        return f"{self.role} at {self.theatre.slug if self.theatre else 'all theatres'}"


class StaffPost(Post):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="posts")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["user", "role", "theatre"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "theatre"], name="one_post_per_theatre"),
            models.UniqueConstraint(fields=["user", "role"], condition=Q(theatre=None), name="one_post_for_all"),
            models.CheckConstraint(
                condition=~Q(role=Role.ADMINISTRATOR) | Q(theatre=None),
                name="administrators_are_for_all",
                violation_error_message="An administrator's post is for all theatres: leave the theatre empty.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.title}"


class StaffToken(Post):
    """What a program or a device shows instead of signing in. `digest` is the SHA-256 of the secret, which is random
    and long, so a slow hash would protect nothing; `start` is what people recognise it by."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_tokens", help_text="answers for it"
    )
    name = models.CharField(max_length=80, blank=True, help_text="what uses it: the scanner at the north gate")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    start = models.CharField(max_length=16, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    uses = models.PositiveBigIntegerField(default=0, help_text="in all")
    hour = models.DateTimeField(null=True, blank=True, help_text="the last hour in which it was used")
    hour_uses = models.PositiveBigIntegerField(default=0, help_text="in that hour")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.start}…: {self.title}"

    @property
    def is_good(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class TokenHolder(User):
    """The account that answers for a staff token, as the token's edges see it: with the token's role and no other
    right of the account, not even a superuser's."""

    token: StaffToken

    class Meta:
        proxy = True
        default_permissions = ()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and posts_allow([self.token], perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        return False

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("A token's holder is only looked at.")


class StaffPin(models.Model):
    """A supervisor's PIN, hashed as a password is. A few wrong ones lock it for a while (`boxoffice.pins`)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_pin")
    digest = models.CharField(max_length=128)
    changed_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"PIN of {self.user}"


class StaffEvent(models.Model):
    """One deed of staff, or one refusal. Rows are only ever added: the database itself refuses UPDATE and DELETE.

    Because they stay for ever, they point to nothing by foreign key, and hold nothing about customers: a booking is
    named by its reference, an account by its number.
    """

    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=64, blank=True, help_text="user_45, or command")
    approved_by = models.CharField(max_length=64, blank=True)
    post = models.CharField(max_length=200, blank=True, help_text="in which role, where; or the token")
    verb = models.CharField(max_length=40)
    theatre = models.BigIntegerField(null=True, blank=True)
    show = models.BigIntegerField(null=True, blank=True)
    booking = models.CharField(max_length=12, blank=True)
    seats = models.JSONField(default=list, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=64, blank=True, help_text="of the client, as limits count it")
    token = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at"], name="event_at"),
            models.Index(fields=["by", "-at"], name="event_by"),
            models.Index(fields=["verb", "-at"], name="event_verb"),
            models.Index(fields=["show", "-at"], name="event_show"),
            models.Index(fields=["theatre", "-at"], name="event_theatre"),
            models.Index(fields=["booking"], condition=~Q(booking=""), name="event_booking"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.by} {self.verb}"
