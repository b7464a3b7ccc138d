"""`nextagent migrate`: bring the tables up to date without starting the service."""

import sqlite_utils
import typer

from daemon.infra.backup import give_to_owner_of
from daemon.infra.database import connect
from daemon.infra.lock import state_lock
from daemon.infra.upgrade import prepare

from .site import Site
from .speech import Speech


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the command."""

    @app.command(
        help=say(
            "Atualiza o banco de dados (o serviço faz isso ao iniciar).",
            "Bring the database up to date (the service does so when it starts).",
        )
    )
    def migrate() -> None:
        from daemon.wiring.ground import MIGRATIONS  # noqa: PLC0415 - imports every context

        site = Site.load()
        site.paths.create()
        site.vault()
        with state_lock(site.paths.state):
            prepare(site.paths.database, MIGRATIONS)
            connection = connect(site.paths.database)
            tx = sqlite_utils.Database(connection)
            try:
                waiting = [(steps, steps.pending(tx)) for steps in MIGRATIONS]
                for steps, pending in waiting:
                    steps.apply(tx)
                    for step in pending:
                        typer.echo(f"{steps.name}: {step.name}")
            finally:
                connection.close()
        give_to_owner_of(site.paths.state, site.paths.state)
        if not any(pending for _, pending in waiting):
            typer.echo(say("Nada a fazer.", "Nothing to do."))
