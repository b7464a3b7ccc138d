"""The parts of an event that both ends write and read the same way."""

from datetime import UTC, datetime


def source(device_id: str, stream: str, epoch: int) -> str:
    """Return the CloudEvents source: it binds an event to its device, stream and epoch."""
    return f"/devices/{device_id}/{stream}/{epoch}"


def stamp(at: datetime) -> str:
    """Return the one text form of a time: RFC 3339, UTC, microseconds; it sorts as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Return the aware time a text says."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
