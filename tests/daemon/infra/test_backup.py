"""Backups: online, encrypted, restored on a blank box, and every tampering noticed."""

import os
import random
import sqlite3
import struct
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.paths import Paths
from daemon.infra import backup
from daemon.infra.backup import DatabaseBrokenError, StateInUseError
from daemon.infra.database import connect
from daemon.infra.sealed_stream import (
    MAGIC,
    BackupDamagedError,
    Costs,
    PassphraseWrongError,
    SealedReader,
    SealedWriter,
)
from daemon.infra.vault import Vault
from daemon.kernel.errors import BadInputError, NextAgentError

PASSPHRASE = "quatro palavras ao acaso"
CHEAP = Costs(memory_kib=8, time=1)
NOW = datetime(2026, 1, 5, tzinfo=UTC)
CANARY = b"canary of a conversation"


@pytest.fixture
def box(tmp_path: Path) -> Paths:
    paths = Paths(tmp_path / "state")
    paths.create()
    connection = connect(paths.database)
    connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, body BLOB)")
    connection.execute("INSERT INTO notes (body) VALUES (?)", (CANARY,))
    connection.close()
    (paths.media / "2026").mkdir()
    (paths.media / "2026/voice.ogg").write_bytes(os.urandom(3_000_000))
    (paths.documents / "prices.pdf").write_bytes(CANARY * 100)
    (paths.models / "big.gguf").write_bytes(b"can be fetched again")
    Vault.load(paths.key, fresh=True)
    return paths


def save(box: Paths, target: Path) -> backup.Summary:
    return backup.create(
        box, target, PASSPHRASE, at=NOW, tenant_id="acme", version="1.2.3", costs=CHEAP
    )


def notes(paths: Paths) -> list[bytes]:
    connection = connect(paths.database, read_only=True)
    rows = [row["body"] for row in connection.execute("SELECT body FROM notes ORDER BY id")]
    connection.close()
    return rows


def test_a_blank_box_gets_everything_back(box: Paths, tmp_path: Path) -> None:
    sealed = Vault.load(box.key, fresh=False).seal(CANARY, context="c")
    saved = save(box, tmp_path / "box.backup")
    blank = Paths(tmp_path / "other" / "state")

    restored = backup.restore(tmp_path / "box.backup", PASSPHRASE, blank)

    assert restored == saved
    assert (restored.tenant_id, restored.version, restored.files) == ("acme", "1.2.3", 4)
    assert notes(blank) == [CANARY]
    assert Vault.load(blank.key, fresh=False).open(sealed, context="c") == CANARY
    voice = "2026/voice.ogg"
    assert (blank.media / voice).read_bytes() == (box.media / voice).read_bytes()
    assert (blank.documents / "prices.pdf").read_bytes() == CANARY * 100
    assert not (blank.models / "big.gguf").exists()
    assert blank.state.stat().st_mode & 0o777 == 0o700
    modes = {file.stat().st_mode & 0o777 for file in blank.state.rglob("*") if file.is_file()}
    assert modes == {0o600}
    assert [path.name for path in blank.state.parent.iterdir()] == ["state"]


def test_a_backup_can_be_taken_under_load(box: Paths, tmp_path: Path) -> None:
    stop = threading.Event()
    written = []

    def write() -> None:
        connection = connect(box.database)
        while not stop.is_set():
            connection.execute("INSERT INTO notes (body) VALUES (?)", (os.urandom(500),))
            written.append(1)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            before = len(written)
            save(box, tmp_path / f"{number}.backup")
            blank = Paths(tmp_path / f"restored-{number}")
            backup.restore(tmp_path / f"{number}.backup", PASSPHRASE, blank)
            assert len(notes(blank)) > before
    finally:
        stop.set()
        writer.join()


def test_nothing_can_be_read_without_the_passphrase(box: Paths, tmp_path: Path) -> None:
    target = tmp_path / "box.backup"
    save(box, target)
    content = target.read_bytes()

    assert CANARY not in content
    assert b"acme" not in content
    assert box.key.read_bytes().strip() not in content
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(PassphraseWrongError):
        backup.verify(target, "another passphrase")


def tampered(content: bytes, dice: random.Random) -> bytes:
    """Change one thing: a bit, the length, the order of chunks, or what stands between them."""
    body = bytearray(content)
    match dice.randrange(6):
        case 0 | 1:
            position = dice.randrange(len(body))
            body[position] ^= 1 << dice.randrange(8)
        case 2:
            del body[dice.randrange(len(body)) :]
        case 3:
            body += dice.randbytes(dice.randrange(1, 100))
        case 4:
            start = dice.randrange(len(body))
            del body[start : start + dice.randrange(1, 5000)]
        case 5:
            chunks = split(content)
            first, second = sorted(dice.sample(range(1, len(chunks)), 2))
            chunks[first], chunks[second] = chunks[second], chunks[first]
            body = bytearray(b"".join(chunks))
    return bytes(body)


