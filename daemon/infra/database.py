"""One SQLite file, one writer thread with group commit, a few reader threads.

WAL with `synchronous=FULL`: what `write` returned is on the disk. Each write is a function that
takes the transaction; many waiting writes share one COMMIT (and one fsync), each in a savepoint
of its own, so that one that raises takes back only its own rows.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias, TypeVar

import sqlite_utils
from sqlite_utils import Migrations

T = TypeVar("T")
Connection: TypeAlias = sqlite_utils.Database
Write = tuple[Callable[[Connection], Any], asyncio.Future[Any], asyncio.AbstractEventLoop]


@dataclass(frozen=True)
class Alone:
    """Work on the writer's connection that no transaction may be open for."""

    work: Callable[[sqlite3.Connection], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


GROUP_LIMIT = 256
READERS = 3
BUSY_TIMEOUT_MS = 5_000


# Errors of the disk or the file: the whole group is in doubt, not only the write that met it.
SHARED_FAULTS = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_BUSY")


class DatabaseFailedError(Exception):
    """The disk refused an fsync: nothing may be acknowledged after it, so the daemon must stop."""


class LiveResultError(TypeError):
    """A function returned what still reads from its connection, or has not run at all."""

    def __init__(self, value: object) -> None:
        super().__init__(
            f"a function of the database returned a live {type(value).__name__}: make it a list, "
            "or fetch what is wanted, before it returns"
        )


class Database:
    """The one owner of the SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writes: queue.SimpleQueue[Write | Alone | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._writer: threading.Thread | None = None
        self._after_commit: list[Callable[[], None]] = []
        self._fatal: list[Callable[[Exception], None]] = []
        self._failed: DatabaseFailedError | None = None

    @classmethod
    async def open(cls, path: Path, migrations: Iterable[Migrations] = ()) -> Self:
        """Open or create the file, bring its schema up to date, start the writer."""
        database = cls(path)
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()
        steps = list(migrations)
        database._writer = threading.Thread(
            target=database._run, args=(steps, ready, loop), name="db-write", daemon=True
        )
        database._writer.start()
        await ready
        return database

    async def write(self, commit: Callable[[Connection], T]) -> T:
        """Run `commit(tx)` in a transaction and return its value once it is on the disk."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._writes.put((commit, future, loop))
        # A write that was handed over happens: a caller that goes away does not take it back.
        return await asyncio.shield(future)

    async def alone(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work(connection)` between two transactions of the writer, such as a VACUUM."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._writes.put(Alone(work, future, loop))
        return await asyncio.shield(future)

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query(tx)` on a read-only connection, beside the writer."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read, query)

    def after_commit(self, listener: Callable[[], None]) -> None:
        """Call `listener()` on the writer thread after each commit; it must be quick."""
        self._after_commit.append(listener)

    def on_fatal(self, listener: Callable[[Exception], None]) -> None:
        """Call `listener(error)` on the writer thread when the disk cannot be trusted any more."""
        self._fatal.append(listener)

    async def close(self) -> None:
        """Finish what was handed over, then close."""
        self._writes.put(None)
        if self._writer is not None:
            await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._opened:
            connection.close()

    # -- writer thread

    def _run(
        self,
        migrations: list[Migrations],
        ready: asyncio.Future[None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        try:
            tx = sqlite_utils.Database(connect(self.path))
            for steps in migrations:
                steps.apply(tx)
        except BaseException as error:  # noqa: BLE001 - the opener waits for it in another thread
            loop.call_soon_threadsafe(ready.set_exception, error)
            return
        loop.call_soon_threadsafe(ready.set_result, None)
        try:
            while (group := self._next_group()) is not None:
                if isinstance(group, Alone):
                    self._run_alone(tx.conn, group)
                else:
                    self._commit_group(tx, group)
        finally:
            with contextlib.suppress(sqlite3.Error):
                tx.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            tx.conn.close()

    def _next_group(self) -> list[Write] | Alone | None:
        first = self._writes.get()
        if first is None or isinstance(first, Alone):
            return first
        group = [first]
        while len(group) < GROUP_LIMIT:
            try:
                item = self._writes.get_nowait()
            except queue.Empty:
                break
            if item is None or isinstance(item, Alone):
                self._writes.put(item)  # close, or work alone, after this group
                break
            group.append(item)
        return group

    def _commit_group(self, tx: Connection, group: list[Write]) -> None:
        done: list[tuple[Write, Any]] = []
        if self._failed is not None:
            for item in group:
                _settle(item, None, self._failed)
            return
        try:
            tx.conn.execute("BEGIN IMMEDIATE")
            for item in group:
                self._run_one(tx, item, done)
            tx.conn.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                tx.conn.execute("ROLLBACK")
            reason = self._give_up(error) if _is_lost_fsync(error) else error
            for item in group:
                _settle(item, None, reason)
            return
        for item, value in done:
            _settle(item, value, None)
        for listener in self._after_commit:
            listener()

    def _run_alone(self, connection: sqlite3.Connection, item: Alone) -> None:
        whole = (_nothing, item.future, item.loop)
        if self._failed is not None:
            _settle(whole, None, self._failed)
            return
        try:
            value = item.work(connection)
        except BaseException as error:  # noqa: BLE001 - the caller waits for it in another thread
            lost = isinstance(error, sqlite3.Error) and _is_lost_fsync(error)
            _settle(whole, None, self._give_up(error) if lost else error)  # type: ignore[arg-type]  # a lost fsync is an sqlite3.Error
            return
        _settle(whole, value, None)

    def _run_one(self, tx: Connection, item: Write, done: list[tuple[Write, Any]]) -> None:
        tx.conn.execute("SAVEPOINT one")
        try:
            value = _finished(item[0](tx))
        except BaseException as error:
            if _is_shared(error):
                raise
            tx.conn.execute("ROLLBACK TO one")
            tx.conn.execute("RELEASE one")
            _settle(item, None, error)
            return
        tx.conn.execute("RELEASE one")
        done.append((item, value))

    def _give_up(self, error: sqlite3.Error) -> DatabaseFailedError:
        self._failed = DatabaseFailedError(str(error))
        for listener in self._fatal:
            listener(self._failed)
        return self._failed

    # -- reader threads

    def _read(self, query: Callable[[Connection], T]) -> T:
        if (tx := getattr(self._local, "tx", None)) is None:
            connection = connect(self.path, read_only=True)
            self._opened.append(connection)
            tx = self._local.tx = sqlite_utils.Database(connection)
        return _finished(query(tx))


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the file as every part of the product must: WAL, FULL, foreign keys, no auto-begin."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    connection.row_factory = sqlite3.Row
    if not read_only:
        path.chmod(0o600)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is gone from the pages
    else:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 0")  # readers never checkpoint
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -8000")
    return connection


def _finished(value: T) -> T:
    """Refuse a cursor, a generator or a coroutine.

    Another thread would step it while the writer is in the next transaction, or in none.
    """
    if isinstance(value, Iterator | Awaitable):
        if isinstance(value, Coroutine):
            value.close()
        raise LiveResultError(value)
    return value


def _is_shared(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and _name(error).startswith(SHARED_FAULTS)


def _is_lost_fsync(error: sqlite3.Error) -> bool:
    """After a failed fsync the page cache may say "clean" for what never reached the disk."""
    return _name(error) in {"SQLITE_IOERR_FSYNC", "SQLITE_IOERR_DIR_FSYNC"}


def _name(error: BaseException) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


def _nothing(_: Connection) -> None:
    """Stand for a write that is no write."""


def _settle(item: Write, value: object, error: BaseException | None) -> None:
    _, future, loop = item

    def settle() -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(value)

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(settle)
