"""Commands that keep a box safe: backup, restore, a new vault key."""

import os
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from daemon.infra import backup as backups
from daemon.infra.backup import Summary
from daemon.infra.lock import state_lock
from daemon.infra.vault import rotate_key
from sync.schema import migrations as ledger_tables
from sync.state import note_restore

from .site import Site
from .speech import Speech
from .witness import acting, announced

PASSPHRASE = "NEXTAGENT_PASSPHRASE"  # noqa: S105 - the variable's name
MEBIBYTE = 1024 * 1024


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the commands."""
    file_help = say("O arquivo do backup.", "The backup file.")
    File = Annotated[Path, typer.Argument(metavar="FILE", help=file_help)]  # noqa: N806 - a type

    @app.command(
        help=say(
            "Guarda a caixa inteira em um arquivo cifrado, em uso ou não.",
            "Save the whole box to one encrypted file, in use or not.",
        )
    )
    def backup(file: File) -> None:
        site = Site.load()
        passphrase = _passphrase(say, confirm=True)
        with announced(site, "cli.backup", file=str(file)):
            summary = backups.create(
                site.paths,
                file,
                passphrase,
                at=site.clock.now(),
                tenant_id=site.tenant,
                version=version("nextagent-edge"),
                credentials=site.credentials,
            )
        backups.give_to_owner_of(site.paths.state, site.paths.state)
        _report(say, say("Backup conferido", "Backup checked"), summary)

    @app.command(
        help=say("Restaura um backup em uma caixa vazia.", "Restore a backup to an empty box.")
    )
    def restore(
        file: File,
        *,
        replace: Annotated[
            bool,
            typer.Option(
                "--replace",
                help=say(
                    "Guarda o que existe ao lado e restaura no lugar.",
                    "Put aside what is there and restore in its place.",
                ),
            ),
        ] = False,
        check: Annotated[
            bool,
            typer.Option("--check", help=say("Só confere o arquivo.", "Only check the file.")),
        ] = False,
    ) -> None:
        site = Site.load()
        passphrase = _passphrase(say, confirm=False)
        if check:
            summary = backups.verify(file, passphrase)
            _report(say, say("Backup íntegro", "Backup intact"), summary)
            return
        if site.paths.database.exists():
            with state_lock(site.paths.state):
                summary = backups.restore(file, passphrase, site.paths, replace=replace)
        else:
            summary = backups.restore(file, passphrase, site.paths)
        made = str(summary.created_at)
        with acting(site, "cli.restore", ledger_tables, replace=replace, made=made) as tx:
            note_restore(tx, summary.tenant_id)  # its ledger goes on in a new epoch
        _report(say, say("Restaurado", "Restored"), summary)
        if summary.tenant_id != site.tenant:
            typer.echo(
                say(
                    f"Atenção: o backup é do tenant {summary.tenant_id}; ajuste tenant.id.",
                    f"Note: the backup is of tenant {summary.tenant_id}; set tenant.id.",
                ),
                err=True,
            )

    @app.command(
        "rotate-key",
        help=say(
            "Cria uma nova chave do cofre; as antigas continuam abrindo.",
            "Make a new vault key; the old ones go on opening.",
        ),
    )
    def rotate() -> None:
        site = Site.load()
        site.vault()
        with state_lock(site.paths.state), announced(site, "cli.rotate_key"):
            number = rotate_key(site.paths.key)
        backups.give_to_owner_of(site.paths.state, site.paths.state)
        typer.echo(say(f"Nova chave: {number}", f"New key: {number}"))


def _passphrase(say: Speech, *, confirm: bool) -> str:
    """Take the passphrase from the environment, or ask."""
    given = os.environ.get(PASSPHRASE)
    if given:
        return given
    return str(
        typer.prompt(
            say("Senha do backup", "Backup passphrase"),
            hide_input=True,
            confirmation_prompt=confirm,
        )
    )


def _report(say: Speech, what: str, summary: Summary) -> None:
    size = f"{summary.size / MEBIBYTE:.1f} MiB"
    typer.echo(
        say(
            f"{what}: {summary.files} arquivos, {size}, de {summary.created_at}.",
            f"{what}: {summary.files} files, {size}, of {summary.created_at}.",
        )
    )
