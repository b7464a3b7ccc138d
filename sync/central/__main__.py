"""`python -m sync.central run|key`: the control plane as a program."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import monotonic

import structlog
import typer
from aiohttp import web
from pydantic import ValidationError

from config.logging import configure
from config.systemd import Systemd
from sync.central.access import Access
from sync.central.app import build
from sync.central.keyring import DamagedKeysError, Keyring
from sync.central.mail import post_office
from sync.central.parts import Central, Limits
from sync.central.pressure import Capacity
from sync.central.settings import CentralSettings
from sync.central.sqlite_store import SqliteStore
from sync.central.store import PLATFORM, Store
from sync.protocol.messages import Parameters

log = structlog.get_logger(__name__)

BAD_SETTING = 2
SHUTDOWN_S = 10.0

program = typer.Typer(help="The control plane of the fleet.", no_args_is_help=True)


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Return the wall clock, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return monotonic()


@program.command()
def run() -> None:
    """Serve, on embedded SQLite or on PostgreSQL (`database_url`)."""
    settings = _settings()
    configure(settings.log_level, "auto")
    asyncio.run(_serve(settings))


@program.command()
def key(name: str = typer.Option("platform", help="Whose key it is")) -> None:
    """Print a new API key of the platform, once."""
    typer.echo(asyncio.run(_make_key(_settings(), name)))


def _settings() -> CentralSettings:
    try:
        return CentralSettings()
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False):
            typer.echo(f"{'.'.join(map(str, item['loc']))}: {item['msg']}", err=True)
        raise typer.Exit(BAD_SETTING) from None


async def _open(settings: CentralSettings, clock: SystemClock) -> Store:
    url = settings.database_url.get_secret_value()
    if not url:
        return await SqliteStore.open(settings.state_dir)
    from sync.central.pg_store import PostgresStore  # noqa: PLC0415 - asyncpg is an extra

    return await PostgresStore.open(url, clock.now(), connections=settings.connections)


async def _make_key(settings: CentralSettings, name: str) -> str:
    clock = SystemClock()
    await asyncio.to_thread(_private_folder, settings.state_dir)
    store = await _open(settings, clock)
    try:
        made = await Access(store, clock).create(PLATFORM, name, "platform", "")
    finally:
        await store.close()
    return made.key


async def _serve(settings: CentralSettings) -> None:
    clock = SystemClock()
    systemd = Systemd(os.environ)
    keyring = await asyncio.to_thread(_keyring, settings.state_dir)
    store = await _open(settings, clock)
    central = Central(
        store,
        clock,
        keyring,
        settings.state_dir / "blobs",
        Capacity(at_once=settings.at_once, waiting=settings.waiting),
        Parameters.model_validate({"interval_s": settings.interval_s}),
        https=settings.https,
        version=_version(),
        limits=Limits(settings.blob_mb * 1024 * 1024),
        hooks_to=tuple(map(str, settings.webhook_networks)),
        mail=post_office(settings),
    )
    try:
        await _first_key(store, clock)
        async with systemd.watchdog():
            await _listen(settings, build(central), systemd)
    finally:
        await store.close()


async def _first_key(store: Store, clock: SystemClock) -> None:
    access = Access(store, clock)
    if not await access.any():
        made = await access.create(PLATFORM, "first", "platform", "")
        sys.stdout.write(f"First API key of the platform, shown once: {made.key}\n")
        sys.stdout.flush()


async def _listen(settings: CentralSettings, app: web.Application, systemd: Systemd) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        for address in runner.addresses:
            sys.stdout.write(f"Control plane listens on http://{address[0]}:{address[1]}\n")
        sys.stdout.flush()
        systemd.ready(f"listening on {address[0]}:{address[1]}")
        await stop.wait()
    finally:
        systemd.stopping()
        await runner.cleanup()


def _keyring(folder: Path) -> Keyring:
    """Read the keys that sign receipts and documents; the first start makes one."""
    _private_folder(folder)
    try:
        return Keyring.open(folder)
    except DamagedKeysError as error:
        raise typer.BadParameter(str(error)) from error


def _version() -> str:
    try:
        return version("nextagent-edge")
    except PackageNotFoundError:
        return ""


def _private_folder(folder: Path) -> None:
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


if __name__ == "__main__":
    program(prog_name="nextagent central")
