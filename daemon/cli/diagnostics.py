"""`nextagent diagnostics`: the bundle for support, whether the daemon runs or not."""

import contextlib
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import sqlite_utils
import typer

from daemon.domains.support.diagnostics import file_name, packed
from daemon.domains.support.redact import masked
from daemon.infra.database import connect
from daemon.wiring import diagnosing

from .doctor import examine
from .site import EVERYWHERE, Site
from .speech import EN, Speech

ASK_S = 3.0


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the command."""
    file_help = say("Onde gravar; sem ele, na pasta atual.", "Where to write; else right here.")

    @app.command(
        help=say(
            "Grava o pacote de diagnóstico: sem textos, telefones nem segredos.",
            "Write the diagnostics bundle: without texts, phones or secrets.",
        )
    )
    def diagnostics(
        file: Annotated[Path | None, typer.Argument(metavar="FILE", help=file_help)] = None,
    ) -> None:
        site = Site.load()
        at = site.clock.now()
        target = file or Path(file_name(at))
        data = packed({name: _look(look) for name, look in _sections(site).items()}, at)
        target.touch(mode=0o600)
        target.write_bytes(data)
        typer.echo(str(target))


def _sections(site: Site) -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {
        "about": diagnosing.about,
        "settings": lambda: diagnosing.shown_settings(site.settings),
        "health": lambda: _health(site),
        "disk": lambda: diagnosing.disk(site.paths),
        "system": diagnosing.system,
        "doctor": lambda: [
            {**asdict(one), "what": masked(one.what), "fix": masked(one.fix)}
            for one in examine(Speech(EN))
        ],
    }
    if site.paths.database.exists():
        found["database"] = lambda: diagnosing.database(site.paths.database)
        for name, read in diagnosing.FROM_DATABASE.items():
            found[name] = lambda read=read: _read(site, read)  # type: ignore[misc]  # bound now
    return found


def _look(look: Callable[[], Any]) -> Any:
    """Return a section; what cannot be looked at says so, and does not stop the others."""
    try:
        return look()
    except (OSError, sqlite3.Error, ValueError, KeyError) as error:
        return {"error": type(error).__name__}


def _read(site: Site, read: Callable[[sqlite_utils.Database], Any]) -> Any:
    with contextlib.closing(connect(site.paths.database, read_only=True)) as connection:
        return read(sqlite_utils.Database(connection))


def _health(site: Site) -> Any:
    """Ask the daemon, if it runs, how it is; this needs no key."""
    http = site.settings.http
    host = "127.0.0.1" if http.host in EVERYWHERE else http.host
    url = f"http://{f'[{host}]' if ':' in host else host}:{http.port}/health/ready"
    try:
        with urllib.request.urlopen(url, timeout=ASK_S) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):
            return json.load(error)
    except (urllib.error.URLError, OSError):
        return {"status": "not running"}
