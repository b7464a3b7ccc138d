"""Dates of a query: days of the tenant, or moments."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .errors import BadInputError


def moment(text: str | None, field: str, zone: ZoneInfo, *, end: bool = False) -> datetime | None:
    """Read an ISO date or date-time of a query; a bare date is a day of the tenant.

    As an end, a bare date includes its whole day. Raises BadInputError naming the field.
    """
    if text is None:
        return None
    try:
        if len(text) == len("2026-01-31"):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
        found = datetime.fromisoformat(text)
        local = found if found.tzinfo is not None else found.replace(tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInputError(
            field=field,
            problem="must be an ISO date or date-time, such as 2026-01-31",
            problem_pt="deve ser uma data ISO, como 2026-01-31 ou 2026-01-31T12:00:00Z",
        ) from error
