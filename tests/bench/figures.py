"""How long the figures take on a box with years of messages.

Run: `.venv/bin/python -m tests.bench.figures --messages 1000000 --rounds 40`. Fills a temporary
database (see `history.py`), derives the roll-ups as a first start does, then asks every route
over HTTP on this machine and prints p50 and p95 in milliseconds; asked for: p95 within 50. At the
end: what one live message costs until its figures are there.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.conversations.events import MessageReceived
from daemon.domains.metrics import routes
from daemon.domains.metrics.domain import percentile
from daemon.domains.metrics.keeping import Keeper
from daemon.domains.metrics.service import Figures
from daemon.infra.bus import Bus
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import FakeClock
from daemon.web.auth import Identity
from daemon.web.routing import mount
from daemon.wiring.figures import ConversationRows, topic_stems
from daemon.wiring.ground import MIGRATIONS

from .history import END, TENANT, Scale, fill

LIMIT_MS = 50.0
DAYS = {"start": "2026-05-02", "end": "2026-05-31"}
YEAR = {"start": "2025-06-01", "end": "2026-05-31"}
EVER = {"start": "2023-06-01", "end": "2026-05-31"}
SERIES = ("mensagens-por-periodo", "evolucao-uso")
ASKED: list[tuple[str, dict[str, str]]] = [
    *((route, {**DAYS, "granularity": "hour"}) for route in SERIES),
    *((route, {**YEAR, "granularity": "day"}) for route in SERIES),
    *((route, {**EVER, "granularity": "month"}) for route in SERIES),
    *(
        (route, period)
        for route in ("conversao-por-agente", "atendimento", "temas-sem-resposta", "horarios")
        for period in (DAYS, YEAR, EVER)
    ),
]


async def measure(client: "TestClient[Any, Any]", rounds: int) -> bool:
    """Print a line a question; return whether all are within the limit."""
    good = True
    for route, query in ASKED:
        took = []
        for _ in range(rounds):
            began = time.perf_counter()
            headers = {"x-tenant-id": TENANT}
            async with client.get(f"/metricas/{route}", params=query, headers=headers) as answer:
                await answer.read()
                answer.raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
        took.sort()
        p50, p95 = percentile(took, 0.5) or 0.0, percentile(took, 0.95) or 0.0
        good = good and p95 <= LIMIT_MS
        span = f"{query['start']}..{query['end']} {query.get('granularity', '')}"
        print(f"{route:24} {span:30} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms")  # noqa: T201 - a report
    return good


async def live(database: Database, keeper: Keeper, clock: FakeClock, rounds: int) -> None:
    """Print what it costs to take in one message."""
    events = Outbox(database, Bus(), clock, TENANT)
    rows = await database.read(
        lambda tx: tx.conn.execute(
            "SELECT * FROM messages WHERE agent_id = 'agent-0' ORDER BY at DESC LIMIT ?", (rounds,)
        ).fetchall()
    )

    def told(tx: Connection, row: Any) -> None:
        chat = (row["conversation_id"], row["agent_id"], row["session_id"], row["wa_id"])
        events.record(
            tx, MessageReceived(row["id"], *chat, row["author"], "text", False, late=False)
        )

    took = []
    for row in rows:
        await database.write(lambda tx, row=row: told(tx, row))  # type: ignore[misc]
        began = time.perf_counter()
        await keeper.catch_up()
        took.append((time.perf_counter() - began) * 1000)
    print(f"one live message: p95 {percentile(sorted(took), 0.95) or 0:.1f} ms")  # noqa: T201 - as above


async def main() -> int:
    """Fill, derive, ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=Scale.messages)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "box.db", MIGRATIONS)
        clock, raw = FakeClock(END), ConversationRows()
        began = time.perf_counter()
        await fill(database, Scale(messages=asked.messages))
        print(f"filled {asked.messages} messages in {time.perf_counter() - began:.1f} s")  # noqa: T201 - as above
        keeper = Keeper(database, clock, TENANT, raw)
        began = time.perf_counter()
        await keeper.rebuild()
        print(f"derived all figures in {time.perf_counter() - began:.1f} s")  # noqa: T201 - as above
        zone = await asyncio.to_thread(ZoneInfo, "America/Sao_Paulo")
        queue = Queue(clock, TENANT)
        figures = Figures(
            database, queue, clock, TENANT, zone, raw=raw, keeper=keeper, stems=topic_stems
        )
        application = web.Application()
        application[routes.FIGURES] = figures

        async def anyone(_: web.Request) -> Identity:
            return Identity(tenant_id=TENANT, user_id="u", role="owner", name="bench")

        mount(application, routes.routes.items, anyone, TENANT)
        async with TestClient(TestServer(application)) as client:
            good = await measure(client, asked.rounds)
        await live(database, keeper, clock, asked.rounds)
        await database.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
