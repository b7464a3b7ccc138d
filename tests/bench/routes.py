"""Every route that reads, on a box that has worked for years.

Run: `.venv/bin/python -m tests.bench.routes --messages 1000000 --rounds 40`. Fills a state folder
(see `history.py` and `accounts.py`; kept with `--keep FOLDER`, and used again), starts the real
daemon on it, sends it every documented example so that each list has something, and prints p50 and
p95 of every GET in milliseconds, the slowest first. Asked for: p95 within 50 on a machine with
nothing else to do; the last line says how long one request takes that does nothing at all.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from config.paths import Paths
from daemon.domains.metrics.domain import percentile
from daemon.infra.database import Database
from daemon.infra.vault import Vault
from daemon.kernel.clock import stamp
from daemon.wiring.ground import MIGRATIONS
from tests.contract.conftest import SETTINGS
from tests.contract.examples import Operation, Walk, operations
from tests.journeys.box import ApiError, Box

from .accounts import fill as fill_accounts
from .history import END, TENANT, Scale, fill

LIMIT_MS = 50.0
SETTLE_S = 45.0
# Sockets and streams are not answered once; exports and bundles are as long as what they hold.
NOT_ASKED = ("/ws", "/export", "/file", "/vcard")
PERIOD = {"start": "2025-06-01", "end": "2026-05-31"}


async def prepare(folder: Path, scale: Scale) -> None:
    """Make the state folder, unless it is there."""
    paths = Paths(folder / "state")
    if paths.database.exists():
        return
    await asyncio.to_thread(paths.create)
    await asyncio.to_thread(Vault.load, paths.key, fresh=True)
    database = await Database.open(paths.database, MIGRATIONS)
    began = time.perf_counter()
    await fill(database, scale)
    await fill_accounts(database, clients=scale.contacts, months=12 * scale.years)
    at = stamp(END)
    for number in range(scale.agents):
        values = (f"agent-{number}", TENANT, f"Agente {number}", "", "", "active", at, at)
        await database.write(
            lambda tx, values=values: (
                tx.conn.execute(  # type: ignore[misc]
                    "INSERT INTO agents (id, tenant_id, name, niche, instructions, status, "
                    "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    values,
                ).rowcount
            )
        )
    await database.close()
    say(f"filled {scale.messages} messages in {time.perf_counter() - began:.0f} s")


async def seed(box: Box) -> tuple[Walk, list[Operation]]:
    """Send every example once; what does not fit this box is no matter here."""
    found, walk = list(operations(await box.get("/openapi.json"))), Walk(box)
    for operation in found:
        for example in operation.examples().values():
            try:
                await walk.send(operation, example)
            except (ApiError, LookupError):
                continue
    return walk, found


async def measure(box: Box, rounds: int) -> list[tuple[float, float, str]]:
    """Return p95, p50 and the name of every GET, the slowest first."""
    walk, found = await seed(box)
    await asyncio.sleep(SETTLE_S)  # what the examples set off: reports, embeddings, questions
    walk.known["agents"] = "agent-0"  # the one with a history
    walk.known.pop("conversations", None)
    table = []
    for operation in found:
        if operation.method != "GET" or operation.path.endswith(NOT_ASKED):
            continue
        try:
            path = await walk.path(operation.path)
        except (ApiError, LookupError):
            continue
        for query in queries(operation):
            took = [await once(box, path, query) for _ in range(rounds)]
            took.sort()
            asked = "&".join(f"{name}={value}" for name, value in query.items())
            figures = (percentile(took, 0.95) or 0.0, percentile(took, 0.5) or 0.0)
            table.append((*figures, f"{operation.path} {asked}"))
    return sorted(table, reverse=True)


def queries(operation: Operation) -> Iterator[dict[str, str]]:
    """Return what to ask with an operation: what it must have, and a year where it takes one."""
    must = {name: str(value) for name, value in operation.query.items()}
    names = {one.get("name") for one in operation.document.get("parameters", ())}
    yield must
    if PERIOD.keys() <= names:
        yield {**must, **PERIOD}


async def once(box: Box, path: str, query: dict[str, str]) -> float:
    """Return the milliseconds of one request."""
    began = time.perf_counter()
    async with box.raw("GET", path, params=query) as response:
        await response.read()
    return (time.perf_counter() - began) * 1000


async def run(folder: Path, scale: Scale, rounds: int) -> bool:
    """Print the table; return whether all are within the limit."""
    await prepare(folder, scale)
    async with Box.running(folder, **SETTINGS) as box:
        await box.until(lambda: derived(box), lambda done: done, within_s=600)
        table = await measure(box, rounds)
    for p95, p50, name in table:
        mark = "  over" if p95 > LIMIT_MS else ""
        say(f"p50 {p50:7.1f} ms  p95 {p95:7.1f} ms  {name}{mark}")
    good = sum(p95 <= LIMIT_MS for p95, *_ in table)
    idle = next(p95 for p95, _, name in table if name.startswith("/health/live"))
    say(f"{good} of {len(table)} within {LIMIT_MS:.0f} ms; /health/live p95 {idle:.1f} ms")
    return good == len(table)


async def derived(box: Box) -> bool:
    """Say whether the figures of the whole history are there."""
    answer = await box.get("/metricas/mensagens-por-periodo", **PERIOD, granularity="month")
    return bool(answer["totals"]["received"]) if "totals" in answer else True


def say(line: str) -> None:
    """Print a line of the report at once."""
    print(line, flush=True)  # noqa: T201 - a report


async def main() -> int:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=Scale.messages)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    scale = Scale(messages=asked.messages)
    if asked.keep is not None:
        return 0 if await run(asked.keep, scale, asked.rounds) else 1
    with tempfile.TemporaryDirectory() as folder:
        return 0 if await run(Path(folder), scale, asked.rounds) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
