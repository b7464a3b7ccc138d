"""`nextagent run`: the daemon in the foreground, until a signal asks it to stop."""

import asyncio
import os
import signal
import sys

import structlog
import typer

from config import logging as logs
from config.systemd import Systemd
from daemon.infra.lock import state_lock

from .site import Site
from .speech import Speech

log = structlog.get_logger(__name__)


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the command."""

    @app.command(help=say("Inicia o serviço.", "Start the service."))
    def run() -> None:
        site = Site.load()
        logs.configure(site.settings.log.level, site.settings.log.format)
        with state_lock(site.paths.state):
            asyncio.run(_serve(site, say))


async def _serve(site: Site, say: Speech) -> None:
    from daemon.app import build  # noqa: PLC0415 - half a second that no other command needs

    systemd, stop = Systemd(os.environ), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with systemd.watchdog(), build(site.settings, stop) as box:
        address = site.address(box.port)
        _announce(say, address, await box.auth.accounts.setup_link(address))
        systemd.ready(address)
        await stop.wait()
        log.info("stopping")
        systemd.stopping()


def _announce(say: Speech, address: str, setup_link: str | None) -> None:
    lines = [say(f"NextAgent está em {address}", f"NextAgent is at {address}")]
    if setup_link is not None:
        lines += [
            say("Primeiro acesso (link de uso único):", "First access (one-time link):"),
            f"  {setup_link}",
        ]
    sys.stdout.write("\n".join(["", *lines, "", ""]))
    sys.stdout.flush()
