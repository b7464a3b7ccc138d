import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import orjson

from daemon.infra.database import Database
from daemon.infra.vault import Vault
from daemon.kernel.clock import Clock
from sync.protocol.invoice import Price, Terms, compute, rollups_of
from sync.schema import migrations
from sync.state import open_ledger

Run = Callable[..., CompletedProcess[str]]


async def a_box(state: Path, vault: Vault) -> bytes:
    """Make a box with three hours of usage, and return its invoice."""
    db = await Database.open(state / "nextagent.db", [migrations])
    opened = await open_ledger(db, vault, Clock(), "local")
    ledger = opened.ledger

    def work(tx: object) -> bytes:
        ledger.open_epoch(tx, b"receipt", "enrolled")  # type: ignore[arg-type]  # a transaction
        for hour in range(3):
            at = datetime(2026, 3, 2, 9 + hour, tzinfo=UTC)
            data = {"meters": {"messages_in": 10}}
            ledger.append(tx, "message.received", data, at)  # type: ignore[arg-type]  # the same
        ledger.roll_up(tx, datetime(2026, 3, 3, tzinfo=UTC))  # type: ignore[arg-type]  # the same
        prices = {"messages_in": Price(0, 1_000)}
        terms = Terms("d", "t", "2026-03", "UTC", "BRL", prices, (0, 0), (9, 9))
        return orjson.dumps(compute(terms, rollups_of(tx)))

    invoice = await db.write(work)
    await db.close()
    return invoice


def make(state: Path) -> bytes:
    state.mkdir(mode=0o700)
    return asyncio.run(a_box(state, Vault.load(state / "vault.key", fresh=True)))


def test_an_intact_ledger_is_said_to_be_so(nextagent: Run, tmp_path: Path) -> None:
    make(tmp_path / "state")

    assert "The ledger is intact." in nextagent("--lang", "en", "ledger", "verify").stdout


def test_a_changed_ledger_is_named_and_leaves_with_one(nextagent: Run, tmp_path: Path) -> None:
    make(tmp_path / "state")
    connection = sqlite3.connect(tmp_path / "state" / "nextagent.db")
    connection.execute("DELETE FROM ledger_events WHERE stream = 'raw' AND seq = 2")
    connection.commit()
    connection.close()

    ended = nextagent("--lang", "en", "ledger", "verify")

    assert ended.returncode == 1
    assert "raw/1 event 2: an event was deleted." in ended.stdout


def test_an_invoice_is_proved_or_its_hour_is_named(nextagent: Run, tmp_path: Path) -> None:
    invoice = orjson.loads(make(tmp_path / "state"))
    file = tmp_path / "invoice.json"
    file.write_bytes(orjson.dumps({"document": invoice}))
    assert "byte for byte" in nextagent("--lang", "en", "ledger", "prove", str(file)).stdout
    invoice["hours"]["2026-03-02T10:00:00Z"]["messages_in"] = 11
    file.write_bytes(orjson.dumps(invoice))

    ended = nextagent("--lang", "en", "ledger", "prove", str(file))

    assert ended.returncode == 1
    assert "at the hour 2026-03-02T10:00:00Z" in ended.stdout


def test_what_is_no_invoice_is_said_to_be_none(nextagent: Run, tmp_path: Path) -> None:
    make(tmp_path / "state")
    (tmp_path / "x.json").write_text("[]")

    ended = nextagent("ledger", "prove", str(tmp_path / "x.json"))

    assert ended.returncode == 2
    assert "não é uma fatura" in ended.stderr.replace("\n", " ")
