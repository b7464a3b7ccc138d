"""A person whose data is looked for in every place: what they are called there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TELLING = 6
"""A number shorter than this is found in anything."""


@dataclass(frozen=True)
class Subject:
    """One contact with all its names; `users` are its numbers as WhatsApp and people write them."""

    contact_id: str
    name: str | None
    phone: str | None
    since: str
    aliases: Sequence[str] = ()
    users: Sequence[str] = ()
    sessions: Sequence[str] = ()
    conversations: Sequence[str] = ()
    messages: Sequence[str] = ()
    wa_ids: Sequence[str] = ()
    traces: Sequence[str] = ()
    media: Sequence[str] = ()
    deals: Sequence[str] = ()
    words: Sequence[str] = ()
    """Beginnings of what the person wrote: to be searched for once it is erased."""

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every id that stands for the person or for something of theirs."""
        own = (self.contact_id, *self.conversations, *self.messages, *self.traces)
        return frozenset((*own, *self.wa_ids, *self.deals))

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The numbers that are long enough to be searched for."""
        return tuple(user for user in self.users if len(user) >= _TELLING)

    def mentioned_in(self, text: str) -> bool:
        """Say whether a text names the person by an id or a number."""
        if any(number in text for number in self.numbers):
            return True
        return any(found in self.ids for found in _ID.findall(text))

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Tally:
    """What became of the rows of one place."""

    erased: int = 0
    kept: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Count two together; what is kept is kept once."""
        return Tally(self.erased + other.erased, max(self.kept, other.kept))


def marks(values: Sequence[Any]) -> str:
    """Return the question marks of a list in SQL."""
    return ", ".join("?" * len(values))


def portions(values: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    """Return values in portions that a statement can take."""
    return [values[start : start + size] for start in range(0, len(values), size)]
