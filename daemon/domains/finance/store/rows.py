"""Records in and out of rows: the field's type says how it is spelt in SQLite."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self, TypeVar, get_args

import orjson

from daemon.domains.finance.domain.errors import FinanceNotFoundError
from daemon.domains.finance.domain.records import (
    Change,
    Client,
    Invoice,
    Kpi,
    Line,
    Payment,
    Plan,
    Sale,
    Subscription,
)
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

T = TypeVar("T")

TABLES: dict[type[Any], tuple[str, str]] = {
    Plan: ("finance_plans", "plan"),
    Client: ("finance_clients", "client"),
    Subscription: ("finance_subscriptions", "subscription"),
    Change: ("finance_changes", "change"),
    Line: ("finance_lines", "line"),
    Invoice: ("finance_invoices", "invoice"),
    Payment: ("finance_payments", "payment"),
    Sale: ("finance_sales", "upsell"),
    Kpi: ("finance_kpis", "period"),
}


@dataclass(frozen=True)
class Dated:
    """A list by dates: which column, from when on and before when."""

    column: str
    start: str | None
    end: str | None

    @classmethod
    def between(cls, column: str, start: datetime | None, end: datetime | None) -> Self | None:
        """Return the dates asked for, if any were."""
        if start is None and end is None:
            return None
        return cls(
            column, None if start is None else stamp(start), None if end is None else stamp(end)
        )


def add(tx: Connection, tenant_id: str, record: Any) -> None:
    """Insert a record."""
    add_many(tx, tenant_id, [record])


def add_many(tx: Connection, tenant_id: str, records: Sequence[Any]) -> None:
    """Insert records of one kind."""
    kind = type(records[0])
    names = ("tenant_id", *(name for name, _ in READERS[kind]))
    marks = ", ".join("?" * len(names))
    tx.conn.executemany(
        f"INSERT INTO {TABLES[kind][0]} ({', '.join(names)}) VALUES ({marks})",
        [(tenant_id, *_values(record).values()) for record in records],
    )


def save(tx: Connection, record: Any) -> None:
    """Write a record over its row."""
    values = _values(record)
    number = values.pop("id")
    names = ", ".join(f"{name} = ?" for name in values)
    tx.conn.execute(
        f"UPDATE {TABLES[type(record)][0]} SET {names} WHERE id = ?", (*values.values(), number)
    )


def get(tx: Connection, kind: type[T], number: str) -> T:
    """Return a record by its id; raises when there is none."""
    table, name = TABLES[kind]
    row = tx.conn.execute(f"SELECT * FROM {table} WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise FinanceNotFoundError(kind=name, id=number)
    return load(kind, row)


def find(tx: Connection, kind: type[T], **equal: Any) -> list[T]:
    """Return the records whose columns have these values, oldest first."""
    where = " AND ".join(f"{name} = ?" for name in equal)
    rows = tx.conn.execute(
        f"SELECT * FROM {TABLES[kind][0]} WHERE {where} ORDER BY id", tuple(equal.values())
    )
    return [load(kind, row) for row in rows]


def listed(
    tx: Connection,
    kind: type[T],
    equal: Mapping[str, Any],
    cursor: str | None,
    limit: int,
    *,
    dated: Dated | None = None,
) -> list[T]:
    """Return records, newest first, one more than `limit`; a filter of None does not filter."""
    query, values = page_query(TABLES[kind][0], equal, cursor, limit, dated=dated)
    return [load(kind, row) for row in tx.conn.execute(query, values)]


def page_query(
    table: str,
    equal: Mapping[str, Any],
    cursor: str | None,
    limit: int,
    *,
    dated: Dated | None = None,
) -> tuple[str, list[Any]]:
    """Return the query of a page and its values.

    Ids are in the order of what happened; a dated list is read in the order of its dates instead,
    by their index, however long ago they are.
    """
    wanted: list[tuple[str, Any]] = [(f"{name} = ?", value) for name, value in equal.items()]
    order = "id DESC"
    if dated is None:
        wanted.append(("id < ?", cursor))
    else:
        column = dated.column
        wanted += [(f"{column} >= ?", dated.start), (f"{column} < ?", dated.end)]
        after = f"({column}, id) < (SELECT {column}, id FROM {table} WHERE id = ?)"
        wanted.append((after, cursor))
        order = f"{column} DESC, id DESC"
    wanted = [pair for pair in wanted if pair[1] is not None]
    where = " AND ".join(test for test, _ in wanted) or "1"
    query = f"SELECT * FROM {table} WHERE {where} ORDER BY {order} LIMIT ?"
    return query, [*(value for _, value in wanted), limit + 1]


def load(kind: type[T], row: Any) -> T:
    """Make a record of its row."""
    return kind(**{name: read(row[name]) for name, read in READERS[kind]})


def _values(record: Any) -> dict[str, Any]:
    return {name: _spelt(getattr(record, name)) for name, _ in READERS[type(record)]}


def _spelt(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


def _reader(annotation: Any) -> Any:
    options = get_args(annotation) or (annotation,)
    if datetime in options:
        return _moment
    return orjson.loads if "dict" in str(annotation) else _same


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _same(value: Any) -> Any:
    return value


READERS = {
    kind: tuple((field.name, _reader(field.type)) for field in fields(kind)) for kind in TABLES
}
"""Per kind: each field, and how it is read from its column."""
