import asyncio
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from daemon.infra.database import Connection, Database, DatabaseFailedError, LiveResultError


def count(tx: Connection) -> int:
    return int(tx.conn.execute("SELECT count(*) FROM things").fetchone()[0])


def add(tx: Connection, name: str) -> None:
    tx.table("things").insert({"name": name})


@pytest.fixture
async def things(db: Database) -> Database:
    await db.write(lambda tx: tx.conn.execute("CREATE TABLE things (name TEXT UNIQUE)") and None)
    return db


async def test_a_write_that_raises_takes_back_only_its_own_rows(things: Database) -> None:
    def half(tx: Connection) -> None:
        add(tx, "half")
        message = "no"
        raise ValueError(message)

    results = await asyncio.gather(
        things.write(lambda tx: add(tx, "before")),
        things.write(half),
        things.write(lambda tx: add(tx, "after")),
        return_exceptions=True,
    )

    assert isinstance(results[1], ValueError)
    names = await things.read(
        lambda tx: [row["name"] for row in tx.conn.execute("SELECT name FROM things")]
    )
    assert names == ["before", "after"]


async def test_a_broken_rule_of_one_write_leaves_its_neighbours(things: Database) -> None:
    await things.write(lambda tx: add(tx, "one"))

    results = await asyncio.gather(
        things.write(lambda tx: add(tx, "one")),
        things.write(lambda tx: add(tx, "two")),
        things.write(lambda tx: tx.conn.execute("SELECT nonsense") and None),
        return_exceptions=True,
    )

    assert isinstance(results[0], sqlite3.IntegrityError)
    assert results[1] is None
    assert isinstance(results[2], sqlite3.OperationalError)
    assert await things.read(count) == 2


async def test_a_full_disk_fails_the_write_and_the_next_one_works(things: Database) -> None:
    def small(tx: Connection) -> None:
        pages = tx.conn.execute("PRAGMA page_count").fetchone()[0]
        tx.conn.execute(f"PRAGMA max_page_count = {pages}")

    def free(tx: Connection) -> None:
        tx.conn.execute("PRAGMA max_page_count = 1000000")

    await things.write(small)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        await things.write(lambda tx: add(tx, "x" * 100_000))
    await things.write(free)
    await things.write(lambda tx: add(tx, "fits"))

    assert await things.read(count) == 1


async def test_after_a_lost_fsync_nothing_is_acknowledged(things: Database) -> None:
    told: list[Exception] = []
    things.on_fatal(told.append)

    def lost(_: Connection) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
        raise error

    with pytest.raises(DatabaseFailedError):
        await things.write(lost)
    with pytest.raises(DatabaseFailedError):
        await things.write(lambda tx: add(tx, "later"))

    assert len(told) == 1


@pytest.mark.parametrize(
    "kind", ["Cursor", "generator", "map", "coroutine"], ids=lambda kind: f"a {kind}"
)
async def test_what_still_reads_is_refused_and_its_write_taken_back(
    things: Database, kind: str
) -> None:
    async def later(tx: Connection) -> int:
        return count(tx)

    def live(tx: Connection) -> object:
        rows = tx.conn.execute("SELECT name FROM things")
        if kind == "coroutine":
            return later(tx)
        return {
            "Cursor": rows,
            "generator": (row["name"] for row in rows),
            "map": map(dict, rows),
        }[kind]

    def write(tx: Connection) -> object:
        add(tx, "half")
        return live(tx)

    with pytest.raises(LiveResultError, match=f"live {kind}: make it a list"):
        await things.write(write)
    with pytest.raises(LiveResultError, match=kind):
        await things.read(live)

    await things.write(lambda tx: add(tx, "after"))
    assert await things.read(count) == 1


async def test_a_reader_cannot_write(things: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await things.read(lambda tx: add(tx, "sneaky"))


async def test_a_caller_that_goes_away_does_not_take_its_write_back(things: Database) -> None:
    task = asyncio.create_task(things.write(lambda tx: add(tx, "kept")))
    await asyncio.sleep(0)
    task.cancel()
    await things.write(lambda _: None)

    assert await things.read(count) == 1


async def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import asyncio, os, signal, sys
        from pathlib import Path
        from daemon.infra.database import Database

        async def main():
            db = await Database.open(Path(sys.argv[1]))
            await db.write(lambda tx: tx.conn.execute("CREATE TABLE things (name TEXT)") and None)
            for number in range(50):
                await db.write(lambda tx: tx.table("things").insert({"name": str(number)}) and None)
                print(number, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

        asyncio.run(main())
        """
    )
    path = tmp_path / "killed.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(path), stdout=subprocess.PIPE
    )
    output, _ = await process.communicate()
    database = await Database.open(path)
    try:
        assert await database.read(count) == len(output.split()) == 50
    finally:
        await database.close()


async def test_the_file_is_for_its_owner_alone(things: Database) -> None:
    assert (await asyncio.to_thread(things.path.stat)).st_mode & 0o777 == 0o600
