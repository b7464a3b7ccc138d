"""What the command line does leaves an entry; the chain is checked without a daemon."""

import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

Run = Callable[..., CompletedProcess[str]]


def entries(tmp_path: Path) -> list[tuple[str, str, str, int | None]]:
    with closing(sqlite3.connect(tmp_path / "state" / "nextagent.db")) as db:
        return db.execute("SELECT stage, act, who_kind, status FROM audit ORDER BY seq").fetchall()


def test_making_a_key_and_its_entry_are_one_transaction(nextagent: Run, tmp_path: Path) -> None:
    key = nextagent("token", "create", "--role", "owner", "--name", "CI").stdout.strip()

    assert entries(tmp_path) == [("act", "cli.token_create", "cli", 200)]
    with closing(sqlite3.connect(tmp_path / "state" / "nextagent.db")) as db:
        (row,) = db.execute("SELECT * FROM audit").fetchall()
    assert key not in str(row)


def test_an_act_that_fails_leaves_no_entry_of_itself(nextagent: Run, tmp_path: Path) -> None:
    nextagent("token", "create", "--role", "owner", "--name", "CI")
    assert nextagent("token", "revoke", "no-such-key").returncode == 1
    assert len(entries(tmp_path)) == 1


def test_what_works_on_files_is_announced_before_and_closed_after(
    nextagent: Run, tmp_path: Path
) -> None:
    nextagent("token", "create", "--role", "owner", "--name", "CI")
    assert nextagent("rotate-key").returncode == 0
    assert entries(tmp_path)[1:] == [
        ("act", "cli.rotate_key", "cli", None),
        ("outcome", "cli.rotate_key", "cli", 200),
    ]


def test_the_chain_is_verified_and_tampering_found(nextagent: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        nextagent("token", "create", "--role", "owner", "--name", name)
    good = nextagent("audit", "verify")
    assert good.returncode == 0, good.stderr
    head = re.search(r"\d+:[0-9a-f]{64}", good.stdout)
    assert head is not None
    assert nextagent("audit", "verify", "--expect", head.group()).returncode == 0
    assert nextagent("audit", "verify", "--expect", f"9:{'0' * 64}").returncode == 1

    with closing(sqlite3.connect(tmp_path / "state" / "nextagent.db")) as db:
        db.executescript(
            "DROP TRIGGER audit_keeps_words; UPDATE audit SET who_name = 'Eva' WHERE seq = 1"
        )
    bad = nextagent("--lang", "en", "audit", "verify")
    assert bad.returncode == 1
    assert "1: was changed" in bad.stdout
    assert "audit_keeps_words is gone" in bad.stdout


def test_diagnostics_are_written_without_a_daemon(nextagent: Run, tmp_path: Path) -> None:
    nextagent("token", "create", "--role", "owner", "--name", "CANARY")
    target = tmp_path / "bundle.zip"
    result = nextagent("diagnostics", str(target))

    assert result.returncode == 0, result.stderr
    assert target.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(target) as file:
        names = set(file.namelist())
        text = "".join(file.read(name).decode() for name in names)
    assert {"README.txt", "about.json", "settings.json", "database.json", "doctor.ndjson"} <= names
    assert "CANARY" not in text
