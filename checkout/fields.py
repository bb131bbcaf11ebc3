"""The types of what requests bring: each says what it refuses. Unknown fields and loose types are refused, too."""

from typing import Annotated

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

LARGEST_ID = 2**63 - 1
MOST_NAMED = 1000  # far above what may be booked: a longer list is not a mistake but an attack


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("Leave out line breaks and other control characters.")
    return text


def filled(text: str) -> str:
    if not text.strip():
        raise ValueError("Write something.")
    return text.strip()


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError("Write an e-mail address such as alice@example.com.") from None
    return text


def _plain_phone(text: str) -> str:
    return "".join(letter for letter in text if letter not in " ()-")


def _different(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("Name each of them once.")
    return names


Printable = AfterValidator(_printable)
ShowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Seat = Annotated[str, Field(min_length=1, max_length=40), Printable]
Seats = Annotated[list[Seat], Field(min_length=1, max_length=MOST_NAMED), AfterValidator(_different)]
Name = Annotated[str, Field(max_length=120), Printable, AfterValidator(filled)]
Email = Annotated[str, Field(max_length=254), Printable, AfterValidator(_email)]
Phone = Annotated[
    str,
    Field(pattern=r"^(\+?[0-9][0-9 ()-]{4,22})?$", description="digits, may be left empty"),
    AfterValidator(_plain_phone),
]
Opaque = Annotated[str, Field(min_length=1, max_length=200)]
TicketId = Annotated[str, Field(min_length=1, max_length=40), Printable]
Paise = Annotated[int, Field(description="paise")]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)
