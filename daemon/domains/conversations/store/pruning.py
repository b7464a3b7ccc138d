"""Messages that were kept long enough, and their files; some at a time, by the primary key."""

from datetime import datetime

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.subject import marks

BATCH = 500
PATH = "json_extract(media, '$.path')"


def floor(moment: datetime) -> str:
    """Return what the ids of everything since a moment are not below: ids begin with the time."""
    digits = f"{int(moment.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def messages(tx: Connection, before: datetime) -> tuple[int, list[str]]:
    """Delete some messages older than a moment; return how many, and the files they showed."""
    found = tx.conn.execute(
        f"SELECT id, {PATH} AS path FROM messages WHERE id < ? AND pending = 0 ORDER BY id LIMIT ?",
        (floor(before), BATCH),
    ).fetchall()
    ids = tuple(row["id"] for row in found)
    tx.conn.execute(f"DELETE FROM messages WHERE id IN ({marks(ids)})", ids)
    return len(ids), [row["path"] for row in found if row["path"]]


def previews(tx: Connection, before: datetime) -> None:
    """Take the last line off chats in which nothing younger was said."""
    tx.conn.execute(
        "UPDATE conversations SET last_text = NULL WHERE updated_at < ? AND last_text IS NOT NULL",
        (stamp(before),),
    )


def media(tx: Connection, before: datetime) -> tuple[int, list[str]]:
    """Take the files off some messages older than a moment; return how many, and the files."""
    found = tx.conn.execute(
        f"SELECT id, {PATH} AS path FROM messages WHERE media IS NOT NULL AND id < ? "
        "ORDER BY id LIMIT ?",
        (floor(before), BATCH),
    ).fetchall()
    ids = tuple(row["id"] for row in found)
    tx.conn.execute(f"UPDATE messages SET media = NULL WHERE id IN ({marks(ids)})", ids)
    return len(ids), [row["path"] for row in found if row["path"]]
