"""`nextagent ledger ...`: the box's own evidence, checked without asking anybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import orjson
import sqlite_utils
import typer

from daemon.infra.database import Connection, connect
from sync.protocol.invoice import prove as recompute
from sync.protocol.invoice import rollups_of
from sync.state import read_ledger
from sync.verify import verify as find_faults

from .site import Site
from .speech import Speech

MARK = "ledger.mark"
FAULTY = 1


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the commands."""
    ledger = typer.Typer(
        help=say("O livro de uso: conferir e provar.", "The usage ledger: verify and prove."),
        no_args_is_help=True,
    )
    app.add_typer(ledger, name="ledger")
    file_help = say("A fatura, como o plano de controle a exporta.", "The invoice, as exported.")
    Invoice = Annotated[Path, typer.Argument(metavar="INVOICE", help=file_help)]  # noqa: N806 - a type

    @ledger.command(
        help=say("Confere o livro inteiro, evento por evento.", "Check the ledger, event by event.")
    )
    def verify() -> None:
        site = Site.load()
        with _reading(site, say) as tx:
            book, memory = read_ledger(tx, site.vault(), site.clock, site.tenant)
            mark = site.paths.state / MARK
            found = find_faults(
                book,
                tx,
                mark=mark.read_bytes() if mark.exists() else None,
                server=memory.server if memory.enrolled else None,
            )
        for finding in found:
            typer.echo(finding.text(say.language))
        if found:
            raise typer.Exit(FAULTY)
        typer.echo(say("O livro está íntegro.", "The ledger is intact."))

    @ledger.command(
        help=say(
            "Recalcula uma fatura com o próprio livro, byte por byte.",
            "Recompute an invoice from the box's own ledger, byte for byte.",
        )
    )
    def prove(invoice: Invoice) -> None:
        site = Site.load()
        try:
            document = orjson.loads(invoice.read_bytes())
            content = document.get("document", document)
            with _reading(site, say) as tx:
                proof = recompute(content, rollups_of(tx))
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise typer.BadParameter(
                say(f"{invoice} não é uma fatura.", f"{invoice} is not an invoice.")
            ) from error
        typer.echo(proof.text(say.language))
        if not proof.equal:
            raise typer.Exit(FAULTY)


@contextmanager
def _reading(site: Site, say: Speech) -> Iterator[Connection]:
    if not site.paths.database.exists():
        typer.echo(say("Esta caixa ainda não tem livro.", "This box has no ledger yet."), err=True)
        raise typer.Exit(FAULTY)
    connection = connect(site.paths.database, read_only=True)
    try:
        yield sqlite_utils.Database(connection)
    finally:
        connection.close()
