"""The table of the audit log: rows are added and never touched again."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Migrations

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.spelling import camel

from .domain import GENESIS, AuditNotFoundError, Entry, Fault, Row, digest, outcome_of

migrations = Migrations("audit")

COLUMNS = tuple(Row.__dataclass_fields__)
TRIGGERS = ("audit_keeps_rows", "audit_keeps_words")
_INSERT = (
    f"INSERT INTO audit ({', '.join(COLUMNS)}, hash) "
    f"VALUES ({', '.join('?' for _ in range(len(COLUMNS) + 1))})"
)
# One act: its own row, its outcome, and what it told of itself in its own transaction.
_ENTRY = (
    "SELECT a.*, o.status AS o_status, o.at AS o_at, o.object AS o_object, o.facts AS o_facts, "
    "(SELECT json_group_array(json(f.facts)) FROM audit f WHERE f.act_id = a.id "
    "AND f.stage = 'fact') AS told FROM audit e JOIN audit a ON a.id = e.act_id "
    "LEFT JOIN audit o ON o.act_id = a.id AND o.stage = 'outcome' "
)
# Which index answers a list, by the filter that narrows most; the order comes from it, too.
_PLANS = (
    ("object", "audit_object", "e.object = ?"),
    ("who_id", "audit_who", "e.who_id = ?"),
    ("act", "audit_act", "e.act = ?"),
)


@migrations()
def create_audit(tx: Connection) -> None:
    """Create the chain, and what keeps it from being changed."""
    tx.conn.execute(
        "CREATE TABLE audit (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, "
        "tenant_id TEXT NOT NULL, stage TEXT NOT NULL, act_id TEXT NOT NULL, at TEXT NOT NULL, "
        "act TEXT NOT NULL, who_kind TEXT NOT NULL, who_id TEXT NOT NULL, "
        "who_name TEXT NOT NULL, role TEXT NOT NULL, object TEXT, path TEXT NOT NULL, "
        "fields TEXT NOT NULL, value TEXT NOT NULL, address TEXT NOT NULL, "
        "request_id TEXT NOT NULL, status INTEGER, facts TEXT NOT NULL, prev TEXT NOT NULL, "
        "hash TEXT NOT NULL)"
    )
    for name, columns, where in (
        ("audit_at", "at, seq", "stage = 'act'"),
        ("audit_who", "who_id, at, seq", "stage = 'act'"),
        ("audit_act", "act, at, seq", "stage = 'act'"),
        ("audit_object", "object, at, seq", "object IS NOT NULL"),
        ("audit_of", "act_id, stage", ""),
    ):
        only = f" WHERE {where}" if where else ""
        tx.conn.execute(f"CREATE INDEX {name} ON audit ({columns}){only}")
    for name, verb in zip(TRIGGERS, ("DELETE", "UPDATE"), strict=True):
        tx.conn.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )


def head(tx: Connection) -> tuple[int, str]:
    """Return number and hash of the last row."""
    row = tx.conn.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, GENESIS) if row is None else (row["seq"], row["hash"])


def append(tx: Connection, **values: Any) -> Row:
    """Add a row to the chain; the head is read in the same transaction, whoever else writes."""
    last, prev = head(tx)
    row = Row(seq=last + 1, prev=prev, **values)
    tx.conn.execute(_INSERT, (*(getattr(row, name) for name in COLUMNS), digest(row)))
    return row


def get(tx: Connection, number: str) -> Entry:
    """Return an act; raises when there is none."""
    row = tx.conn.execute(f"{_ENTRY} WHERE e.id = ? AND e.stage = 'act'", (number,)).fetchone()
    if row is None:
        raise AuditNotFoundError(id=number)
    return _read(row)


def listing(
    *,
    equal: dict[str, str | None],
    start: datetime | None,
    end: datetime | None,
    after: tuple[str, int] | None,
    limit: int,
) -> tuple[str, list[Any]]:
    """Compose the query of a list, newest first."""
    # An act that made something carries its id in the outcome: that row stands for the act.
    index, where, values = "audit_at", ["e.stage = 'act'"], list[Any]()
    if equal.get("object") is not None:
        where = ["e.object IS NOT NULL", "(e.stage = 'act' OR e.stage = 'outcome')"]
    for column, name, test in reversed(_PLANS):
        if (value := equal.get(column)) is not None:
            index = name
            where.append(test)
            values.append(value)
    for test, edge in (("e.at >= ?", start), ("e.at < ?", end)):
        if edge is not None:
            where.append(test)
            values.append(stamp(edge))
    if after is not None:
        where.append("(e.at, e.seq) < (?, ?)")
        values += after
    query = _ENTRY.replace("FROM audit e ", f"FROM audit e INDEXED BY {index} ", 1)
    query += f"WHERE {' AND '.join(where)} ORDER BY e.at DESC, e.seq DESC LIMIT ?"
    return query.replace("SELECT a.*,", "SELECT a.*, e.at AS e_at, e.seq AS e_seq,", 1), [
        *values,
        limit,
    ]


def listed(tx: Connection, **filters: Any) -> list[tuple[str, Entry]]:
    """Return acts with the cursor that stands behind each."""
    query, values = listing(**filters)
    rows = tx.conn.execute(query, values)
    return [(f"{row['e_at']}~{row['e_seq']}", _read(row)) for row in rows]


def faults(tx: Connection) -> Iterator[Fault]:
    """Walk the whole chain; yields each place where it does not hold."""
    triggers = {
        row[0]
        for row in tx.conn.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        )
    }
    for missing in sorted(set(TRIGGERS) - triggers):
        yield Fault(0, f"trigger {missing} is gone", f"o gatilho {missing} sumiu")
    last, prev = 0, GENESIS
    for found in tx.conn.execute("SELECT * FROM audit ORDER BY seq"):
        row = Row(**{name: found[name] for name in COLUMNS})
        if row.seq != last + 1:
            yield Fault(row.seq, f"rows after {last} are gone", f"faltam linhas depois da {last}")
        elif row.prev != prev:
            yield Fault(row.seq, "does not follow the row before", "não segue a linha anterior")
        if digest(row) != found["hash"]:
            yield Fault(row.seq, "was changed", "foi alterada")
        last, prev = row.seq, found["hash"]
    ever = tx.conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    if ever is not None and ever[0] > last:
        yield Fault(ever[0], "the last rows are gone", "as últimas linhas sumiram")


def _read(row: Any) -> Entry:
    status = row["status"] if row["o_status"] is None else row["o_status"]
    facts = orjson.loads(row["facts"])
    for told in orjson.loads(row["told"]):
        facts.update(told)
    if row["o_facts"] is not None:
        facts.update(orjson.loads(row["o_facts"]))
    finished = row["o_at"] or (row["at"] if status is not None else None)
    return Entry(
        id=row["id"],
        seq=row["seq"],
        at=datetime.fromisoformat(row["at"]),
        act=row["act"],
        who_kind=row["who_kind"],
        who_id=row["who_id"],
        who_name=row["who_name"],
        role=row["role"],
        object=row["object"] or row["o_object"],
        path=orjson.loads(row["path"]),
        fields=tuple(orjson.loads(row["fields"])),
        values=orjson.loads(row["value"]),
        address=row["address"],
        request_id=row["request_id"],
        status=status,
        outcome=outcome_of(status),
        finished_at=None if finished is None else datetime.fromisoformat(finished),
        facts=camel(facts),
        hash=row["hash"],
    )
