"""Cities, theatres, screens and their seating plans."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from cinema import services
from cinema.admin.refusals import ReportsRefusals
from cinema.admin.scope import OfTheatre
from cinema.models import City, Screen, SeatingPlan, Theatre
from cinema.permissions import theatres_where
from cinema.plans import LARGEST_FILE, PlanError, read_plan


@admin.register(City)
class CityAdmin(admin.ModelAdmin[City]):
    list_display = ["name", "slug"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


class ScreenInline(admin.TabularInline[Screen, Theatre]):
    model = Screen
    extra = 0


@admin.register(Theatre)
class TheatreAdmin(OfTheatre[Theatre]):
    theatre_path = ""
    list_display = ["name", "city", "time_zone"]
    list_filter = ["city"]
    list_select_related = ["city"]
    search_fields = ["name", "address", "city__name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ScreenInline]


@admin.register(Screen)
class ScreenAdmin(OfTheatre[Screen]):
    theatre_path = "theatre"
    list_display = ["name", "theatre"]
    list_filter = ["theatre__city", "theatre"]
    list_select_related = ["theatre__city"]
    search_fields = ["name", "theatre__name"]
    autocomplete_fields = ["theatre"]


class PlanUpload(forms.ModelForm[SeatingPlan]):
    """The upload of a plan file; an error in the file is shown at the field."""

    file = forms.FileField(help_text="A plan as seats.pretix.eu saves it (JSON, at most 10 MB).")

    screens: ClassVar[QuerySet[Screen]]  # where the person may

    class Meta:
        model = SeatingPlan
        fields = ["screen"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["screen"].queryset = self.screens  # type: ignore[attr-defined]

    def clean_file(self) -> bytes:
        data: bytes = self.cleaned_data["file"].read(LARGEST_FILE + 1)
        try:
            read_plan(data)
        except PlanError as error:
            raise forms.ValidationError(str(error)) from None
        return data


@admin.register(SeatingPlan)
class SeatingPlanAdmin(ReportsRefusals[SeatingPlan], OfTheatre[SeatingPlan]):
    """Read-only once stored, because shows use it. A changed hall is a new upload and a new version."""

    theatre_path = "screen__theatre"
    list_display = ["name", "screen", "version", "seats", "created_at"]
    list_filter = ["screen__theatre"]
    list_select_related = ["screen__theatre"]
    search_fields = ["name", "screen__name", "screen__theatre__name"]
    stored_fields = ["screen", "version", "name", "seats", "tiers", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeatingPlan]:
        return super().get_queryset(request).defer("source")

    @admin.display(description="seats")
    def seats(self, plan: SeatingPlan) -> int:
        return len(plan.layout["seats"])

    @admin.display(description="tiers")
    def tiers(self, plan: SeatingPlan) -> str:
        return ", ".join(tier["name"] for tier in plan.layout["tiers"])

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj:
            return super().get_form(request, obj, change, **kwargs)
        screens = Screen.objects.filter(theatre__in=theatres_where(request.user, "cinema.add_seatingplan"))
        return type("PlanUpload", (PlanUpload,), {"screens": screens})

    def get_fields(self, request: HttpRequest, obj: SeatingPlan | None = None) -> Any:
        return self.stored_fields if obj else ["screen", "file"]

    def get_readonly_fields(self, request: HttpRequest, obj: SeatingPlan | None = None) -> list[str]:
        return self.stored_fields if obj else []

    def save_model(self, request: HttpRequest, obj: SeatingPlan, form: Any, change: bool) -> None:
        stored = services.import_plan(form.cleaned_data["file"], form.cleaned_data["screen"])
        obj.__dict__.update(stored.__dict__)

    def has_change_permission(self, request: HttpRequest, obj: SeatingPlan | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SeatingPlan | None = None) -> bool:
        return False
