"""Forms of the pages. Filters ignore values that are invalid or not offered."""

from datetime import date as Date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class FilterForm(forms.Form):
    """The filter bar of the home page. `filters()` never fails: invalid values in the URL are ignored."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Movie, actor or genre"), "autocomplete": "off"}
        ),
    )
    city = forms.ChoiceField(label=_("City"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    genre = forms.ChoiceField(label=_("Genre"), required=False)
    date = forms.DateField(label=_("Day"), required=False, input_formats=["%Y-%m-%d"], widget=forms.HiddenInput)

    def __init__(self, data: dict[str, Any], choices: dict[str, list[Any]]) -> None:
        """`choices` as returned by `cinema.selectors.choices_now_showing`."""
        super().__init__(data, auto_id="filter_%s")
        self._set_choices("city", _("All cities"), [(city.slug, city.name) for city in choices["cities"]])
        self._set_choices("language", _("All languages"), [(name, name) for name in choices["languages"]])
        self._set_choices("genre", _("All genres"), [(name, name) for name in choices["genres"]])

    def _set_choices(self, name: str, empty_label: Any, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", empty_label), *choices]

    def filters(self) -> dict[str, Any]:
        """`{q, city, language, genre}` as strings (empty: any) and `date` (None: any)."""
        self.is_valid()
        cleaned = self.cleaned_data
        return {name: cleaned.get(name) or (None if name == "date" else "") for name in self.fields}


class DayForm(forms.Form):
    """The day chosen on a movie's page."""

    date = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    def day(self) -> Date | None:
        """None without a valid date."""
        self.is_valid()
        return self.cleaned_data.get("date")


class ContactForm(forms.Form):
    """Whom a booking is for, by the same rules as the API's (`checkout.fields`)."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("Email address"), max_length=254)
    phone = forms.RegexField(
        r"^(\+?[0-9][0-9 ()-]{4,22})?$",
        label=_("Phone (optional)"),
        required=False,
        error_messages={"invalid": _("Write the telephone number in digits.")},
    )


class CancelShowForm(forms.Form):
    """The reason why the cinema cancels a show, written for its customers."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("One or two sentences. They are part of the mail to every customer."),
    )
