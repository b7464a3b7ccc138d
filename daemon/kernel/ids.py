"""Ids that sort by time: UUIDv7, as text."""

from uuid_utils import uuid7


def new_id() -> str:
    """Return a new id; later ids sort after earlier ones of this process."""
    return str(uuid7())
