"""Forms of the pages. Filters ignore values that are invalid or not offered."""

from datetime import date as Date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from boxoffice.log import Wanted
from boxoffice.pins import LONGEST, SHORTEST
from boxoffice.roles import Role
from boxoffice.tokens import LONGEST_DAYS
from cinema.models import Theatre


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

    def ask_for(self, title: str) -> None:
        """From now on the title must be typed: what is refunded cannot be taken back."""
        self.title = title
        self.fields["confirmation"] = forms.CharField(
            label=_("To confirm, type the movie's title"),
            max_length=200,
            help_text=escape(title),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    def clean_confirmation(self) -> str:
        typed = " ".join(self.cleaned_data["confirmation"].split()).casefold()
        if typed != " ".join(self.title.split()).casefold():
            raise forms.ValidationError(_("This is not the movie's title."))
        return self.title


class LogForm(forms.Form):
    """The search of the log. `wanted()` never fails: invalid values in the URL are ignored."""

    person = forms.CharField(label=_("Person"), required=False, max_length=100)
    verb = forms.ChoiceField(label=_("What"), required=False)
    show = forms.IntegerField(label=_("Show"), required=False, min_value=1, max_value=2**63 - 1)
    booking = forms.CharField(label=_("Booking"), required=False, max_length=12)
    seat = forms.CharField(label=_("Seat"), required=False, max_length=40)
    day = forms.DateField(
        label=_("Day"), required=False, input_formats=["%Y-%m-%d"], widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, verbs: list[str]) -> None:
        super().__init__(data, auto_id="log_%s")
        field = self.fields["verb"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("Everything")), *((verb, verb.replace("_", " ")) for verb in verbs)]

    def wanted(self) -> Wanted:
        self.is_valid()
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if value})


class TokenForm(forms.Form):
    """A new staff token. `account` is the person who answers for it."""

    account = forms.EmailField(label=_("Account"), help_text=_("The e-mail address of the person who answers for it."))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    theatre = forms.ChoiceField(label=_("Theatre"), required=False)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=LONGEST_DAYS, initial=30)
    name = forms.CharField(label=_("What uses it"), max_length=80, required=False)

    def __init__(self, data: Any, theatres: list[Theatre]) -> None:
        super().__init__(data)
        self.theatres = {str(theatre.pk): theatre for theatre in theatres}
        field = self.fields["theatre"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All theatres")), *((pk, str(theatre)) for pk, theatre in self.theatres.items())]

    def clean_account(self) -> User:
        user = User.objects.filter(email__iexact=self.cleaned_data["account"], is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("There is no such account."))
        return user

    def clean_theatre(self) -> Theatre | None:
        return self.theatres.get(self.cleaned_data["theatre"])


class PinForm(forms.Form):
    pin = forms.CharField(
        label=_("New PIN"),
        min_length=SHORTEST,
        max_length=LONGEST,
        help_text=_("6 to 12 digits. You type it at a cashier's screen to approve what they may not do alone."),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
