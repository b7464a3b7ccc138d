"""A control plane as its people meet it: the real program, real boxes, months of money."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from sync.client import Client
from sync.http import HttpTransport
from sync.pauses import Pauses
from sync.state import open_ledger
from tests.sync.doubles import Box, OpenSeal, StillClock

USER = {"username": "marina", "password": "quatro palavras ao acaso"}
PRICES = {
    "messages_in": {"included": 40, "perThousandCentavos": 9_000},
    "messages_out": {"included": 40, "perThousandCentavos": 9_000},
}
WELL: dict[str, Any] = {
    "ok": True,
    "sessions": {"WORKING": 1},
    "model": "qwen3-0.6b-q8",
    "queue": {"oldest_s": 2, "wait_p95_ms": 900},
    "disk": {"free_percent": 61},
}
# Its name, its tenant, and what it says of itself.
BOXES: list[tuple[str, str, dict[str, Any]]] = [
    ("Balcão da padaria", "padaria", WELL),
    ("Matriz", "clinica", {**WELL, "sessions": {"LOGGED_OUT": 1}}),
    ("Filial centro", "clinica", {**WELL, "disk": {"free_percent": 6}, "causes": ["disk"]}),
    ("Oficina", "oficina", {**WELL, "ok": False, "queue": {"oldest_s": 3_600}}),
    ("Pet shop", "petshop", {**WELL, "queue": {"oldest_s": 4, "wait_p95_ms": 90_000}}),
]
TENANTS = {
    "padaria": "Padaria Pão Quente",
    "clinica": "Clínica Bela",
    "oficina": "Oficina do Zé",
    "petshop": "Pet Feliz",
}


@dataclass
class Office:
    """The running program, and the key it printed."""

    base: str
    key: str
    session: aiohttp.ClientSession
    boxes: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.base.rpartition(":")[2])

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """Ask as the platform; it must not be refused."""
        headers = {"Authorization": f"Bearer {self.key}"}
        url = self.base + path
        async with self.session.request(method, url, json=body, headers=headers) as response:
            answer = await response.json(content_type=None)
            assert response.status < 300, (method, path, response.status, answer)
            return answer


@asynccontextmanager
async def an_office(folder: Path) -> AsyncIterator[Office]:
    """Start the program on an empty store."""
    environment = {
        **os.environ,
        "NEXTAGENT_CENTRAL_STATE_DIR": str(folder / "central"),
        "NEXTAGENT_CENTRAL_PORT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "daemon", "central", "run",
        env=environment, stdout=asyncio.subprocess.PIPE, cwd=folder,
    )  # fmt: skip
    assert process.stdout is not None
    said = ""
    while "listens on" not in said:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, "the control plane ended"
        said += line.decode()
    base, key = re.search(r"http://\S+", said), re.search(r"nac_\S+", said)
    assert base
    assert key
    async with aiohttp.ClientSession() as session:
        yield Office(base[0], key[0], session)
    process.send_signal(signal.SIGTERM)
    await process.wait()


async def settle(office: Office, folder: Path) -> None:
    """Let two resellers, their tenants, prices, boxes, people and months of business come."""
    for id_, name in (("norte", "Revenda Norte"), ("sul", "Revenda Sul")):
        await office.call("POST", "/api/resellers", {"id": id_, "name": name})
    for id_, name in TENANTS.items():
        owner = "sul" if id_ == "petshop" else "norte"
        body = {"id": id_, "name": name, "resellerId": owner}
        await office.call("POST", "/api/tenants", body)
    await _sell(office)
    for number, (label, tenant, health) in enumerate(BOXES):
        await _box(office, folder / f"box{number}.db", label, tenant, health)
    made = await office.call("POST", "/api/tenants/padaria/tokens")
    assert made["token"]
    brand = {"kind": "brand", "body": {"name": "Atende Já"}, "resellerId": "norte", "percent": 25}
    office.ids["document"] = (await office.call("POST", "/api/documents", brand))["id"]
    people = {"name": "Marina Duarte", "role": "platform", **USER}
    await office.call("POST", "/api/users", people)
    device = office.boxes["Balcão da padaria"]
    wish = {"rawEpoch": 0, "first": 1, "last": 50}
    await office.call("POST", f"/api/devices/{device}/audits", wish)
    await office.call("POST", f"/api/devices/{device}/move", {"tenantId": "oficina"})


async def _sell(office: Office) -> None:
    today = datetime.now(UTC).date()
    first = _month(today, 5)
    version: dict[str, Any] = {"effectiveFrom": first.isoformat(), "meters": PRICES}
    cost = {"meters": {"messages_in": {"included": 0, "perThousandCentavos": 2_000}}}
    wholesale = await office.call(
        "POST",
        "/api/plans",
        {
            "tier": "wholesale",
            "name": "Caixa no atacado",
            "version": {**version, **cost, "baseCentavos": 4_000},
        },
    )
    plans = {}
    for owner, name, base in (
        ("norte", "Essencial", 14_900),
        ("norte", "Pro", 29_900),
        ("sul", "Único", 19_900),
    ):
        body = {
            "tier": "retail",
            "resellerId": owner,
            "name": name,
            "description": "Atendimento no WhatsApp",
            "wholesalePlanId": wholesale["id"],
            "version": {**version, "baseCentavos": base},
        }
        plans[name] = (await office.call("POST", "/api/plans", body))["id"]
    office.ids["plan"] = plans["Essencial"]
    steps = [
        ("padaria", "Essencial", 5),
        ("clinica", "Essencial", 4),
        ("petshop", "Único", 3),
        ("clinica", "Pro", 2),
        ("oficina", "Pro", 2),
        ("padaria", "Pro", 1),
    ]
    for tenant, plan, back in steps:
        body = {"planId": plans[plan], "on": (_month(today, back)).isoformat()}
        await office.call("POST", f"/api/tenants/{tenant}/subscription", body)
    body = {"on": _month(today, 1).isoformat(), "reason": "fechou a loja"}
    await office.call("POST", "/api/tenants/petshop/subscription/cancel", body)


def this_month() -> str:
    """Return the month that it is where the office keeps its books."""
    return f"{datetime.now(ZoneInfo('America/Sao_Paulo')):%Y-%m}"


def _month(today: date, back: int) -> date:
    number = today.year * 12 + today.month - 1 - back
    return date(number // 12, number % 12 + 1, 3)


async def _box(office: Office, path: Path, label: str, tenant: str, health: dict[str, Any]) -> None:
    """Let a box enrol with the real client, work for days and sync."""
    clock = StillClock()
    clock.wall = datetime.now(UTC)
    db = await asyncio.to_thread(Box, path)

    async def told() -> dict[str, Any]:
        return health

    client = Client(
        await open_ledger(db, OpenSeal(), clock, tenant),
        db=db,
        sealer=OpenSeal(),
        transport=HttpTransport(office.session, office.base, timeout_s=10),
        clock=clock,
        version="1.4.0" if tenant == "oficina" else "1.5.0",
        health=told,
        pauses=Pauses(Random(1)),  # noqa: S311 - a repeatable draw
        mark=path.with_suffix(".mark"),
    )
    made = await office.call("POST", f"/api/tenants/{tenant}/tokens")
    await client.enroll(made["token"])
    await db.write(lambda tx: _work(tx, client, clock.wall))
    await client.cycle()
    device = client.ledger.device_id
    office.boxes[label] = device
    await office.call("PATCH", f"/api/devices/{device}", {"label": label})


def _work(tx: Any, client: Client, until: datetime) -> None:
    """Write two days of messages, as the daemon's handlers do in their own transactions."""
    draw = Random(client.ledger.device_id)  # noqa: S311 - a repeatable draw
    at = until - timedelta(hours=48)
    while at < until - timedelta(hours=1):
        for _ in range(draw.randrange(0, 4)):
            data = {"meters": {"messages_in": 1}}
            client.ledger.append(tx, "message.received", data, at)
            answer = {"meters": {"answers": 1, "tokens_in": 900, "tokens_out": 120}}
            client.ledger.append(tx, "turn.answered", answer, at)
            client.ledger.append(tx, "message.sent", {"meters": {"messages_out": 1}}, at)
        at += timedelta(hours=1)
