"""`nextagent privacy ...`: a person's data handed over or erased, by the daemon that runs."""

import shutil
import time
from pathlib import Path
from typing import Annotated, Any

import sqlite_utils
import typer

from daemon.domains.conversations.phones import typed
from daemon.domains.conversations.store import contacts
from daemon.domains.privacy import store
from daemon.domains.privacy.domain import Language, UnknownContactError
from daemon.domains.privacy.service import Asked, ask_erase, ask_export
from daemon.infra.database import Connection, connect
from daemon.infra.lock import StateLockedError, state_lock
from daemon.infra.queue import Queue
from daemon.kernel.errors import BadInputError

from .site import Site
from .speech import Speech
from .witness import acting

WAIT_S = 600.0
LOOK_S = 0.3
WAITING = 3


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the commands."""
    privacy = typer.Typer(
        help=say("Dados de uma pessoa: entregar ou apagar.", "A person's data: hand over, erase."),
        no_args_is_help=True,
    )
    app.add_typer(privacy, name="privacy")
    phone_help = say("O telefone do contato.", "The contact's phone.")
    Phone = Annotated[str, typer.Argument(metavar="PHONE", help=phone_help)]  # noqa: N806 - a type
    file_help = say("Onde gravar; sem ele, na pasta atual.", "Where to write; else right here.")

    @privacy.command(
        help=say("Grava tudo o que a caixa guarda do contato.", "Write all data of a contact.")
    )
    def export(
        phone: Phone,
        file: Annotated[Path | None, typer.Argument(metavar="FILE", help=file_help)] = None,
    ) -> None:
        site = Site.load()
        with acting(site, "cli.privacy_export", store.migrations) as tx:
            contact = _contact(tx, site, phone)
            language: Language = "en" if say.language.startswith("en") else "pt-BR"
            number = ask_export(tx, _asked(site), contact, language).id
        done = _wait(site, say, lambda tx: store.export(tx, number))
        target = file or Path(f"{number}.zip")
        target.touch(mode=0o600)
        shutil.copyfile(site.paths.exports / f"{done.id}.zip", target)
        typer.echo(str(target))

    @privacy.command(
        help=say("Apaga o contato em toda a caixa. Não há volta.", "Erase a contact for good.")
    )
    def erase(
        phone: Phone,
        *,
        yes: Annotated[
            bool, typer.Option("--yes", help=say("Não pergunta.", "Do not ask."))
        ] = False,
    ) -> None:
        site = Site.load()
        question = say(
            "Apagar este contato para sempre? Digite o telefone de novo",
            "Erase this contact for good? Type the phone again",
        )
        if not yes and typed(str(typer.prompt(question))) != typed(phone):
            raise typer.Abort
        with acting(site, "cli.privacy_erase", store.migrations) as tx:
            number = ask_erase(tx, _asked(site), _contact(tx, site, phone), "person").id
        done = _wait(site, say, lambda tx: store.erasure(tx, number)[0])
        for one in done.result.counts:
            typer.echo(f"{one.place:14} {one.erased:>8}")
        typer.echo(f"{'files':14} {done.result.files:>8}")
        for name, hits in done.result.remaining.items():
            left = say("ainda há ocorrências", "occurrences are left")
            typer.echo(f"{name}: {hits} {left}", err=True)
        typer.echo(f"sha256 {done.digest}")


def _contact(tx: Connection, site: Site, phone: str) -> str:
    digits = typed(phone)
    if digits is None:
        raise BadInputError(
            field="PHONE",
            problem="must be a phone number, such as +5511987654321",
            problem_pt="deve ser um telefone com DDD, como +5511987654321",
        )
    found = contacts.find(tx, site.tenant, f"pn:{digits}")
    if found is None:
        raise UnknownContactError(id=phone)
    return found.id


def _asked(site: Site) -> Asked:
    return Asked(Queue(site.clock, site.tenant), site.clock, site.tenant)


def _wait(site: Site, say: Speech, look: Any) -> Any:
    """Wait for the daemon to do it; what is asked for stays asked if it does not run."""
    connection = connect(site.paths.database, read_only=True)
    try:
        tx, idle = sqlite_utils.Database(connection), _idle(site)
        end = time.monotonic() + WAIT_S
        while (found := look(tx)).state in {"queued", "running"}:
            if idle or time.monotonic() > end:
                typer.echo(
                    say(
                        "O pedido foi gravado e será feito quando a caixa estiver ligada.",
                        "It is written down and will be done once the box runs.",
                    ),
                    err=True,
                )
                raise typer.Exit(WAITING)
            time.sleep(LOOK_S)  # the daemon is another process: only its rows tell
    finally:
        connection.close()
    if found.state == "failed":
        typer.echo(say("Não foi possível; veja os logs.", "It failed; look at the log."), err=True)
        raise typer.Exit(1)
    return found


def _idle(site: Site) -> bool:
    """Say whether no daemon runs on this box."""
    try:
        with state_lock(site.paths.state):
            return True
    except StateLockedError:
        return False
