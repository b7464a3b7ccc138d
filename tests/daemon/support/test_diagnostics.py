"""The bundle for support: it tells the state of the box, and nothing of a person."""

import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.settings import Finance, Settings, Tenant
from daemon.domains.agents.service import Agents
from daemon.domains.logs.service import Logs
from daemon.domains.support.diagnostics import Diagnostics
from daemon.domains.support.redact import facts, masked, settings
from daemon.infra.database import Connection
from daemon.kernel.clock import Clock, FakeClock
from daemon.kernel.jobs import NewJob
from daemon.wiring import diagnosing
from daemon.wiring.ground import ground

CANARIES = ("CANARY", "98765", "segredo-do-pix", "ana@exemplo", "na_abc", "529.982", "55119")


def contents(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call +55 (11) 98765-4321 now", "call ***21 now"),
        ("5511987654321@s.whatsapp.net", "***@***"),
        ("CPF 529.982.247-25", "CPF ***25"),
        ("ana@exemplo.com.br", "***@***"),
        ("Bearer na_abcdefgh.ijklmnop", "(hidden)"),
        ("http://user:pass@host/x", "http://***@host/x"),
        ("code 515 after 30 s", "code 515 after 30 s"),
        ("01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8057"),
        ("2026-11-22T14:00:00.123456+00:00", "2026-11-22T14:00:00.123456+00:00"),
    ],
)
def test_phones_documents_addresses_and_tokens_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_only_facts_that_tell_nothing_of_a_person_are_shown() -> None:
    shown = facts(
        {
            "state": "WORKING",
            "text": "CANARY",
            "count": 3,
            "phone": 5511987654321,
            "inner": {"a": 1},
        }
    )
    assert shown == {
        "state": "WORKING",
        "text": "(hidden)",
        "count": 3,
        "phone": "(hidden)",
        "inner": "(hidden)",
    }


def test_settings_show_that_a_secret_is_set_and_never_which() -> None:
    shown = settings(
        Settings(
            tenant=Tenant(id="local", name="CANARY Ltda"),
            finance=Finance(provider_key=SecretStr("segredo-do-pix"), pix_key="ana@exemplo.com"),
        )
    )
    assert shown["finance"]["provider_key"] == "(set)"
    assert shown["finance"]["pix_key"] == "(set)"
    assert shown["tenant"]["name"] == "(set)"
    assert shown["models"]["language"]["engine"] == "llama"
    assert shown["auth"]["login_tries"] == 10


async def test_what_people_said_and_who_they_are_is_in_no_file_of_the_bundle(
    tmp_path: Path,
) -> None:
    config = await asyncio.to_thread(
        Settings,
        state_dir=tmp_path / "state",
        tenant=Tenant(id="local", name="CANARY Ltda"),
        finance=Finance(
            pix_key="ana@exemplo.com", provider_webhook_token=SecretStr("segredo-do-pix")
        ),
    )
    async with ground(config, Clock()) as base:
        logs = Logs(base.database, base.clock, "local", "UTC")
        agents = Agents(base.database, base.outbox, base.clock, "local", limit=5)
        await agents.create(name="CANARY", niche="", instructions="CANARY", language=None)

        def talk(tx: Connection) -> None:
            logs.record(
                tx,
                agent_id=None,
                level="error",
                kind="error",
                event="model_failed",
                facts={
                    "text": "CANARY",
                    "question": "CANARY",
                    "contact": "CANARY",
                    "error": "send to 5511987654321@s.whatsapp.net failed, +55 11 98765-4321",
                    "note": "key na_abcdefgh.secret",
                    "name": "CANARY",
                },
            )
            base.queue.add(tx, NewJob("x", {"text": "CANARY"}, lock="55119@c.us"))
            tx.conn.execute(
                "UPDATE jobs SET state = 'parked', reason = 'to ana@exemplo.com 529.982.247-25'"
            )
            row = tx.conn.execute("SELECT id FROM agents").fetchone()
            tx.conn.execute(
                "INSERT INTO wa_sessions (id, tenant_id, agent_id, name, state, since, "
                "reason_code, method, wanted, asked_phone, phone, created_at) VALUES ('s1', "
                "'local', ?, 'CANARY', 'WORKING', '2026', 'ok', 'qr', 1, '5511987654321', "
                "'5511987654321', '2026')",
                (row["id"],),
            )

        await base.database.write(talk)
        sections: dict[str, Any] = {
            name: lambda read=read: base.database.read(read)
            for name, read in diagnosing.FROM_DATABASE.items()
        }

        async def shown() -> Any:
            return diagnosing.shown_settings(config)

        sections["settings"] = shown
        _, pieces = await Diagnostics(base.clock, sections).bundle()
        files = contents(b"".join(pieces))

    assert set(files) == {
        "README.txt",
        "settings.json",
        "queue.json",
        "whatsapp.json",
        "audit.ndjson",
        "logs.ndjson",
    }
    for name, text in files.items():
        assert [canary for canary in CANARIES if canary in text] == [], name
    line = json.loads(files["logs.ndjson"].splitlines()[0])
    assert line["event"] == "model_failed"
    assert json.loads(files["whatsapp.json"])["sessions"][0]["state"] == "WORKING"
    assert json.loads(files["queue.json"])["parked"][0]["kind"] == "x"


async def test_a_section_that_breaks_says_so_and_stops_no_other(clock: FakeClock) -> None:
    async def broken() -> Any:
        msg = "CANARY"
        raise RuntimeError(msg)

    async def whole() -> Any:
        return {"ok": True}

    name, pieces = await Diagnostics(clock, {"health": broken, "about": whole}).bundle()
    files = contents(b"".join(pieces))
    assert name == "diagnostics-20260105-120000.zip"
    assert json.loads(files["health.json"]) == {"error": "RuntimeError"}
    assert json.loads(files["about.json"]) == {"ok": True}
    assert "PACOTE DE DIAGNÓSTICO" in files["README.txt"]
    assert "DIAGNOSTICS BUNDLE" in files["README.txt"]


async def test_the_database_says_that_it_is_whole(tmp_path: Path) -> None:
    config = await asyncio.to_thread(Settings, state_dir=tmp_path / "state")
    async with ground(config, Clock()) as base:
        path = base.paths.database
        found = await base.database.read(lambda _: diagnosing.database(path))
    assert found["quick_check"] == ["ok"]
    assert found["bytes"] > 0
    assert "messages" in found["highest_row"]
