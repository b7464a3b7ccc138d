"""The table of own entries; one with the id of a shipped entry stands in its place."""

from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Migrations

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from .domain import Article, Film

migrations = Migrations("support")
LISTED = "SELECT * FROM support_articles WHERE kind = ? ORDER BY id"


@migrations()
def create_support(tx: Connection) -> None:
    """Create the entries."""
    tx.conn.execute(
        "CREATE TABLE support_articles (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "kind TEXT NOT NULL, language TEXT NOT NULL, category TEXT NOT NULL, title TEXT NOT NULL, "
        "body TEXT NOT NULL, steps TEXT NOT NULL, link TEXT, film_mime TEXT, film_bytes INTEGER, "
        "film_name TEXT, hidden INTEGER NOT NULL, updated_at TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX support_kind ON support_articles (kind, id)")


def put(tx: Connection, tenant_id: str, one: Article, at: datetime) -> None:
    """Keep an entry as it is now."""
    film = one.film
    tx.conn.execute(
        "INSERT OR REPLACE INTO support_articles (id, tenant_id, kind, language, category, title, "
        "body, steps, link, film_mime, film_bytes, film_name, hidden, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.id,
            tenant_id,
            one.kind,
            one.language,
            one.category,
            one.title,
            one.body,
            orjson.dumps(one.steps).decode(),
            one.link,
            None if film is None else film.mime,
            None if film is None else film.bytes,
            None if film is None else film.name,
            one.hidden,
            stamp(at),
        ),
    )


def find(tx: Connection, kind: str, number: str) -> Article | None:
    """Return an own entry."""
    row = tx.conn.execute(
        "SELECT * FROM support_articles WHERE id = ? AND kind = ?", (number, kind)
    ).fetchone()
    return None if row is None else _read(row)


def listed(tx: Connection, kind: str) -> list[Article]:
    """Return all own entries of a kind; there are a few hundred at most."""
    return [_read(row) for row in tx.conn.execute(LISTED, (kind,))]


def count(tx: Connection) -> int:
    """Return how many own entries there are."""
    return int(tx.conn.execute("SELECT count(*) FROM support_articles").fetchone()[0])


def delete(tx: Connection, number: str) -> None:
    """Remove an own entry."""
    tx.conn.execute("DELETE FROM support_articles WHERE id = ?", (number,))


def _read(row: Any) -> Article:
    film = None
    if row["film_mime"] is not None:
        film = Film(row["film_mime"], row["film_bytes"], row["film_name"])
    return Article(
        id=row["id"],
        kind=row["kind"],
        language=row["language"],
        category=row["category"],
        title=row["title"],
        body=row["body"],
        steps=tuple(orjson.loads(row["steps"])),
        link=row["link"],
        film=film,
        hidden=bool(row["hidden"]),
        shipped=False,
        updated_at=datetime.fromisoformat(row["updated_at"]),
    )
