"""`nextagent doctor`: what is wrong, in words, with the fix. Every check stands alone."""

import json
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from config.settings import SettingsError
from daemon.domains.auth.tokens import KEY_CONTEXT, KEY_NAME
from daemon.infra import bridge
from daemon.infra.backup import DatabaseBrokenError, check_database
from daemon.infra.bridge import BridgeMissingError
from daemon.infra.database import connect
from daemon.infra.vault import Vault
from daemon.kernel.errors import NextAgentError
from models.errors import ModelError
from models.library import Library

from .site import EVERYWHERE, Site
from .speech import EN, Speech

GIBIBYTE = 1024**3
LITTLE_DISK, NO_DISK = 2 * GIBIBYTE, GIBIBYTE // 4
LITTLE_MEMORY = 2 * GIBIBYTE
MANY_WAL_BYTES = 256 * 1024 * 1024
ASK_S = 3.0
MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    level: Literal["ok", "warn", "fail"]
    what: str
    fix: str = ""


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the command."""

    @app.command(
        help=say("Diz o que está errado e como resolver.", "Say what is wrong and how to fix it.")
    )
    def doctor(
        *,
        as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
    ) -> None:
        findings = list(examine(say))
        if as_json:
            typer.echo(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=2))
        else:
            for one in findings:
                typer.echo(f"{MARKS[one.level]} {one.what}")
                if one.fix:
                    typer.echo(f"  → {one.fix}")
        if any(one.level == "fail" for one in findings):
            raise typer.Exit(1)


def examine(say: Speech) -> Iterator[Finding]:
    """Look at everything; what cannot be looked at is a finding too."""
    try:
        site = Site.load()
    except SettingsError as error:
        for name, problem in error.problems:
            yield Finding(
                "fail",
                say(f"Configuração {name}: {problem}", f"Setting {name}: {problem}"),
                say("Corrija nextagent.toml ou a variável.", "Fix nextagent.toml or the variable."),
            )
        return
    checks: list[Callable[[Site, Speech], Iterator[Finding]]] = [
        _settings, _folder, _disk, _memory, _key, _database, _models, _node, _daemon,
    ]  # fmt: skip
    for check in checks:
        try:
            yield from check(site, say)
        except (OSError, sqlite3.Error, ValueError) as error:
            name = check.__name__.strip("_")
            yield Finding("fail", f"{name}: {type(error).__name__}: {error}")


def _settings(site: Site, say: Speech) -> Iterator[Finding]:
    settings = site.settings
    yield Finding("ok", say("Configuração lida", "Settings read"))
    files = {"brand.logo": settings.brand.logo, "whatsapp.server_ca": settings.whatsapp.server_ca}
    for name, path in files.items():
        if path is not None and not path.is_file():
            yield Finding(
                "fail",
                say(f"{name}: {path} não existe", f"{name}: there is no {path}"),
                say("Corrija o caminho.", "Correct the path."),
            )


def _folder(site: Site, say: Speech) -> Iterator[Finding]:
    state = site.paths.state
    if not state.exists():
        yield Finding(
            "warn",
            say(f"{state} ainda não existe", f"{state} does not exist yet"),
            say("É criado por: nextagent run", "It is made by: nextagent run"),
        )
        return
    mode = stat.S_IMODE(state.stat().st_mode)
    if mode & 0o077:
        yield Finding(
            "fail",
            say(
                f"{state}: outros usuários têm acesso ({mode:04o})",
                f"{state}: other users have access ({mode:04o})",
            ),
            f"chmod 700 {state}",
        )
    owner = state.stat().st_uid
    foreign = [path for path in state.iterdir() if path.stat().st_uid != owner]
    for path in foreign:
        yield Finding(
            "fail",
            say(f"{path}: tem outro dono", f"{path}: has another owner"),
            f"chown -R --reference={state} {path}",
        )
    if not os.access(state, os.W_OK):
        yield Finding(
            "fail",
            say(f"{state}: sem permissão de escrita", f"{state}: not writable"),
            say("Execute como o dono da pasta.", "Run as the owner of the folder."),
        )
    elif not mode & 0o077 and not foreign:
        yield Finding("ok", say(f"Pasta {state}", f"Folder {state}"))


def _disk(site: Site, say: Speech) -> Iterator[Finding]:
    folder = site.paths.state.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    level: Literal["ok", "warn", "fail"] = (
        "fail" if free < NO_DISK else "warn" if free < LITTLE_DISK else "ok"
    )
    yield Finding(
        level,
        say(f"Disco: {free / GIBIBYTE:.1f} GiB livres", f"Disk: {free / GIBIBYTE:.1f} GiB free"),
        ""
        if level == "ok"
        else say("Libere espaço ou troque o disco.", "Free some space, or change the disk."),
    )


def _memory(_: Site, say: Speech) -> Iterator[Finding]:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    little = total < LITTLE_MEMORY
    yield Finding(
        "warn" if little else "ok",
        say(f"Memória: {total / GIBIBYTE:.1f} GiB", f"Memory: {total / GIBIBYTE:.1f} GiB"),
        say("Use o modelo padrão.", "Stay with the default model.") if little else "",
    )


def _key(site: Site, say: Speech) -> Iterator[Finding]:
    paths = site.paths
    if not paths.database.exists():
        return
    try:
        vault = Vault.load(paths.key, fresh=False, credentials=site.credentials)
        sealed = _ask(paths.database, "SELECT sealed FROM auth_secrets WHERE name = ?", KEY_NAME)
        if sealed:
            vault.open(sealed[0][0], context=KEY_CONTEXT)
    except NextAgentError as error:
        yield Finding("fail", error.text(EN if say.language == EN else "pt-BR"))
        return
    yield Finding("ok", say(f"Chave do cofre {vault.key_id}", f"Vault key {vault.key_id}"))


def _database(site: Site, say: Speech) -> Iterator[Finding]:
    path = site.paths.database
    if not path.exists():
        return
    try:
        check_database(path)
    except DatabaseBrokenError as error:
        yield Finding(
            "fail",
            error.text(say.language),
            "nextagent restore --replace FILE",
        )
        return
    yield Finding("ok", say("Banco de dados íntegro", "Database intact"))
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size > MANY_WAL_BYTES:
        yield Finding(
            "warn",
            say("O WAL está grande", "The WAL is large"),
            say("Reinicie o serviço.", "Restart the service."),
        )
    parked = _ask(path, "SELECT count(*) FROM jobs WHERE state = ?", "parked")
    if parked and parked[0][0]:
        count = parked[0][0]
        yield Finding(
            "warn",
            say(f"{count} tarefas paradas com erro", f"{count} jobs are parked with an error"),
            say(
                "Veja o motivo e reenvie na página Sistema (GET /jobs?state=parked).",
                "See why and replay them on the System page (GET /jobs?state=parked).",
            ),
        )


def _models(site: Site, say: Speech) -> Iterator[Finding]:
    settings = site.settings.models.language
    if settings.engine != "llama":
        yield Finding("ok", say(f"Modelo: {settings.engine}", f"Model: {settings.engine}"))
        return
    library = Library(site.paths.models)
    chosen = library.selected() if settings.model == "default" else settings.model
    try:
        spec = library.resolve(settings.model)
        path = Path(spec.path)
        if not path.is_file() or path.stat().st_size != spec.size_bytes:
            yield Finding(
                "fail",
                say(f"Modelo {spec.id}: arquivo incompleto", f"Model {spec.id}: incomplete file"),
                f"nextagent models pull {spec.id}",
            )
            return
    except ModelError as error:
        if settings.model == "default" and chosen not in library.installed():
            yield Finding(
                "warn",
                say(f"Modelo {chosen} ainda não preparado", f"Model {chosen} not prepared yet"),
                say("É preparado por: nextagent run", "It is prepared by: nextagent run"),
            )
            return
        yield Finding("fail", error.words(say.language), f"nextagent models pull {chosen}")
        return
    yield Finding("ok", say(f"Modelo {spec.id}", f"Model {spec.id}"))


def _node(site: Site, say: Speech) -> Iterator[Finding]:
    if not site.settings.whatsapp.enabled:
        return
    try:
        program, *_ = bridge.command()
        result = subprocess.run(  # noqa: S603 - the program that the product itself runs
            [program, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except BridgeMissingError as error:
        yield Finding(
            "fail",
            say(
                f"A ponte do WhatsApp não está instalada ({error})", f"No WhatsApp bridge: {error}"
            ),
            say("Execute: make install", "Run: make install"),
        )
    except subprocess.SubprocessError as error:
        yield Finding(
            "fail",
            say(f"Node não funciona: {error}", f"Node does not run: {error}"),
            say("Execute: make install", "Run: make install"),
        )
    else:
        yield Finding("ok", f"Node {result.stdout.strip()}")


def _daemon(site: Site, say: Speech) -> Iterator[Finding]:
    """Ask the running daemon for its causes; else see whether it could listen."""
    http = site.settings.http
    try:
        health = _health(_local(site))
    except (OSError, ValueError):
        if (problem := _cannot_listen(http.host, http.port)) is None:
            yield Finding("warn", say("O serviço não está rodando", "The service is not running"),
                          "nextagent run")  # fmt: skip
        else:
            yield Finding(
                "fail",
                say(
                    f"A porta {http.port} não pode ser usada: {problem}",
                    f"Port {http.port} cannot be used: {problem}",
                ),
                say("Mude http.port ou pare o outro programa.",
                    "Change http.port, or stop the other program."),
            )  # fmt: skip
        return
    causes = health.get("causes", [])
    for cause in causes:
        yield Finding("fail" if cause.get("blocking", True) else "warn", str(cause["message"]))
    if not causes:
        yield Finding("ok", say("Serviço pronto", "Service ready"))


def _local(site: Site) -> str:
    """Return where the daemon answers on this machine, whatever people type elsewhere."""
    http = site.settings.http
    host = "127.0.0.1" if http.host in EVERYWHERE else http.host
    return f"http://{f'[{host}]' if ':' in host else host}:{http.port}"


def _health(address: str) -> dict[str, Any]:
    url = f"{address}/health/ready"
    if not url.startswith(("http://", "https://")):
        raise ValueError(url)
    request = urllib.request.Request(url)  # noqa: S310 - the scheme was checked
    try:
        with urllib.request.urlopen(request, timeout=ASK_S) as response:  # noqa: S310 - as above
            answer = json.load(response)
    except urllib.error.HTTPError as error:  # 503 with its causes
        answer = json.load(error)
    if not isinstance(answer, dict):
        raise ValueError(url)  # noqa: TRY004 - some other program answers there
    return answer


def _cannot_listen(host: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            return error.strerror
    return None


def _ask(database: Path, query: str, *values: str) -> list[Any]:
    connection = connect(database, read_only=True)
    try:
        return connection.execute(query, values).fetchall()
    except sqlite3.OperationalError:  # a table that does not exist yet
        return []
    finally:
        connection.close()
