"""How amounts, running times, posters, form fields and the scripts' sentences are written in templates."""

import hashlib
from typing import Any

import segno
from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, RadioSelect, Select
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from checkout.money.paise import rupees as write_rupees
from frontend.translations import AsWritten, script_texts

register = template.Library()


@register.filter
def rupees(paise: int | None) -> str:
    """₹1,23,456 or ₹1,23,456.50: digits grouped as in India, paise only where there are any."""
    return "" if paise is None else write_rupees(int(paise), whole=True, minus="\N{MINUS SIGN}")


@register.filter
def off(paise: int) -> int:
    """An amount that is taken away, for `rupees`."""
    return -paise


@register.filter
def runtime(minutes: int) -> str:
    """134 is 2 h 14 min."""
    hours, rest = divmod(int(minutes), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def poster_version(svg: str) -> str:
    """What stands in a poster's address, so that a changed poster is a new address."""
    return hashlib.sha256(svg.encode()).hexdigest()[:12]


@register.filter
def poster_url(movie: Any) -> str:
    """The film's poster, or our own empty frame where it has none.

    Where the poster's text was left in the database it stays there: the address then has no version.
    """
    address = reverse("frontend:poster", args=[movie.slug])
    if "poster" in movie.get_deferred_fields():
        return address
    return f"{address}?v={poster_version(movie.poster)}" if movie.poster else static("frontend/img/poster.svg")


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's widget with Bootstrap's class for it; a field with errors is marked for the eye too."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | RadioSelect):
        name = "form-check-input"
    elif isinstance(widget, Select):
        name = "form-select"
    else:
        name = "form-control"
    return field.as_widget(attrs={"class": f"{name} is-invalid" if field.errors else name})


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def qr(code: str) -> str:
    """A `data:` address of the QR code of `code`: black on white in every colour scheme, so that gates read it."""
    return segno.make(code, micro=False, error="m").svg_data_uri(border=3, dark="#000", light="#fff")


@register.filter
def seats_of(booking: Any) -> str:
    """The seats that are still the customer's, or, where there are no good tickets, those that were booked."""
    good = [ticket.seat for ticket in booking.tickets.all() if ticket.cancelled_at is None]
    return ", ".join(good or [line.seat for line in booking.lines.all()])


@register.simple_tag
def texts_for_scripts() -> SafeString | str:
    """The page's language for `js/lib/text.js`; nothing in English, whose sentences the scripts carry themselves."""
    texts = script_texts(get_language() or settings.LANGUAGE_CODE)
    return json_script(texts, "texts", encoder=AsWritten) if texts else ""
