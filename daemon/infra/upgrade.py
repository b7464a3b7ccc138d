"""Looks at the database before anything is changed in it.

What is damaged is not opened, what a newer version made is not touched, and before the tables
change a copy is put aside: whoever upgrades can go back. The copy is gone after a few days, and
when a person is erased (it would still know them).
"""

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

import sqlite_utils
import structlog
from sqlite_utils import Migrations

from daemon.kernel.errors import NextAgentError

from .backup import DatabaseBrokenError, copy_database
from .database import connect

log = structlog.get_logger(__name__)

MAGIC = b"SQLite format 3\0"
KEEP_S = 7 * 24 * 3600
ROOM = 1.1


class DatabaseNewerError(NextAgentError):
    """The tables were made by a version that came after this one."""

    code = "database_newer"
    template = (
        "The database {path} was made by a newer version ({step} is not known here). Install that "
        "version again, or go back to a backup made before: nextagent restore --replace FILE."
    )
    template_pt = (
        "O banco de dados {path} é de uma versão mais nova ({step} não existe aqui). Reinstale "
        "aquela versão ou volte a um backup anterior: nextagent restore --replace ARQUIVO."
    )


class NoRoomToUpgradeError(NextAgentError):
    """The copy does not fit on the disk."""

    code = "no_room_to_upgrade"
    template = (
        "Before the tables change, {path} is copied, which needs {megabytes} MB more free space."
    )
    template_pt = (
        "Antes de mudar as tabelas, {path} é copiado, o que exige mais {megabytes} MB livres."
    )


def copy_path(database: Path) -> Path:
    """Return where the copy stands that is made before the tables change."""
    return database.with_name("before-upgrade.db")


def prepare(database: Path, migrations: Iterable[Migrations]) -> Path | None:
    """Make sure that the tables may be brought up to date; return the copy, if one was needed.

    Raises DatabaseBrokenError, DatabaseNewerError or NoRoomToUpgradeError; nothing was changed.
    """
    if not database.exists() or database.stat().st_size == 0:
        return None
    blank = sqlite_utils.Database(memory=True)  # where every step is still to come
    steps = {(one.name, step.name) for one in migrations for step in one.pending(blank)}
    done = _done(database)
    if strange := sorted(done - steps):
        raise DatabaseNewerError(path=database, step=".".join(strange[0]))
    copy = copy_path(database)
    if not done or done == steps:
        forget_copy(database, older_than_s=KEEP_S)
        return None
    _need_room(database)
    partial = copy.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        copy_database(database, partial)
        partial.chmod(0o600)
        partial.replace(copy)
    finally:
        partial.unlink(missing_ok=True)
    log.info("copied_before_upgrade", file=copy.name, steps=len(steps - done))
    return copy


def forget_copy(database: Path, *, older_than_s: float = 0.0) -> None:
    """Delete the copy."""
    copy = copy_path(database)
    with contextlib.suppress(FileNotFoundError):
        if time.time() - copy.stat().st_mtime >= older_than_s:
            copy.unlink()


def _done(database: Path) -> set[tuple[str, str]]:
    with database.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise DatabaseBrokenError(path=database, problem="it is no SQLite database")
    try:
        with contextlib.closing(connect(database, read_only=True)) as connection:
            table = sqlite_utils.Database(connection)[Migrations.migrations_table]
            if not table.exists():
                return set()
            return {(row["migration_set"], row["name"]) for row in table.rows}
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # locked, or no rights: the file may be sound
        raise DatabaseBrokenError(path=database, problem=str(error)) from error


def _need_room(database: Path) -> None:
    log_file = database.with_name(database.name + "-wal")
    size = sum(path.stat().st_size for path in (database, log_file) if path.exists())
    missing = int(size * ROOM) - shutil.disk_usage(database.parent).free
    if missing > 0:
        raise NoRoomToUpgradeError(path=database, megabytes=missing // 1_000_000 + 1)