def split(content: bytes) -> list[bytes]:
    (header,) = struct.unpack_from(">I", content, len(MAGIC))
    ends = [len(MAGIC) + 4 + header]
    while ends[-1] < len(content):
        (length,) = struct.unpack_from(">I", content, ends[-1])
        ends.append(ends[-1] + 4 + length)
    return [content[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def test_two_hundred_tamperings_are_all_noticed_and_nothing_is_restored(
    box: Paths, tmp_path: Path
) -> None:
    whole, changed = tmp_path / "box.backup", tmp_path / "changed.backup"
    save(box, whole)
    content, dice = whole.read_bytes(), random.Random(1)  # noqa: S311 - the same 200 each time
    blank = Paths(tmp_path / "blank")
    noticed = 0

    for _ in range(200):
        changed.write_bytes(tampered(content, dice))
        with pytest.raises((BackupDamagedError, PassphraseWrongError)):
            backup.restore(changed, PASSPHRASE, blank)
        noticed += not blank.state.exists()

    assert noticed == 200
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "box.backup",
        "changed.backup",
        "state",
    ]


def test_chunks_of_another_backup_do_not_fit(box: Paths, tmp_path: Path) -> None:
    save(box, tmp_path / "one")
    save(box, tmp_path / "two")
    one, two = split((tmp_path / "one").read_bytes()), split((tmp_path / "two").read_bytes())
    (tmp_path / "mixed").write_bytes(b"".join([*one[:2], *two[2:]]))

    with pytest.raises(BackupDamagedError):
        backup.verify(tmp_path / "mixed", PASSPHRASE)


def test_a_box_with_data_is_not_overwritten_unless_asked_and_then_put_aside(
    box: Paths, tmp_path: Path
) -> None:
    save(box, tmp_path / "box.backup")
    connection = connect(box.database)
    connection.execute("INSERT INTO notes (body) VALUES ('newer')")
    connection.close()

    with pytest.raises(StateInUseError):
        backup.restore(tmp_path / "box.backup", PASSPHRASE, box)
    assert len(notes(box)) == 2

    backup.restore(tmp_path / "box.backup", PASSPHRASE, box, replace=True)
    assert notes(box) == [CANARY]
    assert len(notes(Paths(box.state / "before-restore-1"))) == 2
    assert (box.models / "big.gguf").exists()

    box.erasures.write_text("who was erased stays erased")
    backup.restore(tmp_path / "box.backup", PASSPHRASE, box, replace=True)
    assert notes(Paths(box.state / "before-restore-2")) == [CANARY]
    assert box.erasures.read_text() == "who was erased stays erased"
    assert len(notes(Paths(box.state / "before-restore-1"))) == 2


def test_a_box_that_has_only_folders_and_models_counts_as_empty(box: Paths, tmp_path: Path) -> None:
    save(box, tmp_path / "box.backup")
    blank = Paths(tmp_path / "blank")
    blank.create()
    (blank.models / "big.gguf").write_bytes(b"pulled before")

    backup.restore(tmp_path / "box.backup", PASSPHRASE, blank)

    assert notes(blank) == [CANARY]
    assert (blank.models / "big.gguf").exists()
    assert not list(blank.state.glob("before-restore-*"))


def test_a_damaged_database_is_said_and_not_backed_up(box: Paths, tmp_path: Path) -> None:
    connection = sqlite3.connect(box.database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with box.database.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(4096))

    with pytest.raises((DatabaseBrokenError, sqlite3.DatabaseError)):
        save(box, tmp_path / "box.backup")

    assert not list(tmp_path.glob("box.backup*"))


def test_a_short_passphrase_is_refused(box: Paths, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="passphrase"):
        backup.create(
            box, tmp_path / "x", "short", at=NOW, tenant_id="acme", version="1", costs=CHEAP
        )


def test_a_backup_that_fails_leaves_nothing_behind(box: Paths, tmp_path: Path) -> None:
    box.key.unlink()

    with pytest.raises(NextAgentError):
        save(box, tmp_path / "box.backup")

    assert not list(tmp_path.glob("box.backup*"))
    assert not list(box.state.glob(".backup-*"))


@pytest.mark.parametrize("content", [b"", b"x", MAGIC, MAGIC + b"\0\0\0\2{}", b"\0" * 10_000])
def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)

    with pytest.raises(BackupDamagedError, match="nothing was restored"):
        backup.verify(tmp_path / "file", PASSPHRASE)


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3_000_000])
def test_any_size_comes_back(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    with (tmp_path / "file").open("wb") as file:
        writer = SealedWriter(file, PASSPHRASE, CHEAP)
        writer.write(data)
        writer.close()

    with (tmp_path / "file").open("rb") as file:
        reader = SealedReader.open(file, PASSPHRASE, "file")
        assert reader.read(1_000_000) + reader.read() == data
        reader.finish()
