"""A database that must not be opened: the service says so in words and is not started again."""

import sys
from pathlib import Path

import pytest

from daemon.infra.database import connect
from tests.daemon.cli.conftest import Run

RUN = ("env", "NEXTAGENT_STATE_DIR=state", "NEXTAGENT_HTTP__PORT=0", "LANG=C.UTF-8")


@pytest.fixture
def database(nextagent: Run, tmp_path: Path) -> Path:
    assert nextagent("migrate").returncode == 0
    return tmp_path / "state" / "nextagent.db"


def test_a_newer_database_is_refused_with_the_way_back(
    database: Path, nextagent: Run, program: Run
) -> None:
    connection = connect(database)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('flows', 'dream', '2030-01-01')"
    )
    connection.close()

    started = program(*RUN, sys.executable, "-m", "daemon", "--lang", "en", "run")
    migrated = nextagent("migrate")

    assert started.returncode == migrated.returncode == 78
    assert "newer version (flows.dream is not known here)" in started.stderr
    assert "versão mais nova" in migrated.stderr
    assert "Traceback" not in started.stderr + migrated.stderr


def test_a_damage_that_the_start_meets_says_where_to_look(database: Path, program: Run) -> None:
    connection = connect(database)
    page = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'auth_secrets'"
    ).fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)

    started = program(*RUN, sys.executable, "-m", "daemon", "--lang", "en", "run")

    assert started.returncode == 78
    assert "nextagent doctor" in started.stderr
    assert "Traceback" not in started.stderr


def test_a_damaged_database_is_refused_with_the_way_back(
    database: Path, nextagent: Run, program: Run
) -> None:
    with database.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 300)

    started = program(*RUN, sys.executable, "-m", "daemon", "--lang", "en", "run")
    looked = nextagent("doctor", env={"NEXTAGENT_WHATSAPP__ENABLED": "false"})

    assert started.returncode == 78
    assert "is damaged" in started.stderr
    assert "Restore a backup" in started.stderr
    assert "Traceback" not in started.stderr
    assert "nextagent restore --replace" in looked.stdout
