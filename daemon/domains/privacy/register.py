"""Erasures outside of the database: a restored backup does not bring back who was erased."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson


@dataclass(frozen=True)
class Entry:
    """One erasure: which pseudonyms, and until when their contact had begun."""

    id: str
    at: datetime
    pseudonyms: frozenset[str]


class Register:
    """A file of lines, each on the disk before anything is erased."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, number: str, at: datetime, pseudonyms: Sequence[str]) -> None:
        """Write a line, once."""
        if any(entry.id == number for entry in self.read()):
            return
        line = orjson.dumps({"id": number, "at": at.isoformat(), "who": list(pseudonyms)})
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> list[Entry]:
        """Return every line that is whole."""
        if not self.path.exists():
            return []
        found = list[Entry]()
        for line in self.path.read_bytes().splitlines():
            try:
                data = orjson.loads(line)
                entry = Entry(
                    str(data["id"]), datetime.fromisoformat(data["at"]), frozenset(data["who"])
                )
            except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
                continue  # half a line: the power went before anything was erased
            found.append(entry)
        return found
