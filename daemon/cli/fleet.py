"""`nextagent enroll TOKEN`: join a control plane, through the running daemon."""

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
        site = Site.load()
        key, number = _pass(site)
        try:
            answer = asyncio.run(_ask(site, key, token, say.language))
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
        typer.echo(answer.get("text") or answer.get("detail"))
        if "code" in answer:
            raise typer.Exit(1)


def _pass(site: Site) -> tuple[str, str]:
    """Make a key that lives for this command alone."""
    now = site.clock.now()
    wanted = ApiKey(
        id=new_id(),
        tenant_id=site.tenant,
        prefix="",
        name="nextagent enroll",
        role="owner",
        created_by="cli",
        created_at=now,
        expires_at=now + LIFE,
    )
    with acting(site, "cli.enroll", migrations, about=wanted.id) as tx:
        issued = issue_key(tx, wanted, limit=site.settings.limits.api_keys + 1)
    return issued.text, wanted.id


async def _ask(site: Site, key: str, token: str, language: str) -> dict[str, Any]:
    headers = {
        "Authorization": f"Bearer {key}",
        "x-tenant-id": site.tenant,
        "Accept-Language": language,
    }
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{site.address()}/sync/enroll", json={"token": token}) as response,
    ):
        return dict(await response.json(content_type=None))
