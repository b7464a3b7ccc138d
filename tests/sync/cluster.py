"""A private PostgreSQL on a loopback port, for the length of a test or of a benchmark."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from tests.journeys.box import free_port

BINARIES = Path("/usr/lib/postgresql/15/bin")
MISSING = "PostgreSQL 15 is not installed (apt-get install postgresql-15)"
ROOT = 0
STARTING_S = 60.0


@dataclass
class Cluster:
    """A running one; whoever runs it is not root."""

    port: int
    folder: Path
    options: str
    run_as: dict[str, Any]
    made: int = 0

    async def database(self) -> str:
        """Make an empty database and return its owner's address; the owner is no superuser."""
        self.made += 1
        admin = await asyncpg.connect(self.url("boss", "postgres"))
        if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = 'owner'"):
            await admin.execute("CREATE ROLE owner LOGIN CREATEROLE")
        await admin.execute(f"CREATE DATABASE central{self.made} OWNER owner")
        await admin.execute(f"ALTER DATABASE central{self.made} SET timezone TO 'UTC'")
        await admin.close()
        return self.url("owner", f"central{self.made}")

    def url(self, user: str, database: str) -> str:
        """Return the address of a database."""
        address = f"127.0.0.1:{self.port}/{database}"
        return f"postgresql://{user}:any@{address}?sslmode=disable"  # trusted, on loopback

    def start(self) -> None:
        """Start it, also after a kill: what is left of the killed one may need a moment to go."""
        end = time.monotonic() + STARTING_S
        while not self._control("-o", self.options, "start", check=time.monotonic() > end):
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it."""
        self._control("-m", "immediate", "stop", check=False)

    def kill(self) -> None:
        """Kill -9 its first process; the others end when they see it gone."""
        os.kill(self.pid, signal.SIGKILL)

    @property
    def pid(self) -> int:
        """Its first process."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def _control(self, *what: str, check: bool) -> bool:
        data, log = self.folder / "data", self.folder / "log"
        command: list[str | Path] = [BINARIES / "pg_ctl", "-D", data, "-w", "-l", log]
        return _run([*command, *what], self.run_as, check=check) == 0


@contextmanager
def a_cluster(options: str = "-c shared_buffers=32MB -c fsync=off") -> Iterator[Cluster]:
    """Make a cluster, and leave nothing of it behind."""
    folder = Path(tempfile.mkdtemp(prefix="na-pg-"))
    run_as: dict[str, Any] = {}
    if os.geteuid() == ROOT:  # initdb refuses root
        run_as = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody", "nogroup")
    port = free_port()
    data = folder / "data"
    _run([BINARIES / "initdb", "-A", "trust", "-U", "boss", "-D", data, "--no-sync"], run_as)
    place = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
    cluster = Cluster(port, folder, place + options, run_as)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def _run(command: Sequence[str | Path], run_as: dict[str, Any], *, check: bool = True) -> int:
    quiet = subprocess.DEVNULL
    done = subprocess.run(command, check=check, stdout=quiet, stderr=quiet, cwd="/", **run_as)
    return done.returncode
