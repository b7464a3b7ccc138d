"""The disk refuses to sync or to write, or is full; files run out: what was said is there."""

import json
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from daemon.infra.backup import check_database
from tests.daemon.faults.conftest import PATIENCE_S, ROOT, Faults

START = """
    import asyncio, contextlib, json, os, resource, sqlite3, sys
    from pathlib import Path
    from daemon.infra.database import Database, DatabaseFailedError

    folder = Path(sys.argv[1])
    acked, refused, fatal = [], [], []

    async def opened():
        database = await Database.open(folder / "box.db")
        database.on_fatal(fatal.append)
        await database.write(
            lambda tx: tx.conn.execute("CREATE TABLE rows (n INTEGER PRIMARY KEY, text TEXT)")
            and None
        )
        return database

    async def write(database, number, text="x" * 3000):
        try:
            await database.write(lambda tx: tx.conn.execute(
                "INSERT INTO rows VALUES (?, ?)", (number, text)) and None)
            acked.append(number)
        except (sqlite3.Error, DatabaseFailedError) as error:
            refused.append(type(error).__name__)

    def tell():
        print(json.dumps({"acked": acked, "refused": refused, "fatal": len(fatal)}))
        sys.stdout.flush()
        os._exit(0)  # as a daemon that stops at once: no checkpoint on the way out
"""
FAILING = """
    async def main():
        database = await opened()
        for number in range(10):
            await write(database, number)
        Path(sys.argv[2]).write_text(sys.argv[3])
        for number in range(10, 20):
            await write(database, number)
        Path(sys.argv[2]).write_text("all is well")
        for number in range(20, 30):
            await write(database, number)
        tell()

    asyncio.run(main())
"""
FULL = """
    async def main():
        database = await opened()
        ballast = folder / "ballast"
        for round in range(4):
            base = round * 1000
            with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                for _ in range(200 - 20 * round):
                    file.write(b"b" * 30_000)
            number = base
            before = len(refused)
            while len(refused) < before + 3:
                await write(database, number, "x" * 20_000)
                number += 1
            ballast.unlink()
            await database.write(lambda tx: tx.conn.execute("DELETE FROM rows") and None)
            acked.clear()
            await write(database, base + 999)
        tell()

    asyncio.run(main())
"""
FEW_FILES = """
    async def main():
        database = await opened()
        await write(database, 1)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        held = []
        try:
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            pass
        for number in range(2, 12):
            await write(database, number)
        try:
            await database.read(lambda tx: 1)
        except sqlite3.OperationalError:
            refused.append("read")
        for one in held:
            os.close(one)
        await write(database, 12)
        assert await database.read(
            lambda tx: tx.conn.execute("SELECT count(*) FROM rows").fetchone()[0]
        ) == 12
        tell()

    asyncio.run(main())
"""


def rows(path: Path) -> set[int]:
    check_database(path)
    connection = sqlite3.connect(path)
    try:
        return {row[0] for row in connection.execute("SELECT n FROM rows")}
    finally:
        connection.close()


def test_after_a_sync_that_failed_nothing_is_acknowledged_and_what_was_is_there(
    faults: Faults,
) -> None:
    program = textwrap.dedent(START) + textwrap.dedent(FAILING)
    told = json.loads(faults.run(program, str(faults.folder), str(faults.orders), "fsync 1").stdout)

    assert told["acked"] == list(range(10))
    assert told["fatal"] == 1
    assert set(told["refused"]) == {"DatabaseFailedError"}
    assert rows(faults.folder / "box.db") >= set(told["acked"])


def test_a_write_that_the_disk_refuses_is_said_and_the_next_one_works(faults: Faults) -> None:
    program = textwrap.dedent(START) + textwrap.dedent(FAILING)
    told = json.loads(faults.run(program, str(faults.folder), str(faults.orders), "write 1").stdout)

    assert told["acked"] == [*range(10), *range(20, 30)]
    assert told["refused"] == ["OperationalError"] * 10
    assert rows(faults.folder / "box.db") == set(told["acked"])


def test_with_no_files_left_writes_go_on_and_reads_come_back(faults: Faults) -> None:
    program = textwrap.dedent(START) + textwrap.dedent(FEW_FILES)
    told = json.loads(faults.run(program, str(faults.folder)).stdout)

    assert told["acked"] == list(range(1, 13))
    assert told["refused"] in ([], ["read"])


def test_a_full_disk_damages_nothing_and_is_over_when_there_is_room(tmp_path: Path) -> None:
    """On a real disk of 8 MB, in a name space of its own that ends with the program."""
    unshare = shutil.which("unshare")
    disk, copy = tmp_path / "disk", tmp_path / "copy"
    disk.mkdir()
    copy.mkdir()
    inside = f'mount -t tmpfs -o size=8m none {disk} && "$@" && cp {disk}/box.db* {copy}/'
    able = [unshare or "unshare", "-Urm", "sh", "-c"]
    if (
        unshare is None
        or subprocess.run(
            [*able, f"mount -t tmpfs none {disk}"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("this machine lets nobody mount a small disk in a name space of its own")
    program = textwrap.dedent(START) + textwrap.dedent(FULL)
    done = subprocess.run(
        [*able, inside, "sh", sys.executable, "-c", program, str(disk)],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    assert told["acked"] == [3999]
    assert told["refused"] == ["OperationalError"] * 12
    assert rows(copy / "box.db") == {3999}
