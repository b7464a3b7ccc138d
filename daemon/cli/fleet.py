"""`nextagent enroll TOKEN` and `nextagent sync`: all through the running daemon."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

import aiohttp
import typer

from daemon.domains.auth.domain import ApiKey
from daemon.domains.auth.keys import issue_key
from daemon.domains.auth.store import keys
from daemon.domains.auth.store.schema import migrations
from daemon.kernel.ids import new_id

from .site import Site
from .speech import Speech
from .witness import acting

LIFE = timedelta(minutes=2)


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the command."""

    @app.command(
        help=say(
            "Cadastra esta caixa no plano de controle (sync.url); o serviço deve estar no ar.",
            "Enrol this box with the control plane (sync.url); the service must be running.",
        )
    )
    def enroll(
        token: Annotated[str, typer.Argument(metavar="TOKEN", help=say("O código.", "The code."))],
    ) -> None:
        typer.echo(_asked(say, "enroll", "POST", "/sync/enroll", {"token": token})["text"])

    sync = typer.Typer(help=say("Sincronização com o plano de controle.", "The sync."))
    app.add_typer(sync, name="sync", no_args_is_help=True)

    @sync.command(help=say("Mostra como está.", "Show how it stands."))
    def status() -> None:
        _show(say, _asked(say, "sync_status", "GET", "/sync"))

    @sync.command(help=say("Sincroniza agora.", "Sync at once."))
    def now() -> None:
        typer.echo(_asked(say, "sync_now", "POST", "/sync/now")["text"])

    @sync.command("rotate-key", help=say("Troca a chave da caixa.", "Change the box's key."))
    def rotate_key() -> None:
        typer.echo(_asked(say, "sync_rotate_key", "POST", "/sync/rotate-key")["text"])


def _show(say: Speech, found: dict[str, Any]) -> None:
    """Print the words that the page shows."""
    never = say("nunca", "never")
    lines = [
        found["text"],
        found["entitled"]["text"],
        found["clockText"],
        f"{say('Caixa', 'Box')}: {found['deviceId']}",
        f"{say('Aguardando envio', 'Waiting to be sent')}: {found['waiting']}",
        f"{say('Último recibo', 'Last receipt')}: {found['lastReceiptAt'] or never}",
    ]
    if found["nextTryAt"]:
        lines.append(f"{say('Próxima tentativa', 'Next try')}: {found['nextTryAt']}")
    off = say("Desligado", "Off")
    lines += [f"{off}: {extra['text']}" for extra in found["entitled"]["off"]]
    for one in found["documents"]:
        reason = f" ({one['reason']})" if one["reason"] else ""
        lines.append(f"{one['kind']} {one['version']}: {one['text']}{reason}")
    release = found["release"]
    if release["wanted"]:
        here = say("aqui roda", "running here")
        lines.append(f"{release['channel']} {release['wanted']}; {here} {release['running']}")
    typer.echo("\n".join(lines))


def _asked(
    say: Speech, act: str, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Ask the running daemon as its owner; a refusal or silence ends the command."""
    site = Site.load()
    key, number = _pass(site, act)
    try:
        answer = asyncio.run(_ask(site, key, say.language, method, path, body=body))
    except aiohttp.ClientConnectionError:
        typer.echo(
            say(
                f"O serviço não responde em {site.address()}. Inicie-o: nextagent run",
                f"The service does not answer at {site.address()}. Start it: nextagent run",
            ),
            err=True,
        )
        raise typer.Exit(1) from None
    finally:
        with site.writing(migrations) as tx:
            keys.remove(tx, site.tenant, number)
    if "code" in answer:
        typer.echo(answer.get("detail"), err=True)
        raise typer.Exit(1)
    return answer


def _pass(site: Site, act: str) -> tuple[str, str]:
    """Make a key that lives for this command alone."""
    now = site.clock.now()
    wanted = ApiKey(
        id=new_id(),
        tenant_id=site.tenant,
        prefix="",
        name=f"nextagent {act}",
        role="owner",
        created_by="cli",
        created_at=now,
        expires_at=now + LIFE,
    )
    with acting(site, f"cli.{act}", migrations, about=wanted.id) as tx:
        issued = issue_key(tx, wanted, limit=site.settings.limits.api_keys + 1)
    return issued.text, wanted.id


async def _ask(
    site: Site, key: str, language: str, method: str, path: str, *, body: dict[str, Any] | None
) -> dict[str, Any]:
    headers = {
        "Authorization": f"Bearer {key}",
        "x-tenant-id": site.tenant,
        "Accept-Language": language,
    }
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, f"{site.address()}{path}", json=body) as response,
    ):
        return dict(await response.json(content_type=None))
