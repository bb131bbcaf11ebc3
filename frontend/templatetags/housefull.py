"""Template filters and tags for amounts, running times, posters, form fields, QR codes and the scripts' texts."""

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
from frontend.translations import UnescapedEncoder, script_texts

register = template.Library()


@register.filter
def rupees(paise: int | None) -> str:
    """₹1,23,456 or ₹1,23,456.50: digits grouped as in India, paise only where there are any."""
    return "" if paise is None else write_rupees(int(paise), whole=True, minus="\N{MINUS SIGN}")


@register.filter
def off(paise: int) -> int:
    """A deduction: the negative amount, for `rupees`."""
    return -paise


@register.filter
def runtime(minutes: int) -> str:
    """134 → "2 h 14 min"."""
    hours, rest = divmod(int(minutes), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def poster_version(svg: str) -> str:
    """The version in a poster's URL: a changed poster gets a new URL."""
    return hashlib.sha256(svg.encode()).hexdigest()[:12]


@register.filter
def poster_url(movie: Any) -> str:
    """The URL of the movie's poster, or of a placeholder if it has none.

    If the query deferred `poster`, it is not loaded for this: the URL then has no version.
    """
    address = reverse("frontend:poster", args=[movie.slug])
    if "poster" in movie.get_deferred_fields():
        return address
    return f"{address}?v={poster_version(movie.poster)}" if movie.poster else static("frontend/img/poster.svg")


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's widget with its Bootstrap class; a field with errors also gets `is-invalid`."""
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
    """The QR code of `code` as a `data:` URL, black on white in every colour scheme so that scanners can read it."""
    return segno.make(code, micro=False, error="m").svg_data_uri(border=3, dark="#000", light="#fff")


@register.filter
def seats_of(booking: Any) -> str:
    """The seats of the tickets that are not cancelled, or, if there are none, all seats that were booked."""
    current = [ticket.seat for ticket in booking.tickets.all() if ticket.cancelled_at is None]
    return ", ".join(current or [line.seat for line in booking.lines.all()])


@register.simple_tag
def texts_for_scripts() -> SafeString | str:
    """The translations for `js/lib/text.js` as a JSON block; nothing in English, which is in the scripts already."""
    texts = script_texts(get_language() or settings.LANGUAGE_CODE)
    return json_script(texts, "texts", encoder=UnescapedEncoder) if texts else ""
