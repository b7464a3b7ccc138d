"""Lists are paged by cursor: the id of the last row seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and where the next ones begin (None: these are the last)."""

    items: Sequence[T]
    next_cursor: str | None = None

    @classmethod
    def of(cls, rows: Sequence[T], limit: int, key: Callable[[T], str]) -> "Page[T]":
        """Cut `limit + 1` fetched rows to a page; the extra row only says that there are more."""
        more = len(rows) > limit
        items = rows[:limit]
        return cls(items=items, next_cursor=key(items[-1]) if more else None)
