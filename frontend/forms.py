"""What visitors may type into the pages' forms. Filters are forgiving: what makes no sense filters nothing."""

from datetime import date as Date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class FilterForm(forms.Form):
    """The bar above "now showing". `wanted()` never fails, whatever stands in the address."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Film, actor or genre"), "autocomplete": "off"}
        ),
    )
    city = forms.ChoiceField(label=_("City"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    genre = forms.ChoiceField(label=_("Genre"), required=False)
    date = forms.DateField(label=_("Day"), required=False, input_formats=["%Y-%m-%d"], widget=forms.HiddenInput)

    def __init__(self, data: dict[str, Any], choices: dict[str, list[Any]]) -> None:
        """`choices` as `cinema.selectors.choices_now_showing` gives them; `days` are those to choose from."""
        super().__init__(data, auto_id="filter_%s")
        self._offer("city", _("All cities"), [(city.slug, city.name) for city in choices["cities"]])
        self._offer("language", _("All languages"), [(name, name) for name in choices["languages"]])
        self._offer("genre", _("All genres"), [(name, name) for name in choices["genres"]])

    def _offer(self, name: str, nothing: Any, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", nothing), *choices]

    def wanted(self) -> dict[str, Any]:
        """`{q, city, language, genre}` as strings (empty: any) and `date` (or None)."""
        self.is_valid()
        clean = self.cleaned_data
        return {name: clean.get(name) or (None if name == "date" else "") for name in self.fields}


class DayForm(forms.Form):
    """The day chosen on a film's page."""

    date = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    def day(self) -> Date | None:
        """None when there is no date to read."""
        self.is_valid()
        return self.cleaned_data.get("date")


class CancelShowForm(forms.Form):
    """Why the cinema cancels a show, in words for its customers."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("One or two sentences. Every customer reads them in the mail."),
    )
