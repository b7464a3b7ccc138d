"""Commands of access: API keys, users, the set-up link. They work beside a running daemon."""

import re
import sys
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from daemon.domains.auth.domain import (
    USERNAME_PATTERN,
    ApiKey,
    SetupDoneError,
    User,
    check_password,
    normal,
)
from daemon.domains.auth.keys import DEFAULT_DAYS, issue_key
from daemon.domains.auth.passwords import Passwords
from daemon.domains.auth.service import add_user
from daemon.domains.auth.store import keys, sessions, tries, users
from daemon.domains.auth.store.schema import migrations
from daemon.domains.auth.tokens import expiry, new_secret
from daemon.kernel.errors import NotFoundError
from daemon.kernel.ids import new_id

from .site import Site
from .speech import Speech
from .witness import acting

SHOWN = 1000


class Role(StrEnum):
    """What somebody may do."""

    OWNER = "owner"
    OPERATOR = "operator"
    VIEWER = "viewer"


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the commands."""
    app.add_typer(_tokens(say), name="token")
    app.add_typer(_users(say), name="user")

    @app.command(
        "setup-link",
        help=say("Cria um novo link de configuração.", "Make a new set-up link."),
    )
    def setup_link() -> None:
        site, secret = Site.load(), new_secret()
        ends = site.clock.now() + timedelta(hours=site.settings.auth.setup_hours)
        with acting(site, "cli.setup_link", migrations) as tx:
            if users.count(tx, site.tenant):
                raise SetupDoneError
            tries.add_link(tx, site.tenant, secret.hashed, ends)
        typer.echo(f"{site.address()}/#/setup?token={secret.text}")


def _tokens(say: Speech) -> typer.Typer:
    app = typer.Typer(help=say("Chaves de API.", "API keys."), no_args_is_help=True)

    @app.command(help=say("Cria uma chave e a mostra uma vez.", "Make a key and show it once."))
    def create(
        name: Annotated[str, typer.Option(help=say("Para que serve.", "What it is for."))],
        role: Annotated[Role, typer.Option(help=say("O que pode.", "What it may do."))],
        expires_days: Annotated[
            int, typer.Option(min=1, max=3650, help=say("Validade em dias.", "Life in days."))
        ] = DEFAULT_DAYS,
    ) -> None:
        site = Site.load()
        now = site.clock.now()
        wanted = ApiKey(
            id=new_id(),
            tenant_id=site.tenant,
            prefix="",
            name=name,
            role=role.value,
            created_by="cli",
            created_at=now,
            expires_at=expiry(now, expires_days),
        )
        facts = {"name": name, "role": role.value, "expires_days": expires_days}
        with acting(site, "cli.token_create", migrations, about=wanted.id, **facts) as tx:
            issued = issue_key(tx, wanted, limit=site.settings.limits.api_keys)
        typer.echo(issued.text)
        note = say("Guarde-a: não será mostrada de novo.", "Keep it: it is not shown again.")
        typer.echo(note, err=True)

    @app.command("list", help=say("Lista as chaves.", "List the keys."))
    def list_keys() -> None:
        site = Site.load()
        with site.writing(migrations) as tx:
            found = keys.listed(tx, site.tenant, None, SHOWN)
        for key in found:
            typer.echo(f"{key.id}  na_{key.prefix}…  {key.role:8}  {key.expires_at:%F}  {key.name}")

    @app.command(help=say("Revoga uma chave.", "Revoke a key."))
    def revoke(
        number: Annotated[str, typer.Argument(metavar="ID", help=say("O id.", "Its id."))],
    ) -> None:
        site = Site.load()
        with acting(site, "cli.token_revoke", migrations, about=number) as tx:
            keys.remove(tx, site.tenant, number)
        typer.echo(say("Chave revogada.", "Key revoked."))

    return app


def _users(say: Speech) -> typer.Typer:
    app = typer.Typer(help=say("Usuários.", "Users."), no_args_is_help=True)
    password_help = say(
        "Lê a senha da entrada padrão.", "Read the password from the standard input."
    )

    @app.command(help=say("Cria um usuário.", "Add a user."))
    def add(
        username: Annotated[str, typer.Argument(help=say("Nome de usuário.", "User name."))],
        name: Annotated[str, typer.Option(help=say("Nome da pessoa.", "The person's name."))] = "",
        role: Annotated[Role, typer.Option(help=say("O que pode.", "What they may do."))] = (
            Role.OPERATOR
        ),
        *,
        password_stdin: Annotated[
            bool, typer.Option("--password-stdin", help=password_help)
        ] = False,
    ) -> None:
        site = Site.load()
        _check_username(username, say)
        password = _ask_password(say, username, stdin=password_stdin)
        now = site.clock.now()
        user = User(new_id(), site.tenant, normal(username), name or username, role.value, now, now)
        hashed = Passwords().hash_now(password)
        facts = {"username": user.username, "role": user.role}
        with acting(site, "cli.user_add", migrations, about=user.id, **facts) as tx:
            add_user(tx, user, hashed, limit=site.settings.limits.users)
        typer.echo(say(f"Usuário {user.username} criado.", f"User {user.username} added."))

    @app.command("list", help=say("Lista os usuários.", "List the users."))
    def list_users() -> None:
        site = Site.load()
        with site.writing(migrations) as tx:
            found = users.listed(tx, site.tenant, None, SHOWN)
        for user in found:
            typer.echo(f"{user.id}  {user.role:8}  {user.username}  {user.name}")

    @app.command(help=say("Troca a senha de um usuário.", "Replace a user's password."))
    def password(
        username: Annotated[str, typer.Argument(help=say("Nome de usuário.", "User name."))],
        *,
        password_stdin: Annotated[
            bool, typer.Option("--password-stdin", help=password_help)
        ] = False,
    ) -> None:
        site = Site.load()
        new = _ask_password(say, username, stdin=password_stdin)
        hashed, now = Passwords().hash_now(new), site.clock.now()
        about = normal(username)
        with acting(site, "cli.user_password", migrations, about=about) as tx:
            found = users.find(tx, site.tenant, normal(username))
            if found is None:
                raise NotFoundError(kind="user", id=username)
            users.set_password(tx, site.tenant, found[0].id, hashed)
            users.update(tx, replace(found[0], updated_at=now))
            sessions.revoke_all(tx, site.tenant, found[0].id, now)
            tries.forgive(tx, site.tenant, f"user:{normal(username)}")
        typer.echo(say("Senha trocada.", "Password replaced."))

    return app


def _check_username(username: str, say: Speech) -> None:
    if re.fullmatch(USERNAME_PATTERN, username) is None:
        raise typer.BadParameter(
            say(
                "use de 2 a 64 letras, números, . _ @ + ou -",
                "use 2 to 64 letters, digits, . _ @ + or -",
            )
        )


def _ask_password(say: Speech, username: str, *, stdin: bool) -> str:
    if stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = str(
            typer.prompt(say("Senha", "Password"), hide_input=True, confirmation_prompt=True)
        )
    check_password(password, username)
    return password
