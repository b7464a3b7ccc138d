"""Durable commits: ours against the bare limit of the disk.

Run: `.venv/bin/python -m tests.bench.durability`. The peer is a bare sqlite3 connection in the
same process with the same pragmas, one commit a row: what the disk gives anybody. Asked for: 200
commits a second one by one, 2,000 grouped.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from daemon.infra.database import Connection, Database, connect

SINGLE = 300
GROUPED = 6_000
INSERT = "INSERT INTO things (name) VALUES ('a message of a usual length, some eighty letters')"


def insert(tx: Connection) -> None:
    """Add one row."""
    tx.conn.execute(INSERT)


def bare(path: Path, rows: int) -> float:
    """Return commits a second of a bare connection."""
    connection = connect(path)
    connection.execute("CREATE TABLE things (name TEXT)")
    start = time.perf_counter()
    for _ in range(rows):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(INSERT)
        connection.execute("COMMIT")
    rate = rows / (time.perf_counter() - start)
    connection.close()
    return rate


async def ours(path: Path) -> tuple[float, float]:
    """Return commits a second one by one, and with many callers at a time."""
    database = await Database.open(path)
    await database.write(lambda tx: tx.conn.execute("CREATE TABLE things (name TEXT)") and None)
    start = time.perf_counter()
    for _ in range(SINGLE):
        await database.write(insert)
    single = SINGLE / (time.perf_counter() - start)
    start = time.perf_counter()
    await asyncio.gather(*(database.write(insert) for _ in range(GROUPED)))
    grouped = GROUPED / (time.perf_counter() - start)
    await database.close()
    return single, grouped


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        limit = bare(Path(folder) / "bare.db", SINGLE)
        single, grouped = asyncio.run(ours(Path(folder) / "ours.db"))
    table = Table(title="durable commits (WAL, synchronous=FULL)")
    for column in ("what", "commits/s", "of the bare limit", "asked"):
        table.add_column(column, justify="right" if column != "what" else "left")
    table.add_row("bare sqlite3, one by one", f"{limit:,.0f}", "1.00", "")
    table.add_row("one caller", f"{single:,.0f}", f"{single / limit:.2f}", "200")
    table.add_row("many callers, grouped", f"{grouped:,.0f}", f"{grouped / limit:.2f}", "2,000")
    Console().print(table)


if __name__ == "__main__":
    main()
