"""The tables, and functions over them; each takes the transaction first."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Migrations

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from .domain import (
    RULES,
    Channel,
    Notification,
    NotificationNotFoundError,
    Preferences,
    Rule,
    RuleId,
)

migrations = Migrations("notifications")

SUMMED = "summed_up"
"""Told by the message of another delivery."""

_COLUMNS = "id, rule, subject, severity, facts, opened_at, times, clear_since, resolved_at, read_at"


@migrations()
def create_notifications(tx: Connection) -> None:
    """Create matters, deliveries and what the tenant chose."""
    tx.conn.execute(
        "CREATE TABLE notifications (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "rule TEXT NOT NULL, subject TEXT NOT NULL, severity TEXT NOT NULL, facts TEXT NOT NULL, "
        "opened_at TEXT NOT NULL, times INTEGER NOT NULL, clear_since TEXT, resolved_at TEXT, "
        "read_at TEXT)"
    )
    # One open matter a subject, whatever happens.
    tx.conn.execute(
        "CREATE UNIQUE INDEX notifications_open ON notifications (tenant_id, rule, subject) "
        "WHERE resolved_at IS NULL"
    )
    tx.conn.execute("CREATE INDEX notifications_all ON notifications (tenant_id, id)")
    tx.conn.execute("CREATE INDEX notifications_rule ON notifications (tenant_id, rule, id)")
    tx.conn.execute(
        "CREATE INDEX notifications_unread ON notifications (tenant_id, id) WHERE read_at IS NULL"
    )
    tx.conn.execute(
        "CREATE INDEX notifications_standing ON notifications (tenant_id, id) "
        "WHERE resolved_at IS NULL"
    )
    tx.conn.execute(
        "CREATE INDEX notifications_resolved ON notifications (tenant_id, resolved_at) "
        "WHERE resolved_at IS NOT NULL"
    )
    tx.conn.execute(
        "CREATE TABLE notification_deliveries (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "notification_id TEXT NOT NULL REFERENCES notifications (id) ON DELETE CASCADE, "
        "channel TEXT NOT NULL, change TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, "
        "tries INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL, sent_at TEXT)"
    )
    tx.conn.execute(
        "CREATE INDEX notification_deliveries_of ON notification_deliveries (notification_id, id)"
    )
    tx.conn.execute(
        "CREATE INDEX notification_deliveries_sent ON notification_deliveries (channel, sent_at) "
        "WHERE sent_at IS NOT NULL"
    )
    tx.conn.execute(
        "CREATE INDEX notification_deliveries_held ON notification_deliveries (channel, id) "
        "WHERE state = 'held'"
    )
    tx.conn.execute(
        "CREATE TABLE notification_rules (tenant_id TEXT NOT NULL, rule TEXT NOT NULL, "
        "enabled INTEGER NOT NULL, threshold INTEGER, channels TEXT NOT NULL, "
        "PRIMARY KEY (tenant_id, rule)) WITHOUT ROWID"
    )
    tx.conn.execute(
        "CREATE TABLE notification_preferences (tenant_id TEXT PRIMARY KEY, data TEXT NOT NULL) "
        "WITHOUT ROWID"
    )


@dataclass(frozen=True)
class Delivery:
    """One message to a person about one change of a matter, and what became of it."""

    id: str
    notification_id: str
    channel: Channel
    change: str
    state: str
    reason: str | None
    tries: int
    at: datetime
    sent_at: datetime | None


# -- matters


def known(tx: Connection, tenant_id: str, since: datetime) -> list[Notification]:
    """Return open matters and those closed since a moment; of one subject the newest last."""
    rows = tx.conn.execute(
        f"SELECT {_COLUMNS} FROM notifications WHERE tenant_id = ?1 AND resolved_at >= ?2 "
        f"UNION ALL SELECT {_COLUMNS} FROM notifications INDEXED BY notifications_standing "
        "WHERE tenant_id = ?1 AND resolved_at IS NULL",
        (tenant_id, stamp(since)),
    )
    return sorted((_read(row) for row in rows), key=lambda one: (one.resolved_at is None, one.id))


def save(tx: Connection, tenant_id: str, one: Notification) -> None:
    """Write a matter as it is now."""
    tx.conn.execute(
        f"INSERT INTO notifications (tenant_id, {_COLUMNS}) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "severity = excluded.severity, facts = excluded.facts, times = excluded.times, "
        "clear_since = excluded.clear_since, "
        "resolved_at = excluded.resolved_at, read_at = excluded.read_at",
        (
            tenant_id,
            one.id,
            one.rule,
            one.subject,
            one.severity,
            orjson.dumps(dict(one.facts)).decode(),
            stamp(one.opened_at),
            one.times,
            _stamp(one.clear_since),
            _stamp(one.resolved_at),
            _stamp(one.read_at),
        ),
    )


def get(tx: Connection, notification_id: str) -> Notification:
    """Return a matter; raises when there is none."""
    row = tx.conn.execute(
        f"SELECT {_COLUMNS} FROM notifications WHERE id = ?", (notification_id,)
    ).fetchone()
    if row is None:
        raise NotificationNotFoundError(id=notification_id)
    return _read(row)


def list_query(*, unread: bool, standing: bool, rule: str | None) -> str:
    """Return the query of a list: newest first, by an index that fits what is asked."""
    where = ["tenant_id = :tenant", "id < :cursor"]
    where += ["read_at IS NULL"] if unread else []
    where += ["resolved_at IS NULL"] if standing else []
    where += ["rule = :rule"] if rule else []
    return (
        f"SELECT {_COLUMNS} FROM notifications WHERE {' AND '.join(where)} "
        "ORDER BY id DESC LIMIT :limit"
    )


def listed(
    tx: Connection,
    tenant_id: str,
    *,
    unread: bool,
    standing: bool,
    rule: str | None,
    cursor: str | None,
    limit: int,
) -> list[Notification]:
    """Return matters, newest first, one more than `limit`."""
    rows = tx.conn.execute(
        list_query(unread=unread, standing=standing, rule=rule),
        {"tenant": tenant_id, "cursor": cursor or "~", "rule": rule, "limit": limit + 1},
    )
    return [_read(row) for row in rows]


def counts(tx: Connection, tenant_id: str) -> dict[str, int]:
    """Return how many are unread, how many are open, and how many of these are critical."""
    unread = tx.conn.execute(
        "SELECT count(*) FROM notifications WHERE tenant_id = ? AND read_at IS NULL", (tenant_id,)
    ).fetchone()[0]
    row = tx.conn.execute(
        "SELECT count(*), coalesce(sum(severity = 'critical'), 0) FROM notifications "
        "WHERE tenant_id = ? AND resolved_at IS NULL",
        (tenant_id,),
    ).fetchone()
    return {"unread": unread, "open": row[0], "critical": row[1]}


def mark_all(tx: Connection, tenant_id: str, at: datetime) -> int:
    """Mark every unread one as read; return how many there were."""
    cursor = tx.conn.execute(
        "UPDATE notifications SET read_at = ? WHERE tenant_id = ? AND read_at IS NULL",
        (stamp(at), tenant_id),
    )
    return int(cursor.rowcount)


def prune(tx: Connection, tenant_id: str, before: datetime) -> int:
    """Forget what was over before a moment."""
    cursor = tx.conn.execute(
        "DELETE FROM notifications WHERE tenant_id = ? AND resolved_at < ?",
        (tenant_id, stamp(before)),
    )
    return int(cursor.rowcount)


# -- deliveries


def add_delivery(tx: Connection, tenant_id: str, delivery: Delivery) -> None:
    """Write down that somebody is to be told."""
    tx.conn.execute(
        "INSERT INTO notification_deliveries (id, tenant_id, notification_id, channel, change, "
        "state, reason, tries, at, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            delivery.id,
            tenant_id,
            delivery.notification_id,
            delivery.channel,
            delivery.change,
            delivery.state,
            delivery.reason,
            delivery.tries,
            stamp(delivery.at),
            _stamp(delivery.sent_at),
        ),
    )


def delivery(tx: Connection, delivery_id: str) -> Delivery | None:
    """Return a delivery."""
    row = tx.conn.execute(
        "SELECT * FROM notification_deliveries WHERE id = ?", (delivery_id,)
    ).fetchone()
    return None if row is None else _delivery(row)


def deliveries(tx: Connection, notification_id: str) -> list[Delivery]:
    """Return who was told of a matter, oldest first; a matter that flaps for long has many."""
    rows = tx.conn.execute(
        "SELECT * FROM notification_deliveries WHERE notification_id = ? ORDER BY id DESC "
        "LIMIT 100",
        (notification_id,),
    )
    return [_delivery(row) for row in rows][::-1]


def held(tx: Connection, channel: Channel) -> list[Delivery]:
    """Return what waits for the next summary of a channel."""
    rows = tx.conn.execute(
        "SELECT * FROM notification_deliveries WHERE channel = ? AND state = 'held' ORDER BY id",
        (channel,),
    )
    return [_delivery(row) for row in rows]


def sent_since(tx: Connection, channel: Channel, since: datetime) -> tuple[int, datetime | None]:
    """Return how many messages went out on a channel since a moment, and the first of them."""
    row = tx.conn.execute(
        "SELECT count(*) FILTER (WHERE reason IS NULL), min(sent_at) FROM notification_deliveries "
        "WHERE channel = ? AND sent_at > ?",
        (channel, stamp(since)),
    ).fetchone()
    return int(row[0]), None if row[1] is None else datetime.fromisoformat(row[1])


def sent(tx: Connection, numbers: Sequence[str], at: datetime) -> None:
    """Say that one message told all of these; it counts once."""
    settle(tx, numbers[:1], "sent", sent_at=at)
    settle(tx, numbers[1:], "sent", reason=SUMMED, sent_at=at)


def settle(
    tx: Connection,
    numbers: Sequence[str],
    state: str,
    *,
    reason: str | None = None,
    sent_at: datetime | None = None,
) -> None:
    """Say what became of deliveries."""
    tx.conn.executemany(
        "UPDATE notification_deliveries SET state = ?, reason = ?, sent_at = ? WHERE id = ?",
        [(state, reason, _stamp(sent_at), number) for number in numbers],
    )


def count_try(tx: Connection, delivery_id: str, reason: str) -> int:
    """Count a try that failed; return how many there were."""
    row = tx.conn.execute(
        "UPDATE notification_deliveries SET tries = tries + 1, reason = ? WHERE id = ? "
        "RETURNING tries",
        (reason, delivery_id),
    ).fetchone()
    return 0 if row is None else int(row[0])


# -- what the tenant chose


def rules(tx: Connection, tenant_id: str) -> dict[RuleId, Rule]:
    """Return every rule as this box wants it."""
    found = {name: Rule.default(name) for name in RULES}
    for row in tx.conn.execute(
        "SELECT * FROM notification_rules WHERE tenant_id = ?", (tenant_id,)
    ):
        if row["rule"] in found:
            found[row["rule"]] = Rule(
                row["rule"],
                enabled=bool(row["enabled"]),
                threshold=row["threshold"],
                channels=tuple(orjson.loads(row["channels"])),
            )
    return found


def save_rule(tx: Connection, tenant_id: str, rule: Rule) -> None:
    """Keep a rule."""
    tx.conn.execute(
        "INSERT OR REPLACE INTO notification_rules (tenant_id, rule, enabled, threshold, channels) "
        "VALUES (?, ?, ?, ?, ?)",
        (
            tenant_id,
            rule.id,
            rule.enabled,
            rule.threshold,
            orjson.dumps(list(rule.channels)).decode(),
        ),
    )


def preferences(tx: Connection, tenant_id: str) -> Preferences:
    """Return whom to reach and when."""
    row = tx.conn.execute(
        "SELECT data FROM notification_preferences WHERE tenant_id = ?", (tenant_id,)
    ).fetchone()
    if row is None:
        return Preferences()
    data = orjson.loads(row["data"])
    return replace(Preferences(), **{**data, "emails": tuple(data["emails"])})


def save_preferences(tx: Connection, tenant_id: str, wanted: Preferences) -> None:
    """Keep whom to reach and when."""
    tx.conn.execute(
        "INSERT OR REPLACE INTO notification_preferences (tenant_id, data) VALUES (?, ?)",
        (tenant_id, orjson.dumps(asdict(wanted)).decode()),
    )


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _read(row: Any) -> Notification:
    return Notification(
        id=row["id"],
        rule=row["rule"],
        subject=row["subject"],
        severity=row["severity"],
        facts=orjson.loads(row["facts"]),
        opened_at=datetime.fromisoformat(row["opened_at"]),
        times=row["times"],
        clear_since=_moment(row["clear_since"]),
        resolved_at=_moment(row["resolved_at"]),
        read_at=_moment(row["read_at"]),
    )


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row["id"],
        notification_id=row["notification_id"],
        channel=row["channel"],
        change=row["change"],
        state=row["state"],
        reason=row["reason"],
        tries=row["tries"],
        at=datetime.fromisoformat(row["at"]),
        sent_at=_moment(row["sent_at"]),
    )
