"""What is left of words that were erased: looked for in every file of the box, byte by byte.

`secure_delete` writes zeros over what is deleted, but pages that were rearranged before may still
hold a copy in their slack; only a VACUUM is certain, and only a search shows that it is needed.
"""

import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

BLOCK = 4 * 1024 * 1024
ROOM = 2.2
"""A VACUUM needs the size of the file twice, and something for the log."""


def truncate_log(connection: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the file and cut it; False while a reader holds it."""
    return int(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]) == 0


def rebuild(connection: sqlite3.Connection, path: Path) -> bool:
    """Write the whole file anew, without slack; False when the disk has no room for it."""
    if shutil.disk_usage(path.parent).free < path.stat().st_size * ROOM:
        return False
    connection.execute("PRAGMA temp_store = FILE")  # the copy must not be in memory
    try:
        connection.execute("VACUUM")
    finally:
        connection.execute("PRAGMA temp_store = MEMORY")
    truncate_log(connection)
    return True


def search(state: Path, words: Collection[str], skip: Sequence[Path]) -> dict[str, int]:
    """Return the files below a folder in which one of the words stands, and how often."""
    import re2  # noqa: PLC0415 - needed for this alone, and a daemon should start quickly

    needles = sorted({word.encode() for word in words if word}, key=len, reverse=True)
    if not needles:
        return {}
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 * 1024 * 1024
    pattern = re2.compile(b"|".join(re2.escape(needle) for needle in needles), options)
    overlap, found = len(needles[0]), dict[str, int]()
    for path in _files(state, set(skip)):
        hits = 0
        try:
            with path.open("rb") as file:
                tail = b""
                while block := file.read(BLOCK):
                    data = tail + block
                    ends = [match.end() for match in pattern.finditer(data)]
                    hits += len(ends)
                    # What was counted is not seen again with the next block.
                    tail = data[max(len(data) - overlap + 1, ends[-1] if ends else 0) :]
        except OSError:
            continue  # it went away meanwhile
        if hits:
            found[path.relative_to(state).as_posix()] = hits
    return found


def _files(state: Path, skip: set[Path]) -> Iterator[Path]:
    for folder, names, files in os.walk(state):
        here = Path(folder)
        names[:] = [name for name in names if here / name not in skip]
        yield from (here / name for name in files if here / name not in skip)
