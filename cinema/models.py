"""What is shown where: City → Theatre → Screen → SeatingPlan, Movie, and the Show that joins them.

A seating plan is never changed once stored: a rebuilt screen gets a new version, and shows that are already planned
keep theirs. Times are stored in UTC and shown in the theatre's time zone.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone

from cinema.checks import check_names, check_poster, check_some_names, check_time_zone
from cinema.states import Sale


class City(models.Model):
    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "cities"

    def __str__(self) -> str:
        return self.name


class Theatre(models.Model):
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="theatres")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    address = models.CharField(max_length=240, blank=True)
    time_zone = models.CharField(max_length=64, default="Asia/Kolkata", validators=[check_time_zone])

    class Meta:
        ordering = ["city__name", "name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.city.name}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Screen(models.Model):
    theatre = models.ForeignKey(Theatre, on_delete=models.PROTECT, related_name="screens")
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["theatre", "name"]
        constraints = [models.UniqueConstraint(fields=["theatre", "name"], name="screen_name_once_per_theatre")]

    def __str__(self) -> str:
        return f"{self.theatre.name}, {self.name}"


class SeatingPlan(models.Model):
    """One version of a screen's seats. `source` is the imported file; the map is drawn from `layout`.

    `layout` is `{seats: [{id, row, number, x, y, tier, wheelchair, companion, couple}], tiers: [{name,
    color}], areas: [...], size: {width, height}}`, lengths in the plan's own units; see `cinema.plans`.
    """

    screen = models.ForeignKey(Screen, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    source = models.JSONField()
    layout = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["screen", "-version"]
        constraints = [models.UniqueConstraint(fields=["screen", "version"], name="plan_version_once_per_screen")]

    def __str__(self) -> str:
        return f"{self.screen}: {self.name} (version {self.version})"


class Certificate(models.TextChoices):
    """The Central Board of Film Certification's categories as of the 2024 rules."""

    U = "U", "U"
    UA7 = "UA 7+", "UA 7+"
    UA13 = "UA 13+", "UA 13+"
    UA16 = "UA 16+", "UA 16+"
    A = "A", "A"


class Movie(models.Model):
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=200, unique=True)
    synopsis = models.TextField(blank=True)
    genres = models.JSONField(
        default=list, validators=[check_some_names], help_text='Names, such as ["Drama", "Comedy"]'
    )
    languages = models.JSONField(
        default=list, validators=[check_some_names], help_text='Names, such as ["Hindi", "English"]'
    )
    runtime = models.PositiveIntegerField(help_text="minutes", validators=[MinValueValidator(1)])
    certificate = models.CharField(max_length=8, choices=Certificate.choices)
    release_date = models.DateField()
    cast = models.JSONField(
        default=list, blank=True, validators=[check_names], help_text="Names in the order of the credits"
    )
    trailer = models.CharField(
        "YouTube trailer id",
        max_length=11,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9_-]{11}$", "A YouTube id has eleven characters.")],
    )
    poster = models.TextField(blank=True, validators=[check_poster], help_text="an SVG document")

    class Meta:
        ordering = ["-release_date", "title"]

    def __str__(self) -> str:
        return self.title


class Show(models.Model):
    class State(models.TextChoices):
        SCHEDULED = "scheduled", "scheduled"
        ON_SALE = "on_sale", "on sale"
        CLOSED = "closed", "closed"
        CANCELLED = "cancelled", "cancelled"

    class Format(models.TextChoices):
        TWO_D = "2D", "2D"
        THREE_D = "3D", "3D"
        IMAX = "IMAX", "IMAX"
        FOUR_DX = "4DX", "4DX"

    movie = models.ForeignKey(Movie, on_delete=models.PROTECT, related_name="shows")
    screen = models.ForeignKey(Screen, on_delete=models.PROTECT, related_name="shows")
    plan = models.ForeignKey(SeatingPlan, on_delete=models.PROTECT, related_name="shows")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    language = models.CharField(max_length=40)
    format = models.CharField(max_length=4, choices=Format.choices, default=Format.TWO_D)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SCHEDULED)
    on_sale_at = models.DateTimeField(default=timezone.now)
    refuse_single_seats = models.BooleanField(
        default=False, help_text="refuse a selection that leaves a single free seat between taken ones"
    )
    accounts_only = models.BooleanField(
        default=False, help_text="everybody may look, but only accounts with a verified address may hold seats"
    )

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["movie", "starts_at"]),
            models.Index(fields=["screen", "starts_at"]),
            models.Index(fields=["starts_at", "state"]),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="show_ends_after_start")
        ]

    def __str__(self) -> str:
        start = self.starts_at.astimezone(self.screen.theatre.zone)
        return f"{self.movie} · {self.screen} · {start:%d %b %H:%M}"

    def sale(self, now: datetime | None = None) -> Sale:
        """How the sale stands at that moment, by default now. The clock counts even before the state has followed it.

        Seats are sold while it is `OPEN`, and then only.
        """
        now = now or timezone.now()
        if self.state == self.State.CANCELLED:
            return Sale.CANCELLED
        if self.state == self.State.CLOSED:
            return Sale.CLOSED
        if now >= self.starts_at:
            return Sale.OVER
        if self.state == self.State.SCHEDULED and now < self.on_sale_at:
            return Sale.NOT_YET
        return Sale.OPEN


class ShowTier(models.Model):
    """The price of one of the plan's tiers at one show, in paise, before tax."""

    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="tiers")
    name = models.CharField(max_length=60)
    price = models.PositiveIntegerField(help_text="paise, before tax", validators=[MinValueValidator(100)])
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["show", "name"], name="tier_once_per_show")]

    def __str__(self) -> str:
        return self.name
