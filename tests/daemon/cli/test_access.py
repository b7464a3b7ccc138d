"""Keys, users and the set-up link from the command line, beside a running daemon or without."""

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from config.settings import Settings, Tenant
from daemon.domains.auth.parts import AuthParts
from daemon.domains.auth.store.schema import migrations
from daemon.infra.database import Database
from daemon.infra.vault import Vault
from daemon.kernel.clock import Clock

Run = Callable[..., CompletedProcess[str]]
PASSWORD = "quatro palavras ao acaso\n"


async def parts(tmp_path: Path, settings: Settings) -> tuple[Database, AuthParts]:
    """What the daemon would have open."""
    state = tmp_path / "state"
    vault = await asyncio.to_thread(
        lambda: Vault.load(state / "vault.key", fresh=not (state / "nextagent.db").exists())
    )
    db = await Database.open(state / "nextagent.db", [migrations])
    return db, await AuthParts.build(settings, db, vault, Clock(), version="1")


def settings_of(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state", tenant=Tenant(id="local"))


def test_a_key_is_printed_alone_so_that_a_script_can_take_it(nextagent: Run) -> None:
    result = nextagent("token", "create", "--role", "owner", "--name", "CI")

    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("na_")
    assert len(result.stdout.split()) == 1
    assert "não será mostrada" in result.stderr


def test_a_key_made_before_the_first_start_works_in_the_daemon(
    nextagent: Run, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path)
    key = nextagent("token", "create", "--role", "viewer", "--name", "CI").stdout.strip()

    async def daemon() -> str:
        db, auth = await parts(tmp_path, settings)
        try:
            return (await auth.keys.identify(key)).role
        finally:
            auth.close()
            await db.close()

    assert asyncio.run(daemon()) == "viewer"


def test_a_key_made_beside_a_running_daemon_works_at_once(nextagent: Run, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)

    async def daemon() -> str:
        db, auth = await parts(tmp_path, settings)
        try:
            result = await asyncio.to_thread(
                nextagent, "token", "create", "--role", "operator", "--name", "CI"
            )
            return (await auth.keys.identify(result.stdout.strip())).role
        finally:
            auth.close()
            await db.close()

    assert asyncio.run(daemon()) == "operator"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for the service's user")
def test_root_leaves_no_file_that_the_service_cannot_open(nextagent: Run, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, 65534, 65534)

    nextagent("token", "create", "--role", "owner", "--name", "CI")

    owners = {path.stat().st_uid for path in (state, *state.rglob("*"))}
    assert (state / "nextagent.db").exists()
    assert owners == {65534}


def test_keys_are_listed_without_their_text_and_revoked(nextagent: Run) -> None:
    key = nextagent("token", "create", "--role", "owner", "--name", "CI").stdout.strip()
    listed = nextagent("token", "list").stdout
    assert "CI" in listed
    assert key not in listed

    assert nextagent("token", "revoke", listed.split()[0]).returncode == 0

    assert nextagent("token", "list").stdout == ""
    assert nextagent("token", "revoke", listed.split()[0]).returncode == 1


def test_a_user_made_here_can_log_in(nextagent: Run, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    made = nextagent("user", "add", "Maria", "--role", "owner", "--password-stdin", stdin=PASSWORD)
    assert made.returncode == 0, made.stderr

    async def daemon() -> timedelta:
        db, auth = await parts(tmp_path, settings)
        try:
            assert not await auth.accounts.setup_needed()
            login = await auth.sessions.login("maria", PASSWORD.strip(), address="127.0.0.1")
            return login.expires_in
        finally:
            auth.close()
            await db.close()

    assert asyncio.run(daemon()) == timedelta(minutes=15)


def test_a_forgotten_password_is_replaced(nextagent: Run, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    nextagent("user", "add", "maria", "--password-stdin", stdin=PASSWORD)

    changed = nextagent("user", "password", "maria", "--password-stdin", stdin="outra bem longa\n")
    unknown = nextagent("user", "password", "joana", "--password-stdin", stdin="outra bem longa\n")

    async def daemon() -> str:
        db, auth = await parts(tmp_path, settings)
        try:
            login = await auth.sessions.login("maria", "outra bem longa", address="127.0.0.1")
            return login.user.username
        finally:
            auth.close()
            await db.close()

    assert changed.returncode == 0
    assert unknown.returncode == 1
    assert asyncio.run(daemon()) == "maria"


def test_a_weak_password_or_a_strange_name_is_refused_in_words(nextagent: Run) -> None:
    weak = nextagent("user", "add", "maria", "--password-stdin", stdin="senha123\n")
    strange = nextagent("user", "add", "a b", "--password-stdin", stdin=PASSWORD)
    twice = [nextagent("user", "add", "ana", "--password-stdin", stdin=PASSWORD) for _ in "ab"][1]

    assert weak.returncode == 1
    assert "password" in weak.stderr
    assert strange.returncode == 2
    assert "64 letras" in strange.stderr
    assert twice.stderr.strip() == "O usuário ana já existe."


def test_the_set_up_link_is_renewed_until_there_is_a_user(nextagent: Run) -> None:
    public = {"NEXTAGENT_HTTP__PUBLIC_URL": "https://caixa.exemplo/"}
    link = nextagent("setup-link", env=public)
    nextagent("user", "add", "maria", "--password-stdin", stdin=PASSWORD)
    after = nextagent("--lang", "en", "setup-link")

    assert link.stdout.startswith("https://caixa.exemplo/#/setup?token=")
    assert after.returncode == 1
    assert after.stderr.strip() == "This box is set up already. Sign in."
