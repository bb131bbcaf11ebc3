"""Reads what a request says, field by field, and refuses it in Razorpay's words."""

from typing import Any

from checkout.sandbox.errors import ApiError
from checkout.sandbox.store import Document, Documents, public

CURRENCY = "INR"
LOWEST_PAISE = 100
HIGHEST_PAISE = 50_000_000_00
MOST_NOTES = 15
LONGEST_NOTE = 256
LONGEST_RECEIPT = 40


def only(body: Document, *allowed: str) -> None:
    """Refuses fields that Razorpay does not know here."""
    extra = [name for name in body if name not in allowed]
    if extra:
        verb = "is" if len(extra) == 1 else "are"
        raise ApiError(
            f"{', '.join(extra)} {verb} not required and should not be sent",
            reason="extra_field_sent",
        )


def amount(body: Document, default: int | None = None) -> int:
    """Integer paise, at least 100."""
    value = body.get("amount", default)
    if value is None:
        raise ApiError("The amount field is required.", field="amount")
    if type(value) is not int:
        raise ApiError("The amount must be an integer.", field="amount")
    if value < LOWEST_PAISE:
        raise ApiError("The amount must be at least INR 1.00.", field="amount")
    if value > HIGHEST_PAISE:
        raise ApiError("Amount exceeds maximum amount allowed.", field="amount")
    return value


def currency(body: Document, default: str | None = None) -> str:
    value = body.get("currency", default)
    if value is None:
        raise ApiError("The currency field is required.", field="currency")
    if value != CURRENCY:
        raise ApiError("Currency is not supported", field="currency")
    return CURRENCY


def text(body: Document, name: str, longest: int, default: str | None = None) -> str | None:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ApiError(f"The {name} must be a string.", field=name)
    if len(value) > longest:
        raise ApiError(f"The {name} may not be greater than {longest} characters.", field=name)
    return value


def notes(body: Document) -> dict[str, Any] | list[Any]:
    """Up to 15 pairs of up to 256 characters; none are written `[]`, as PHP writes an empty array."""
    value = body.get("notes")
    if not value:
        return []
    if not isinstance(value, dict):
        raise ApiError("The notes must be an array.", field="notes")
    if len(value) > MOST_NOTES:
        raise ApiError(f"Number of fields in notes should be less than or equal to {MOST_NOTES}", field="notes")
    if any(isinstance(note, dict | list) or len(str(note)) > LONGEST_NOTE for note in value.values()):
        raise ApiError(f"Notes values must be texts of at most {LONGEST_NOTE} characters.", field="notes")
    return value


def choice(body: Document, name: str, allowed: tuple[str, ...], default: str) -> str:
    value = body.get(name, default)
    if value not in allowed:
        raise ApiError(f"The {name} must be one of {', '.join(allowed)}.", field=name)
    return str(value)


def seconds(body: Document, name: str, default: float, highest: float) -> float:
    value = body.get(name, default)
    if type(value) not in {int, float} or not 0 <= value <= highest:
        raise ApiError(f"{name} must be a number of seconds between 0 and {highest:g}.", field=name)
    return float(value)


def collection(items: list[Document]) -> Document:
    return {"entity": "collection", "count": len(items), "items": [public(item) for item in items]}


def page(
    docs: Documents,
    kind: str,
    query: dict[str, str],
    *,
    parent: str | None = None,
) -> Document:
    """A list as Razorpay pages it: `count` (10, at most 100), `skip`, and `from` and `to` in seconds."""
    return collection(
        docs.find(
            kind,
            parent=parent,
            limit=_number(query, "count", 10, 1, 100),
            skip=_number(query, "skip", 0, 0, 2**40),
            since=_number(query, "from", 0, 0, 2**40),
            until=_number(query, "to", 2**40, 0, 2**40),
        )
    )


def _number(query: dict[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise ApiError(f"The {name} must be an integer.", field=name)
    if not lowest <= int(value) <= highest:
        raise ApiError(f"The {name} must be between {lowest} and {highest}.", field=name)
    return int(value)
