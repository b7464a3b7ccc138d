"""What is left of erased words is found wherever it is, and gone after a rebuild."""

import asyncio
import sqlite3
from pathlib import Path

from daemon.infra import residue
from daemon.infra.database import Connection, Database, connect


def test_a_word_is_found_across_the_blocks_of_a_file_and_not_where_nobody_looks(
    tmp_path: Path,
) -> None:
    word = "Zebedeu Quaresma"
    (tmp_path / "deep").mkdir()
    (tmp_path / "skipped").mkdir()
    (tmp_path / "skipped" / "file").write_text(word)
    edge = b"x" * (residue.BLOCK - 5) + word.encode() + b"y" * 40 + word.encode()
    (tmp_path / "deep" / "file").write_bytes(edge)
    (tmp_path / "clean").write_bytes(b"Zebedeu")
    found = residue.search(tmp_path, [word, "5511987654321"], (tmp_path / "skipped",))
    assert found == {"deep/file": 2}
    assert residue.search(tmp_path, [], ()) == {}


async def test_a_rebuild_leaves_no_slack_and_every_row(tmp_path: Path) -> None:
    path = tmp_path / "box.db"
    database = await Database.open(path)

    def fill(tx: Connection) -> None:
        tx.conn.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT)")
        rows = [(number, f"secret {number} " * 20) for number in range(500)]
        tx.conn.executemany("INSERT INTO words VALUES (?, ?)", rows)

    await database.write(fill)
    await database.write(lambda tx: tx.conn.execute("DELETE FROM words WHERE id <> 7") and None)
    assert await database.alone(lambda connection: residue.rebuild(connection, path))
    assert await database.alone(residue.truncate_log)
    words = ["secret 8 ", "secret 499 "]
    assert await asyncio.to_thread(residue.search, tmp_path, words, ()) == {}
    rows = await database.read(lambda tx: tx.conn.execute("SELECT id FROM words").fetchall())
    assert [row["id"] for row in rows] == [7]
    await database.close()


def test_what_is_deleted_is_overwritten(tmp_path: Path) -> None:
    connection = connect(tmp_path / "box.db")
    assert connection.execute("PRAGMA secure_delete").fetchone()[0] == 1
    connection.close()


async def test_work_alone_that_fails_leaves_the_writer_at_work(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "box.db")

    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("SELECT * FROM nowhere")

    try:
        await database.alone(fails)
    except sqlite3.OperationalError as error:
        assert "nowhere" in str(error)  # noqa: PT017 - the writer is asked afterwards
    else:
        raise AssertionError
    assert await database.write(lambda tx: tx.conn.execute("SELECT 1").fetchone()[0]) == 1
    await database.close()
