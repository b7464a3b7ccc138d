"""Databases of a hundred thousand boxes in one process: few are open, the rest lie as bytes.

A box on the shelf takes some 11 kB. Work is done at once, without a thread: it is a millisecond
at most, and handing it to a thread would cost more than the work.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import sqlite_utils

from sync.schema import migrations

T = TypeVar("T")

OPEN_BOXES = 64
PAGE_BYTES = 512  # the tables of a box that is nearly empty fill few of them


class Shelf:
    """Opens boxes on demand, and puts away the one that was not used for longest."""

    def __init__(self) -> None:
        self._open: OrderedDict[int, sqlite_utils.Database] = OrderedDict()
        self._images: list[bytes] = []
        first = _connection()
        migrations.apply(sqlite_utils.Database(first))
        self._blank = first.serialize()
        first.close()

    def add(self) -> "ShelvedBox":
        """Return a new box."""
        self._images.append(self._blank)
        return ShelvedBox(self, len(self._images) - 1)

    def take(self, number: int) -> sqlite_utils.Database:
        """Return a box's database, open."""
        found = self._open.pop(number, None)
        if found is None:
            self._make_room()
            connection = _connection()
            connection.deserialize(self._images[number])
            found = sqlite_utils.Database(connection)
        self._open[number] = found
        return found

    def _make_room(self) -> None:
        if len(self._open) >= OPEN_BOXES:
            number, database = self._open.popitem(last=False)
            self._images[number] = database.conn.serialize()
            database.close()

    def close(self) -> None:
        """Let go of all boxes."""
        for database in self._open.values():
            database.close()
        self._open.clear()
        self._images.clear()


class ShelvedBox:
    """The database of one box."""

    def __init__(self, shelf: Shelf, number: int) -> None:
        self._shelf, self._number = shelf, number

    async def write(self, commit: Callable[[Any], T]) -> T:
        """Run a transaction."""
        tx = self._shelf.take(self._number)
        tx.conn.execute("BEGIN IMMEDIATE")
        try:
            value = commit(tx)
        except BaseException:
            tx.conn.execute("ROLLBACK")
            raise
        tx.conn.execute("COMMIT")
        return value

    async def read(self, query: Callable[[Any], T]) -> T:
        """Run a query."""
        return query(self._shelf.take(self._number))


def _connection() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    return connection
