"""Shows: planned and changed through the services.

Times are entered and shown in the theatre's time zone.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from cinema import services
from cinema.admin.refusals import ReportsRefusals, dry_run
from cinema.admin.scope import OfTheatre
from cinema.errors import DomainError
from cinema.models import Show, ShowTier
from cinema.permissions import may

TIMES = ("starts_at", "ends_at", "on_sale_at")
CHANGED = ["starts_at", "ends_at", "language", "format", "on_sale_at", "refuse_single_seats", "accounts_only"]
NEW = ["movie", "screen", "starts_at", "language", "format", "on_sale_at", "refuse_single_seats", "accounts_only"]
HELP_TEXTS = dict.fromkeys(TIMES, "in the theatre's time zone")


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment as a naive time in that zone."""
    return moment.astimezone(zone).replace(tzinfo=None)


class TheatreTimeForm(forms.ModelForm[Show]):
    """Reads the entered times in the theatre's time zone instead of the site's."""

    def in_theatre_time(self, names: list[str], zone: ZoneInfo) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in names}
        for name in values.keys() & set(TIMES):
            values[name] = timezone.make_naive(values[name]).replace(tzinfo=zone)
        return values


class NewShow(TheatreTimeForm):
    """A new show with one price for all tiers; the price of each tier can be changed once the show is stored."""

    rupees = forms.IntegerField(label="price of every tier (₹)", min_value=1, max_value=100_000, initial=200)

    class Meta:
        model = Show
        fields = NEW
        help_texts = HELP_TEXTS

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors:
            screen = self.cleaned_data["screen"]
            plan = screen.plans.order_by("-version").first()
            tiers = [tier["name"] for tier in plan.layout["tiers"]] if plan else []
            self.arguments = self.in_theatre_time(NEW, screen.theatre.zone)
            self.arguments["prices"] = dict.fromkeys(tiers, self.cleaned_data["rupees"] * 100)
            dry_run(self, lambda: services.plan_show(**self.arguments))
        return self.cleaned_data


class ChangedShow(TheatreTimeForm):
    class Meta:
        model = Show
        fields = CHANGED
        help_texts = HELP_TEXTS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = self.instance.screen.theatre.zone
        for name in set(TIMES) & self.fields.keys():
            self.initial[name] = local(getattr(self.instance, name), self.zone)

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors:
            self.arguments = self.in_theatre_time(CHANGED, self.zone)
            dry_run(self, lambda: services.change_show(self.instance.pk, **self.arguments))
        return self.cleaned_data


class TierInline(admin.TabularInline[ShowTier, Show]):
    model = ShowTier
    extra = 0
    fields = ["name", "price"]
    readonly_fields = ["name"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Show | None = None) -> bool:
        """Prices are changed where the show is."""
        theatre = obj.screen.theatre_id if obj else None
        return may(request.user, "cinema.change_showtier", theatre)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Show)
class ShowAdmin(ReportsRefusals[Show], OfTheatre[Show]):
    theatre_path = "screen__theatre"
    list_display = ["movie", "screen", "starts", "language", "format", "state", "sale_opens"]
    list_filter = ["state", "screen__theatre", "format", "language"]
    list_select_related = ["movie", "screen__theatre"]
    search_fields = ["movie__title", "screen__name", "screen__theatre__name"]
    date_hierarchy = "starts_at"
    actions = ["open_shows", "close_shows", "cancel_shows"]

    @admin.display(description="starts", ordering="starts_at")
    def starts(self, show: Show) -> str:
        return f"{local(show.starts_at, show.screen.theatre.zone):%a %d %b %Y, %H:%M}"

    @admin.display(description="sale opens", ordering="on_sale_at")
    def sale_opens(self, show: Show) -> str:
        return f"{local(show.on_sale_at, show.screen.theatre.zone):%a %d %b %Y, %H:%M}"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=ChangedShow if obj else NewShow, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Show | None = None) -> Any:
        if obj is None:
            return [*NEW, "rupees"]
        return ["movie", "screen", "plan", "state", *CHANGED]

    def get_readonly_fields(self, request: HttpRequest, obj: Show | None = None) -> list[str]:
        return ["movie", "screen", "plan", "state"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Show | None = None) -> list[type[InlineModelAdmin[Any, Any]]]:
        return [TierInline] if obj else []

    def save_model(self, request: HttpRequest, obj: Show, form: Any, change: bool) -> None:
        saved = services.change_show(obj.pk, **form.arguments) if change else services.plan_show(**form.arguments)
        obj.__dict__.update(saved.__dict__)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        if not may(request.user, "cinema.change_showtier", form.instance.screen.theatre_id):
            return  # this person may only look at them
        prices = {tier.instance.name: tier.cleaned_data["price"] for tier in formset.forms}
        services.change_show(form.instance.pk, prices=prices)

    def has_delete_permission(self, request: HttpRequest, obj: Show | None = None) -> bool:
        """A show is cancelled, not deleted: tickets and payments refer to it."""
        return False

    @admin.action(description="Put on sale", permissions=["change"])
    def open_shows(self, request: HttpRequest, shows: QuerySet[Show]) -> None:
        self._move(request, shows, services.open_show, "on sale")

    @admin.action(description="Close the sale", permissions=["change"])
    def close_shows(self, request: HttpRequest, shows: QuerySet[Show]) -> None:
        self._move(request, shows, services.close_show, "closed")

    @admin.action(description="Cancel the show … (figures first)", permissions=["cancel"])
    def cancel_shows(self, request: HttpRequest, shows: QuerySet[Show]) -> HttpResponse | None:
        """Changes nothing: it leads to the page that shows what would be refunded and asks for a reason."""
        if len(shows) == 1:
            return redirect("frontend:cancel_show", show_id=shows[0].pk)
        self.message_user(request, "Choose one show: each is cancelled on a page of its own.", messages.ERROR)
        return None

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("boxoffice.cancel_show")

    def _move(self, request: HttpRequest, shows: QuerySet[Show], service: Callable[[int], Show], done: str) -> None:
        moved = 0
        for show in shows:
            if not self.has_change_permission(request, show):
                self.message_user(request, f"{show}: your post does not allow this there.", messages.ERROR)
                continue
            try:
                service(show.pk)
                moved += 1
            except DomainError as error:
                self.message_user(request, f"{show}: {error.detail}", messages.ERROR)
        if moved:
            self.message_user(request, f"{moved} show{'s' if moved > 1 else ''} now {done}.", messages.SUCCESS)
