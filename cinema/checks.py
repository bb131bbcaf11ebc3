"""Validators for fields of the cinema's models.

Each raises Django's ValidationError with a hint on what to write.
"""

import re
from xml.etree import ElementTree
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

LONGEST_NAME = 80
LARGEST_POSTER = 200_000  # characters
POSTER_REFUSED = re.compile(r"<!DOCTYPE|<!ENTITY|<\?xml-stylesheet", re.IGNORECASE)
SVG = "{http://www.w3.org/2000/svg}"


def check_time_zone(name: str) -> None:
    """Accepts only an IANA time zone."""
    if name not in available_timezones():
        raise ValidationError(f"{name!r} is not a time zone. Write a name such as Asia/Kolkata.")


def check_names(names: object) -> None:
    """Accepts only a list of different, non-empty names."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValidationError('Write a list of names, such as ["Drama", "Comedy"].')
    for name in names:
        if not name.strip() or name != name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            raise ValidationError(f"{name!r} is not a name: write 1 to {LONGEST_NAME} plain characters.")
    if len({name.casefold() for name in names}) < len(names):
        raise ValidationError("A name is listed twice. Write each name once.")


def check_some_names(names: object) -> None:
    """Like `check_names`, but refuses an empty list."""
    check_names(names)
    if not names:
        raise ValidationError("Write at least one name.")


def check_poster(text: str) -> None:
    """Accepts only an SVG document without scripts, event handlers and external references."""
    if len(text) > LARGEST_POSTER:
        raise ValidationError(f"The poster is too large: at most {LARGEST_POSTER:,} characters.")
    if POSTER_REFUSED.search(text):
        raise ValidationError("The poster must not have a DOCTYPE, entities or a stylesheet reference.")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - entities were refused above
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise ValidationError(f"The poster is not an SVG document: {error}.") from None
    if root.tag != f"{SVG}svg":
        raise ValidationError('The poster must be an <svg xmlns="http://www.w3.org/2000/svg"> document.')
    for element in root.iter():
        _check_element(element)


def _check_element(element: ElementTree.Element) -> None:
    tag = element.tag.removeprefix(SVG) if isinstance(element.tag, str) else ""
    if tag in {"script", "foreignObject", "iframe", "handler"} or "{" in tag:
        raise ValidationError(f"The poster must not contain <{tag}>.")
    for name, value in element.attrib.items():
        local_name = name.rpartition("}")[2].lower()
        if local_name.startswith("on"):
            raise ValidationError(f"The poster must not contain the event handler {local_name!r}.")
        if local_name in {"href", "src"} and not value.startswith("#"):
            raise ValidationError("The poster must not refer to anything outside itself.")
