"""`nextagent audit verify`: check the chain of the audit log without asking anybody."""

from typing import Annotated

import sqlite_utils
import typer

from daemon.domains.audit.store import faults, head
from daemon.infra.database import connect

from .site import Site
from .speech import Speech

FAULTY = 1


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the commands."""
    audit = typer.Typer(
        help=say("O registro de auditoria.", "The audit log."), no_args_is_help=True
    )
    app.add_typer(audit, name="audit")
    expect_help = say(
        "Cabeça anotada antes (NÚMERO:HASH): também deve estar lá.",
        "A head noted before (NUMBER:HASH): it must be there, too.",
    )

    @audit.command(
        help=say("Confere a corrente inteira, linha por linha.", "Check the chain, row by row.")
    )
    def verify(
        expect: Annotated[str | None, typer.Option(metavar="HEAD", help=expect_help)] = None,
    ) -> None:
        site = Site.load()
        if not site.paths.database.exists():
            typer.echo(say("Esta caixa ainda não tem registro.", "No audit log yet."), err=True)
            raise typer.Exit(FAULTY)
        connection = connect(site.paths.database, read_only=True)
        try:
            tx = sqlite_utils.Database(connection)
            found = [fault.text(say.language) for fault in faults(tx)]
            if expect is not None and not _stands(tx, expect):
                found.append(say(f"{expect}: não está na corrente", f"{expect}: not in the chain"))
            number, digest = head(tx)
        finally:
            connection.close()
        for line in found:
            typer.echo(line)
        if found:
            raise typer.Exit(FAULTY)
        typer.echo(say("O registro de auditoria está íntegro.", "The audit log is intact."))
        typer.echo(say(f"Cabeça: {number}:{digest}", f"Head: {number}:{digest}"))

    @audit.command(
        "head", help=say("Mostra a cabeça da corrente, para anotar.", "Show the head, to note it.")
    )
    def show_head() -> None:
        site = Site.load()
        connection = connect(site.paths.database, read_only=True)
        try:
            typer.echo("{}:{}".format(*head(sqlite_utils.Database(connection))))
        finally:
            connection.close()


def _stands(tx: sqlite_utils.Database, expected: str) -> bool:
    number, _, digest = expected.partition(":")
    row = tx.conn.execute(
        "SELECT 1 FROM audit WHERE seq = ? AND hash = ?", (number, digest)
    ).fetchone()
    return row is not None
