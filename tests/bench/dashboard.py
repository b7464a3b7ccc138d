"""How long the dashboard takes on a box with years of messages and invoices.

Run: `.venv/bin/python -m tests.bench.dashboard --messages 300000 --rounds 40`. Fills a temporary
box (see `history.py`), derives the roll-ups, and asks `GET /dashboard` over HTTP for every period:
`cold` begins each time with nothing kept, `kept` is what a page that stays open sees. Asked for:
p95 within 50 ms.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from config.settings import Settings
from daemon.domains.dashboard import routes
from daemon.domains.dashboard.domain import DAYS
from daemon.domains.dashboard.service import Dashboard
from daemon.domains.finance.service.desk import Desk
from daemon.domains.finance.service.parts import Finance
from daemon.domains.metrics.domain import percentile
from daemon.domains.metrics.keeping import Keeper
from daemon.domains.metrics.service import Figures
from daemon.infra.database import Connection
from daemon.kernel.clock import FakeClock, stamp
from daemon.kernel.ids import new_id
from daemon.web.auth import Identity
from daemon.web.routing import mount
from daemon.wiring.dashboard import Composed, satisfaction
from daemon.wiring.figures import ConversationRows, topic_stems
from daemon.wiring.ground import Ground, ground

from .history import END, TENANT, Scale, fill

LIMIT_MS = 50.0
CLIENTS, MONTHS = 2_000, 36


def accounts(tx: Connection) -> None:
    """Write clients that pay month after month; one in twenty leaves, one in fifty is late."""
    first = stamp(END - timedelta(days=30 * MONTHS))
    tx.conn.execute(
        "INSERT INTO finance_plans VALUES ('p', ?, 'p', 'P', '', 'BRL', '{}', '{}', '{}', 0, "
        "'active', ?, ?)",
        (TENANT, first, first),
    )
    number = 0
    for client in range(CLIENTS):
        key, gone = f"c{client}", client % 20 == 0
        tx.conn.execute(
            "INSERT INTO finance_clients (id, tenant_id, name, status, first_paid_at, created_at, "
            "updated_at) VALUES (?, ?, ?, 'active', ?, ?, ?)",
            (key, TENANT, key, first, first, first),
        )
        tx.conn.execute(
            "INSERT INTO finance_subscriptions (id, tenant_id, client_id, plan_id, period, price, "
            "currency, status, started_at, run, cycle, mrr, updated_at) "
            "VALUES (?, ?, ?, 'p', 'monthly', 9900, 'BRL', 'active', ?, 1, 1, ?, ?)",
            (key, TENANT, key, first, 0 if gone else 9900, first),
        )
        for month in range(MONTHS):
            at = stamp(END - timedelta(days=30 * (MONTHS - month) - client % 28))
            if month in {0, 30} and (month == 0 or gone):
                tx.conn.execute(
                    "INSERT INTO finance_changes VALUES (?, ?, ?, ?, ?, ?, 'started', 'active', "
                    "'p', 'monthly', 9900, ?, NULL)",
                    (new_id(), TENANT, key, key, at, at, 0 if month else 9900),
                )
            number += 1
            paid = 0 if client % 50 == 0 and month == MONTHS - 2 else 9900
            tx.conn.execute(
                "INSERT INTO finance_invoices (id, tenant_id, kind, number, client_id, period, "
                "currency, issued_at, due_on, total, paid, credited, status, corrects, reason) "
                "VALUES ("
                "?, ?, 'invoice', ?, ?, ?, 'BRL', ?, ?, 9900, "
                "?, 0, ?, NULL, NULL)",
                (
                    new_id(),
                    TENANT,
                    number,
                    key,
                    f"m{month}",
                    at,
                    at[:10],
                    paid,
                    "paid" if paid else "open",
                ),
            )
            tx.conn.execute(
                "INSERT INTO finance_payments (id, tenant_id, client_id, amount, currency, method, "
                "state, at) VALUES (?, ?, ?, ?, 'BRL', 'pix', 'received', ?)",
                (new_id(), TENANT, key, paid, at),
            )


async def built(base: Ground, clock: FakeClock, keeper: Keeper) -> tuple[Composed, Finance]:
    """Put the dashboard on a filled box."""
    zone = await asyncio.to_thread(ZoneInfo, "America/Sao_Paulo")
    figures = Figures(
        base.database,
        base.queue,
        clock,
        TENANT,
        zone,
        raw=ConversationRows(),
        keeper=keeper,
        stems=topic_stems,
    )
    desk = Desk(
        database=base.database,
        outbox=base.outbox,
        clock=clock,
        tenant_id=TENANT,
        zone=zone,
        currency="BRL",
        record=lambda *_: None,
    )

    async def none() -> dict[str, int]:
        return {"unread": 0, "open": 0, "critical": 0}

    finance = Finance.of(desk)
    composed = Composed(
        base,
        zone,
        figures=figures,
        finance=finance,
        sessions=none,
        notifications=none,
        csat=satisfaction(figures),
    )
    return composed, finance


async def once(client: "TestClient[Any, Any]", name: str) -> float:
    """Return how many milliseconds one call takes."""
    began = time.perf_counter()
    headers = {"x-tenant-id": TENANT}
    async with client.get("/dashboard", params={"period": name}, headers=headers) as answer:
        await answer.read()
        answer.raise_for_status()
    return (time.perf_counter() - began) * 1000


async def measure(
    application: web.Application, composed: Composed, clock: FakeClock, rounds: int
) -> bool:
    """Print a line a period; return whether all are within the limit."""
    zone, good = ZoneInfo("America/Sao_Paulo"), True
    application[routes.DASHBOARD] = Dashboard(clock, zone, composed.sources())
    async with TestClient(TestServer(application)) as client:
        for name in DAYS:
            for kind, ahead in (("cold", 301.0), ("kept", 2.0)):
                took = []
                for _ in range(rounds):
                    clock.advance(ahead)
                    took.append(await once(client, name))
                await application[routes.DASHBOARD].settle()
                p50, p95 = percentile(sorted(took), 0.5) or 0, percentile(sorted(took), 0.95) or 0
                good = good and p95 <= LIMIT_MS
                print(f"{name:6} {kind}  p50 {p50:6.1f} ms  p95 {p95:6.1f} ms")  # noqa: T201 - a report
    return good


async def main() -> int:
    """Fill, derive, ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=Scale.messages)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    clock = FakeClock(END - timedelta(hours=9))
    with tempfile.TemporaryDirectory() as folder:
        async with ground(Settings(state_dir=Path(folder)), clock) as base:
            await fill(base.database, Scale(messages=asked.messages))
            await base.database.write(accounts)
            keeper = Keeper(base.database, clock, TENANT, ConversationRows())
            began = time.perf_counter()
            await keeper.rebuild()
            print(f"derived the figures in {time.perf_counter() - began:.0f} s")  # noqa: T201 - as above
            composed, finance = await built(base, clock, keeper)
            for month in await finance.figures.to_close():  # as the calendar does, month by month
                await finance.figures.close(month)

            async def anyone(_: web.Request) -> Identity:
                return Identity(tenant_id=TENANT, user_id="u", role="owner", name="bench")

            application = web.Application()
            mount(application, routes.routes.items, anyone, TENANT)
            return 0 if await measure(application, composed, clock, asked.rounds) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
