"""Records in and out of rows: the type of a field says how it is spelt in SQLite."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar, get_args

import orjson

from daemon.domains.integrations.domain.crm import Connector, Link, Sent
from daemon.domains.integrations.domain.deals import Deal
from daemon.domains.integrations.domain.files import Import
from daemon.domains.integrations.domain.hooks import Hit, Hook
from daemon.domains.integrations.domain.pulling import Pulled
from daemon.domains.integrations.domain.webhooks import Attempt, Delivery, Endpoint
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.errors import NotFoundError

T = TypeVar("T")

TABLES: dict[type[Any], tuple[str, str]] = {
    Endpoint: ("webhooks", "webhook"),
    Delivery: ("webhook_deliveries", "delivery"),
    Attempt: ("webhook_attempts", "attempt"),
    Hook: ("hooks", "hook"),
    Hit: ("hook_hits", "hit"),
    Deal: ("deals", "deal"),
    Connector: ("crm_connectors", "connector"),
    Link: ("crm_links", "link"),
    Sent: ("crm_log", "entry"),
    Pulled: ("crm_pulls", "pull"),
    Import: ("imports", "import"),
}


def add(tx: Connection, tenant_id: str, record: Any) -> bool:
    """Insert a record; False when one with the same unique values is there."""
    values = {"tenant_id": tenant_id, **_values(record)}
    marks = ", ".join("?" * len(values))
    cursor = tx.conn.execute(
        f"INSERT INTO {TABLES[type(record)][0]} ({', '.join(values)}) VALUES ({marks}) "
        "ON CONFLICT DO NOTHING",
        tuple(values.values()),
    )
    return bool(cursor.rowcount == 1)


def save(tx: Connection, record: Any) -> None:
    """Write a record over its row."""
    values = _values(record)
    number = values.pop("id")
    names = ", ".join(f"{name} = ?" for name in values)
    tx.conn.execute(
        f"UPDATE {TABLES[type(record)][0]} SET {names} WHERE id = ?", (*values.values(), number)
    )


def drop(tx: Connection, kind: type[Any], number: str) -> None:
    """Delete a record; raises when there is none."""
    table, name = TABLES[kind]
    if tx.conn.execute(f"DELETE FROM {table} WHERE id = ?", (number,)).rowcount == 0:
        raise NotFoundError(kind=name, id=number)


def get(tx: Connection, kind: type[T], number: str) -> T:
    """Return a record by its id; raises when there is none."""
    if (found := find(tx, kind, id=number)) is None:
        raise NotFoundError(kind=TABLES[kind][1], id=number)
    return found


def find(tx: Connection, kind: type[T], /, **equal: Any) -> T | None:
    """Return the one record whose columns have these values."""
    where = " AND ".join(f"{name} = ?" for name in equal)
    row = tx.conn.execute(
        f"SELECT * FROM {TABLES[kind][0]} WHERE {where}", tuple(equal.values())
    ).fetchone()
    return None if row is None else load(kind, row)


def listed(
    tx: Connection, kind: type[T], equal: Mapping[str, Any], cursor: str | None, limit: int
) -> list[T]:
    """Return records, newest first, one more than `limit`; a filter of None does not filter."""
    pairs = [(f"{name} = ?", given) for name, given in equal.items()]
    wanted = [pair for pair in (*pairs, ("id < ?", cursor)) if pair[1] is not None]
    where = " AND ".join(test for test, _ in wanted) or "1"
    rows = tx.conn.execute(
        f"SELECT * FROM {TABLES[kind][0]} WHERE {where} ORDER BY id DESC LIMIT ?",
        (*(given for _, given in wanted), limit + 1),
    )
    return [load(kind, row) for row in rows]


def count(tx: Connection, kind: type[Any]) -> int:
    """Return how many there are: of things that a person makes, which are few."""
    return int(tx.conn.execute(f"SELECT count(*) FROM {TABLES[kind][0]}").fetchone()[0])


def load(kind: type[T], row: Any) -> T:
    """Make a record of its row."""
    return kind(**{name: read(row[name]) for name, read in READERS[kind]})


def _values(record: Any) -> dict[str, Any]:
    return {name: _spelt(getattr(record, name)) for name, _ in READERS[type(record)]}


def _spelt(given: Any) -> Any:
    if isinstance(given, datetime):
        return stamp(given)
    return orjson.dumps(given).decode() if isinstance(given, dict | list) else given


def _reader(annotation: Any) -> Callable[[Any], Any]:
    options = get_args(annotation) or (annotation,)
    if datetime in options:
        return _moment
    if bool in options:
        return bool
    written = str(annotation).startswith(("dict", "list"))
    return orjson.loads if written else _same


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _same(given: Any) -> Any:
    return given


READERS = {
    kind: tuple((field.name, _reader(field.type)) for field in fields(kind)) for kind in TABLES
}
"""Per kind: each field, and how it is read from its column."""
