"""Alerts by letter, against a real SMTP dialogue: quiet, whole, in the reseller's language."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from sync.central.mail import post_office
from sync.central.operations.notices import Notices
from sync.central.settings import CentralSettings
from tests.certificates import an_authority
from tests.daemon.infra.smtp_stand_in import SmtpStandIn
from tests.sync.central.asking import ok, tell, watch
from tests.sync.central_fixtures import Plane, an_enrolled_box


async def notices(plane: Plane, server: SmtpStandIn, **changes: Any) -> Notices:
    """Return what tells, by a mail server on loopback."""
    values = {"mail_host": "127.0.0.1", "mail_port": server.port, "mail_security": "none"}
    settings = await asyncio.to_thread(
        CentralSettings, **{**values, "mail_sender": "alertas@norte.example", **changes}
    )
    object.__setattr__(plane.central, "mail", post_office(settings))
    return Notices(plane.central)


@asynccontextmanager
async def a_hook() -> AsyncIterator[tuple[str, list[str]]]:
    """Listen for webhooks on loopback."""
    heard: list[str] = []

    async def hook(request: web.Request) -> web.Response:
        heard.append(await request.text())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", heard
    await runner.cleanup()


@asynccontextmanager
async def a_reseller_with_trouble(
    plane: Plane, folder: Path, **settings: Any
) -> AsyncIterator[str]:
    """A reseller who wants letters, and a box that lost WhatsApp and its disk space."""
    norte = await plane.key("reseller", "norte")
    box = await an_enrolled_box(plane, folder / "box.db")
    wanted = {"alertEmails": ["suporte@norte.example"], "notifyFrom": "warning", **settings}
    await ok(plane, "PUT", "/api/resellers/norte/settings", norte, wanted)
    device = box.client.ledger.device_id
    await ok(plane, "PATCH", f"/api/devices/{device}", norte, {"label": "Recepção"})
    await tell(box, sessions={"FAILED": 1}, disk={"free_percent": 3})
    await watch(plane)
    yield norte


@pytest.mark.parametrize(
    ("language", "subject", "first"),
    [
        ("pt-BR", "NextAgent: 2 alertas novos", "CRÍTICO: WhatsApp desconectado - acme, Recepção"),
        ("en", "NextAgent: 2 new alerts", "CRITICAL: WhatsApp is down - acme, Recepção"),
    ],
)
async def test_all_that_is_new_comes_in_one_letter_in_the_resellers_language(
    plane: Plane, tmp_path: Path, language: str, subject: str, first: str
) -> None:
    async with (
        a_reseller_with_trouble(plane, tmp_path, language=language),
        SmtpStandIn() as server,
    ):
        telling = await notices(plane, server)
        for _ in range(3):
            await telling.send()

    (taken,) = server.letters
    assert taken.recipients == ["suporte@norte.example"]
    assert taken.message["Subject"] == subject
    text = taken.message.get_content()
    assert text.startswith(first), "what is critical comes first"
    assert len(text.split("\r\n\r\n" if "\r\n\r\n" in text else "\n\n")[0].splitlines()) == 2


async def test_letters_keep_quiet_for_a_while_and_then_tell_all_at_once(
    plane: Plane, tmp_path: Path
) -> None:
    async with a_reseller_with_trouble(plane, tmp_path), SmtpStandIn() as server:
        telling = await notices(plane, server)
        await telling.send()
        for number in range(2):
            other = await an_enrolled_box(plane, tmp_path / f"{number}.db")
            await tell(other, queue={"oldest_s": 9_000})
            plane.clock.advance(minutes=1)
            await watch(plane)
            await telling.send()
        assert len(server.letters) == 1
        plane.clock.advance(minutes=15)
        for _ in range(2):
            await telling.send()
            plane.clock.advance(minutes=30)

    assert [letter.message["Subject"] for letter in server.letters] == [
        "NextAgent: 2 alertas novos",
        "NextAgent: 2 alertas novos",
    ]


async def test_a_letter_travels_encrypted_and_signed_in(plane: Plane, tmp_path: Path) -> None:
    context, ca = await asyncio.to_thread(an_authority, tmp_path)
    async with (
        a_reseller_with_trouble(plane, tmp_path),
        SmtpStandIn(password="s3", tls=context) as server,
    ):
        telling = await notices(
            plane,
            server,
            mail_security="starttls",
            mail_ca=ca,
            mail_user="alertas",
            mail_password=SecretStr("s3"),
        )
        await telling.send()

    (taken,) = server.letters
    assert (taken.secure, taken.user) == (True, "alertas")


@pytest.mark.parametrize("why", ["password", "certificate"])
async def test_what_the_mail_server_refuses_is_tried_again_later_and_the_webhook_is_told_once(
    plane: Plane, tmp_path: Path, why: str
) -> None:
    context, ca = await asyncio.to_thread(an_authority, tmp_path)
    trusted = {"mail_ca": ca} if why == "password" else {}
    object.__setattr__(plane.central, "hooks_to", ("127.0.0.0/8",))
    async with (
        a_hook() as (url, heard),
        a_reseller_with_trouble(plane, tmp_path, webhookUrl=url),
        SmtpStandIn(password="new", tls=context) as server,
    ):
        telling = await notices(
            plane, server, mail_security="starttls", mail_user="alertas",
            mail_password=SecretStr("old"), **trusted,
        )  # fmt: skip
        for _ in range(3):
            await telling.send()
            plane.clock.advance(minutes=1)
        assert server.letters == []
        server.password = "old"
        plane.clock.advance(minutes=15)
        await telling.send()

    assert len(server.letters) == (1 if why == "password" else 0)
    assert len(heard) == 1


def test_without_a_mail_server_nobody_writes() -> None:
    assert post_office(CentralSettings()) is None
