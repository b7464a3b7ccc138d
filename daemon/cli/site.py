"""The box that a command works on: its settings, its folders, and its database from outside."""

import contextlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import sqlite_utils
from sqlite_utils import Migrations

from config.paths import Paths
from config.settings import Settings
from daemon.infra.backup import give_to_owner_of
from daemon.infra.database import Connection, connect
from daemon.infra.vault import Vault
from daemon.kernel.clock import Clock

EVERYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104 - compared, not bound


@dataclass(frozen=True)
class Site:
    """What every command needs to know."""

    settings: Settings
    paths: Paths
    clock: Clock

    @classmethod
    def load(cls) -> Self:
        """Read the settings of this directory and environment. Raises SettingsError."""
        settings = Settings.load(dict(os.environ))
        return cls(settings, Paths(settings.state_dir), Clock())

    @property
    def tenant(self) -> str:
        """The one tenant of this box."""
        return self.settings.tenant.id

    def address(self, port: int | None = None) -> str:
        """Return where a browser finds the page; from elsewhere too, if we listen there."""
        http = self.settings.http
        if http.public_url:
            return http.public_url.rstrip("/")
        host = lan_address() if http.host in EVERYWHERE else http.host
        return f"http://{f'[{host}]' if ':' in host else host}:{port or http.port}"

    @property
    def credentials(self) -> str | None:
        """Where systemd keeps the credentials of the service, if it started us."""
        return os.environ.get("CREDENTIALS_DIRECTORY")

    def vault(self) -> Vault:
        """Open the vault; on a blank box, make its key."""
        fresh = not self.paths.database.exists()
        return Vault.load(self.paths.key, fresh=fresh, credentials=self.credentials)

    @contextlib.contextmanager
    def writing(self, *migrations: Migrations) -> Iterator[Connection]:
        """Write to the database in one transaction, whether the daemon runs or not.

        A second connection beside the daemon's writer may wait for it, and never checkpoints.
        """
        self.paths.create()
        self.vault()  # before the database: the other way round would look like a lost key
        connection = connect(self.paths.database)
        try:
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            tx = sqlite_utils.Database(connection)
            for steps in migrations:
                steps.apply(tx)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield tx
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            connection.close()
            give_to_owner_of(self.paths.state, self.paths.state)


def lan_address() -> str:
    """Return this machine's address on its network; asking the routing table sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(sock.getsockname()[0])
