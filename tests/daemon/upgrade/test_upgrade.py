"""Boxes that older versions made, opened by this one.

The boxes in `boxes/` were made by the program as it was after its first and its second release:
an owner, an agent with a document and a ready answer, four customers and their 52 messages.
"""

import asyncio
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlite_utils
from sqlite_utils import Migrations

from config.paths import Paths
from config.settings import Settings
from daemon.infra.backup import DatabaseBrokenError, check_database
from daemon.infra.database import Connection, connect
from daemon.infra.upgrade import (
    KEEP_S,
    DatabaseNewerError,
    copy_path,
    forget_copy,
    prepare,
)
from daemon.kernel.clock import Clock
from daemon.wiring.ground import MIGRATIONS, ground

BOXES = Path(__file__).parent / "boxes"
RELEASES = ["first-release", "second-release"]
COUNTS = {
    "agents": 1, "users": 1, "documents": 1, "faqs": 1, "chunks": 3, "vectors": 3,
    "contacts": 4, "conversations": 4, "messages": 52, "traces": 27, "ledger_events": 1,
}  # fmt: skip


def unpack(release: str, state: Path) -> Paths:
    with tarfile.open(BOXES / f"{release}.tar.xz") as packed:
        packed.extractall(state, filter="data")
    return Paths(state)


@pytest.fixture
def old(tmp_path: Path) -> Paths:
    return unpack("first-release", tmp_path / "state")


def start(state: Path) -> None:
    settings = Settings(state_dir=state)

    async def serve() -> None:
        async with ground(settings, Clock()):
            pass

    asyncio.run(serve())


def counts(path: Path) -> dict[str, int]:
    connection = connect(path, read_only=True)
    try:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in COUNTS
        }
    finally:
        connection.close()


def shape(path: Path) -> Iterator[tuple[str, ...]]:
    """Tables with their columns, and the other names, but for words_*: one an agent."""
    connection = connect(path, read_only=True)
    rows = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE name NOT GLOB 'words_*'"
    ).fetchall()
    for kind, name in rows:
        yield kind, name
        if kind == "table":
            for column in connection.execute(f"PRAGMA table_info({name})").fetchall():
                yield name, column["name"], column["type"]
    connection.close()


@pytest.mark.parametrize("release", RELEASES)
def test_an_older_box_opens_with_all_it_had_in_the_shape_of_a_new_one(
    release: str, tmp_path: Path
) -> None:
    paths = unpack(release, tmp_path / "old")
    assert counts(paths.database) == COUNTS

    start(tmp_path / "old")
    start(tmp_path / "new")

    assert counts(paths.database) == COUNTS
    check_database(paths.database)
    assert set(shape(paths.database)) == set(shape(tmp_path / "new" / "nextagent.db"))


def test_what_was_before_is_put_aside_once_and_goes_after_a_week(old: Paths) -> None:
    before = set(shape(old.database))

    copy = prepare(old.database, MIGRATIONS)
    start(old.state)

    assert copy == copy_path(old.database)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert set(shape(copy)) == before != set(shape(old.database))
    assert counts(copy) == COUNTS

    assert prepare(old.database, MIGRATIONS) is None
    assert copy.exists()
    long_ago = copy.stat().st_mtime - KEEP_S - 1
    os.utime(copy, (long_ago, long_ago))
    prepare(old.database, MIGRATIONS)
    assert not copy.exists()


def test_the_copy_is_gone_when_it_is_asked_for(old: Paths) -> None:
    prepare(old.database, MIGRATIONS)
    forget_copy(old.database)
    assert not copy_path(old.database).exists()
    forget_copy(old.database)


def test_a_new_box_needs_no_copy(tmp_path: Path) -> None:
    assert prepare(tmp_path / "none.db", MIGRATIONS) is None
    assert list(tmp_path.iterdir()) == []


def test_a_newer_database_is_refused_untouched(old: Paths) -> None:
    connection = connect(old.database)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('flows', 'dream', '2030-01-01')"
    )
    connection.close()
    before = old.database.read_bytes()

    with pytest.raises(DatabaseNewerError, match=r"flows\.dream .* nextagent restore"):
        prepare(old.database, MIGRATIONS)

    assert old.database.read_bytes() == before
    assert not copy_path(old.database).exists()


@pytest.mark.parametrize(
    ("place", "bytes_"),
    [(0, b"GIF89a" + bytes(100)), (100, b"\xff" * 300)],
    ids=["another kind of file", "the list of tables"],
)
def test_a_damaged_file_is_not_opened(old: Paths, place: int, bytes_: bytes) -> None:
    with old.database.open("r+b") as file:
        file.seek(place)
        file.write(bytes_)

    with pytest.raises(DatabaseBrokenError, match="Restore a backup"):
        prepare(old.database, MIGRATIONS)


def test_a_box_with_a_damaged_page_is_not_changed(old: Paths) -> None:
    root = root_page(old.database, "messages")
    with old.database.open("r+b") as file:
        file.seek(root)
        file.write(os.urandom(2000))
    before = old.database.read_bytes()

    with pytest.raises(DatabaseBrokenError, match="Restore a backup"):
        prepare(old.database, MIGRATIONS)

    assert old.database.read_bytes() == before
    assert not copy_path(old.database).exists()
    assert list(old.state.glob("*.partial")) == []


def root_page(database: Path, table: str) -> int:
    """Return where the first page of a table begins in the file."""
    connection = connect(database, read_only=True)
    page = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
    ).fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    return int((page - 1) * size)


def test_a_step_that_fails_leaves_all_as_it_was_and_is_tried_again(old: Paths) -> None:
    trouble = [True]
    steps = Migrations("tomorrow")

    @steps()
    def half(tx: Connection) -> None:
        tx.conn.execute("ALTER TABLE agents ADD COLUMN mood TEXT")
        tx.conn.execute("UPDATE agents SET mood = 'glad'")
        if trouble:
            message = "no power"
            raise OSError(message)

    tx = sqlite_utils.Database(connect(old.database))
    with pytest.raises(OSError, match="no power"):
        steps.apply(tx)
    columns = [row[1] for row in tx.conn.execute("PRAGMA table_info(agents)")]
    assert "mood" not in columns

    trouble.clear()
    steps.apply(tx)
    assert tx.conn.execute("SELECT mood FROM agents").fetchone()[0] == "glad"
    tx.conn.close()


def test_a_copy_of_an_unfinished_upgrade_is_made_again(old: Paths) -> None:
    copy_path(old.database).with_suffix(".partial").write_bytes(b"half")

    copy = prepare(old.database, MIGRATIONS)

    assert copy is not None
    check_database(copy)
    shutil.copy(copy, old.state / "again.db")
    assert sqlite3.connect(old.state / "again.db").execute("SELECT 1").fetchone() == (1,)
