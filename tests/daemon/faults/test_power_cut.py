"""The plug is pulled: whatever the disk had not synced is there, torn, or not there at all.

A program writes through `Database` while every write, cut and sync of its files is taken down. At
a random place of that record the power goes: what each file had synced stands, of what came after
its last sync each sector survives or not. From every such disk the database must open, be sound,
and hold every row that was acknowledged before the cut.
"""

import random
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.daemon.faults.conftest import Faults

HEADER = struct.Struct("=c63sqq")
SECTOR = 512
ROWS = 90
PROGRAM = """
    import asyncio, os, random, sys
    from pathlib import Path
    from daemon.infra.database import Database

    async def main(folder, level, rows):
        database = await Database.open(folder / "box.db")
        acks = os.open(folder / "acks", os.O_WRONLY | os.O_CREAT)
        await database.alone(lambda it: it.execute(f"PRAGMA synchronous = {level}").fetchall())
        await database.alone(lambda it: it.execute("PRAGMA wal_autocheckpoint = 25").fetchall())
        await database.write(
            lambda tx: tx.conn.execute("CREATE TABLE rows (n INTEGER PRIMARY KEY, text TEXT)")
            and None
        )
        os.pwrite(acks, b"0", 0)  # the table is there
        luck = random.Random(7)

        async def write(number):
            text = "x" * luck.randrange(10, 6000)
            await database.write(lambda tx: tx.conn.execute(
                "INSERT INTO rows VALUES (?, ?)", (number, text)) and None)
            os.pwrite(acks, str(number).encode(), 0)

        for number in range(1, rows, 3):
            await asyncio.gather(*(write(number + more) for more in range(3)))
        os._exit(0)

    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
"""


@dataclass(frozen=True)
class Step:
    """A write, a cut (`t`), a removal (`u`) or a sync of a file."""

    kind: str
    name: str
    offset: int
    data: bytes


def record(journal: Path) -> Iterator[Step]:
    content, at = journal.read_bytes(), 0
    while at < len(content):
        kind, name, offset, size = HEADER.unpack_from(content, at)
        at += HEADER.size
        yield Step(kind.decode(), name.rstrip(b"\0").decode(), offset, content[at : at + size])
        at += size


def apply(image: bytearray, step: Step, luck: random.Random | None) -> None:
    """Do a step to a file; with `luck`, as much of it as reached the disk."""
    if step.kind == "t":
        if luck is None or luck.random() < 0.5:
            del image[step.offset :]
            image.extend(bytes(step.offset - len(image)))
        return
    share = 1.0 if luck is None else luck.choice((0.0, 0.5, 1.0))
    for at in range(0, len(step.data), SECTOR):
        if luck is None or luck.random() < share:
            part = step.data[at : at + SECTOR]
            end = step.offset + at + len(part)
            image.extend(bytes(max(0, end - len(image))))
            image[end - len(part) : end] = part


def disk_after(steps: list[Step], cut: int, luck: random.Random) -> dict[str, bytearray]:
    """Return the files as they are found when the power went after `cut` steps."""
    synced = {step.name: place for place, step in enumerate(steps[:cut]) if step.kind == "s"}
    files: dict[str, bytearray] = {}
    for place, step in enumerate(steps[:cut]):
        if step.kind == "u":
            files.pop(step.name, None)
        elif step.kind in "wt":
            image = files.setdefault(step.name, bytearray())
            apply(image, step, None if place < synced.get(step.name, -1) else luck)
    return files


def lost(steps: list[Step], cut: int, luck: random.Random, folder: Path) -> int:
    """Cut the power, open what is left; return how many acknowledged rows are not there."""
    said = [int(step.data) for step in steps[:cut] if step.name == "acks"]
    if not said:
        return 0
    for old in folder.iterdir():
        old.unlink()
    for name, image in disk_after(steps, cut, luck).items():
        if name.startswith("box.db"):
            (folder / name).write_bytes(image)
    connection = sqlite3.connect(folder / "box.db")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'rows'").fetchone():
            return len(said)
        there = {row[0] for row in connection.execute("SELECT n FROM rows")}
    finally:
        connection.close()
    return len({number for number in said if number} - there)


def cuts(faults: Faults, level: str, number: int, seed: int = 1) -> list[int]:
    faults.run(PROGRAM, str(faults.folder), level, str(ROWS))
    steps = list(record(faults.journal))
    assert {step.name for step in steps} >= {"box.db", "box.db-wal", "acks"}
    again = faults.folder.with_name("again")
    again.mkdir()
    luck = random.Random(seed)  # noqa: S311 - the same cuts at each run
    return [lost(steps, luck.randrange(1, len(steps)), luck, again) for _ in range(number)]


def test_what_was_acknowledged_survives_the_plug(faults: Faults) -> None:
    assert cuts(faults, "FULL", 150) == [0] * 150


def test_the_test_would_notice_a_box_that_syncs_too_rarely(faults: Faults) -> None:
    assert sum(cuts(faults, "NORMAL", 40)) > 0


@pytest.mark.soak
def test_what_was_acknowledged_survives_twenty_thousand_cuts(faults: Faults) -> None:
    assert sum(cuts(faults, "FULL", 20_000, seed=2)) == 0
