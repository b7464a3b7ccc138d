"""Messages and files leave after the days that the settings say, and not before."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from daemon.domains.conversations.store import pruning
from daemon.domains.conversations.store.schema import migrations
from daemon.domains.conversations.tasks import prune_messages
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import FakeClock, stamp

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def number(days: int, which: int = 0) -> str:
    """An id of so many days ago, as `new_id` makes them."""
    return f"{pruning.floor(NOW - timedelta(days=days))}-7000-8000-{which:012x}"


async def filled(tmp_path: Path) -> Database:
    database = await Database.open(tmp_path / "box.db", [migrations])

    def fill(tx: Connection) -> None:
        tx.conn.execute("INSERT INTO contacts (id, tenant_id, created_at) VALUES ('k', 't', '')")
        tx.conn.execute(
            "INSERT INTO conversations (id, tenant_id, agent_id, session_id, contact_id, chat, "
            "owner_since, created_at, updated_at, last_text) "
            "VALUES ('c', 't', 'a', 's', 'k', 'x', '', '', ?, 'oi')",
            (stamp(NOW - timedelta(days=5)),),
        )
        for days, file in ((40, "old"), (20, "shared"), (5, "shared"), (5, "new"), (20, None)):
            media = None if file is None else orjson.dumps({"path": file}).decode()
            which = tx.conn.execute("SELECT count(*) FROM messages").fetchone()[0]
            at = stamp(NOW - timedelta(days=days))
            tx.conn.execute(
                "INSERT INTO messages (id, tenant_id, conversation_id, agent_id, session_id, "
                "chat, wa_id, from_me, author, kind, state, media, at, received_at) VALUES "
                "(?, 't', 'c', 'a', 's', 'x', ?, 0, 'contact', 'text', 'received', ?, ?, ?)",
                (number(days, which), f"w{which}", media, at, at),
            )

    await database.write(fill)
    for name in ("old", "shared", "new"):
        (tmp_path / name).write_bytes(b"x")
    return database


async def left(database: Database) -> list[tuple[str, bool]]:
    rows = await database.read(
        lambda tx: tx.conn.execute("SELECT wa_id, media FROM messages ORDER BY wa_id").fetchall()
    )
    return [(row["wa_id"], row["media"] is not None) for row in rows]


async def test_old_messages_go_with_files_that_no_younger_one_shows(tmp_path: Path) -> None:
    database = await filled(tmp_path)
    month = timedelta(days=15)
    clock = FakeClock(NOW)
    gone = await prune_messages(database, clock, tmp_path, keep=month, keep_media=None)
    assert gone == 3
    assert await left(database) == [("w2", True), ("w3", True)]
    there = await asyncio.to_thread(os.listdir, tmp_path)
    assert {"old", "new", "shared"} & set(there) == {"new", "shared"}
    await database.close()


async def test_files_may_go_before_their_messages(tmp_path: Path) -> None:
    database = await filled(tmp_path)
    clock = FakeClock(NOW)
    await prune_messages(database, clock, tmp_path, keep=None, keep_media=timedelta(days=30))
    assert [has for _, has in await left(database)] == [False, True, True, True, False]
    await prune_messages(database, clock, tmp_path, keep=None, keep_media=None)
    assert len(await left(database)) == 5
    await database.close()
