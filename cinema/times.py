"""How moments are written for programs."""

from datetime import UTC, datetime


def utc(moment: datetime, timespec: str = "milliseconds", zone: str = "Z") -> str:
    """ISO 8601 in UTC with milliseconds, such as `2026-11-23T10:00:00.123Z`.

    `timespec` is `datetime.isoformat`'s; `zone` is how UTC is written, `Z` or `+00:00`.
    """
    return moment.astimezone(UTC).isoformat(timespec=timespec).removesuffix("+00:00") + zone
