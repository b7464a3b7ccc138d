"""Doubles and helpers: a clock that stands still, and a box's database."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlite_utils

from sync.schema import migrations

T = TypeVar("T")


class StillClock:
    """A clock that moves only when a test says so."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.up = 100.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.up

    def advance(self, **amount: float) -> None:
        step = timedelta(**amount)
        self.wall += step
        self.up += step.total_seconds()


class Box:
    """One SQLite file with the tables of the sync, written in transactions."""

    def __init__(self, path: Path | str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.row_factory = sqlite3.Row
        self.tx = sqlite_utils.Database(self.connection)
        migrations.apply(self.tx)

    async def write(self, commit: Callable[[Any], T]) -> T:
        return await asyncio.to_thread(self._write, commit)

    async def read(self, query: Callable[[Any], T]) -> T:
        return await asyncio.to_thread(query, self.tx)

    def _write(self, commit: Callable[[Any], T]) -> T:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            value = commit(self.tx)
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return value


class OpenSeal:
    """Marks what is sealed, so that a test sees that it was; the daemon's vault really seals."""

    def seal(self, data: bytes, *, context: str) -> bytes:
        return context.encode() + b"|" + data

    def open(self, sealed: bytes, *, context: str) -> bytes:
        assert sealed.startswith(context.encode() + b"|")
        return sealed.removeprefix(context.encode() + b"|")
