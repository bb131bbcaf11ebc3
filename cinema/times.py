"""How moments are written in JSON."""

from datetime import UTC, datetime


def utc(moment: datetime) -> str:
    """ISO 8601 with milliseconds, such as `2026-11-23T10:00:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
