"""Alerts: opened and resolved by a scheduled pass over what boxes said, shown until people act.

A pass is a few statements over indexed columns, whatever the number of boxes. One alert of a kind
is open per box at a time; what people resolve by hand opens again if its cause lasts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from sync.central.access import Person
from sync.central.clock import Clock
from sync.central.office import Office
from sync.central.operations.models import AlertPage
from sync.central.routing import Row, page, shown
from sync.central.store import PLATFORM, Store
from sync.protocol.events import moment
from sync.protocol.problems import SyncError

SILENT_HOURS = 24
DISK_FREE_PERCENT = 10
QUEUE_AGE_S = 600
LICENCE_DAYS = 14
BEHIND_AFTER = timedelta(hours=24)
RECENT = timedelta(hours=24)
SELECT_ALERT = (
    "SELECT a.id, a.kind, a.severity, a.state, a.device_id, coalesce(d.label, '') AS label, "
    "a.tenant_id, coalesce(t.name, '') AS tenant, a.reseller_id, a.facts, a.opened_at, "
    "a.acked_at, a.acked_by, a.resolved_at FROM alerts a "
    "LEFT JOIN devices d ON d.id = a.device_id LEFT JOIN tenants t ON t.id = a.tenant_id"
)


@dataclass(frozen=True)
class Rule:
    """A kind of alert: when a box has it, and the column that says how bad it is.

    `$1` is the time of the pass, `$2` the limit that the rule reckons from it.
    """

    kind: str
    severity: str
    condition: str
    fact: str
    limit: Any = None


def rules(now: datetime, silent_hours: int) -> Iterator[Rule]:
    """Return the rules at a time."""
    yield Rule("silent", "critical", "d.seen_at < $2", "seen_at", now - _hours(silent_hours))
    yield Rule(
        "whatsapp_down",
        "critical",
        "d.whatsapp IN ('failed', 'logged_out') AND d.seen_at >= $2",
        "whatsapp",
        now - _hours(silent_hours),
    )
    yield Rule(
        "disk_low", "warning", "d.disk_free_percent < $2", "disk_free_percent", DISK_FREE_PERCENT
    )
    yield Rule("queue_old", "warning", "d.queue_age_s > $2", "queue_age_s", QUEUE_AGE_S)
    yield Rule(
        "licence_ending",
        "warning",
        "d.licence_ends_at < $2",
        "licence_ends_at",
        now + timedelta(days=LICENCE_DAYS),
    )
    yield Rule("fork", "critical", "d.forked_at >= $2", "forked_at", now - RECENT)
    yield Rule("quarantine", "warning", "d.quarantined_at >= $2", "quarantined_at", now - RECENT)
    yield Rule(
        "version_behind",
        "warning",
        "d.wanted_version <> '' AND d.wanted_version <> d.version AND d.wanted_at < $2",
        "wanted_version",
        now - BEHIND_AFTER,
    )


def _hours(count: int) -> timedelta:
    return timedelta(hours=count)


class Alerts:
    """Opens, resolves and shows alerts."""

    def __init__(self, store: Store, clock: Clock, office: Office) -> None:
        self._store, self._clock, self._office = store, clock, office

    # -- the pass

    async def watch(self) -> None:
        """Open what began and resolve what ended, of every reseller."""
        now = self._clock.now()
        rows = await self._store.query(
            PLATFORM,
            "SELECT r.id, s.silent_hours FROM resellers r "
            "LEFT JOIN reseller_settings s ON s.reseller_id = r.id ORDER BY r.id",
        )
        for row in rows:
            for rule in rules(now, row["silent_hours"] or SILENT_HOURS):
                await self._apply(row["id"], rule, now)
        await self._canaries(now)

    async def _apply(self, reseller: str, rule: Rule, now: datetime) -> None:
        has = f"d.status = 'active' AND {rule.condition}"
        fact = f"CAST(d.{rule.fact} AS TEXT)"
        # The number of seconds comes first in an id: newest first is the order of ids.
        begin = (
            "INSERT INTO alerts (tenant_id, id, device_id, reseller_id, kind, severity, state, "
            f"facts, opened_at) SELECT d.tenant_id, $3 || d.id, d.id, d.reseller_id, "
            f"'{rule.kind}', '{rule.severity}', 'open', "
            f"'{{\"{rule.fact}\":\"' || coalesce({fact}, '') || '\"}}', $1 FROM devices d "
            f"WHERE d.reseller_id = $4 AND {has} AND NOT EXISTS (SELECT 1 FROM alerts a "
            f"WHERE a.device_id = d.id AND a.kind = '{rule.kind}' AND a.state <> 'resolved') "
            "ON CONFLICT DO NOTHING"
        )
        end = (
            "UPDATE alerts SET state = 'resolved', resolved_at = $1 WHERE reseller_id = $3 "
            f"AND kind = '{rule.kind}' AND state <> 'resolved' AND NOT EXISTS "
            f"(SELECT 1 FROM devices d WHERE d.id = alerts.device_id AND d.tenant_id = "
            f"alerts.tenant_id AND {has})"
        )
        prefix = f"{int(now.timestamp()):010d}-{_short(rule.kind)}-"
        await self._store.batch(
            PLATFORM,
            [(end, (now, rule.limit, reseller)), (begin, (now, rule.limit, prefix, reseller))],
        )

    async def _canaries(self, now: datetime) -> None:
        stopped = await self._store.query(
            PLATFORM,
            "SELECT d.id, d.reseller_id, d.tenant_id, d.kind, d.reason FROM documents d "
            "WHERE d.state = 'stopped' AND d.reason <> 'withdrawn' AND NOT EXISTS "
            "(SELECT 1 FROM alerts a WHERE a.kind = 'canary_stopped' AND a.tenant_id = d.tenant_id "
            "AND a.id LIKE '%-' || d.id)",
        )
        for row in stopped:
            facts = {"document": row["id"], "document_kind": row["kind"], "reason": row["reason"]}
            await self._store.query(
                PLATFORM,
                "INSERT INTO alerts (tenant_id, id, device_id, reseller_id, kind, severity, "
                "state, facts, opened_at) VALUES ($1, $2, '', $3, 'canary_stopped', 'critical', "
                "'open', $4, $5) ON CONFLICT DO NOTHING",
                row["tenant_id"],
                f"{int(now.timestamp()):010d}-cs-{row['id']}",
                row["reseller_id"],
                orjson.dumps(facts).decode(),
                now,
            )

    # -- people

    async def page(self, who: Person, asked: AlertPage) -> Row:
        """Return a page of alerts, newest first."""
        where, values = ["1 = 1"], []
        reseller = who.reseller_id or asked.reseller_id
        wanted = {
            "a.reseller_id": reseller,
            "a.kind": asked.kind,
            "a.severity": asked.severity,
            "a.device_id": asked.device_id,
            "a.tenant_id": asked.tenant_id,
            "a.state": "" if asked.state == "live" else asked.state,
        }
        for column, value in wanted.items():
            if value:
                values.append(value)
                where.append(f"{column} = ${len(values)}")
        if asked.state == "live":
            where.append("a.state <> 'resolved'")
        if who.reseller_id and asked.reseller_id not in {"", who.reseller_id}:
            where.append("1 = 0")
        if asked.cursor:
            values.append(asked.cursor)
            where.append(f"a.id < ${len(values)}")
        rows = await self._store.query(
            who.scope,
            f"{SELECT_ALERT} WHERE {' AND '.join(where)} ORDER BY a.id DESC "
            f"LIMIT {asked.limit + 1}",
            *values,
        )
        shown_rows = [alerted(row) for row in rows[: asked.limit]]
        more = len(rows) > asked.limit
        return page(shown_rows, shown_rows[-1]["id"] if more else None)

    async def counts(self, who: Person, reseller_id: str) -> Row:
        """Count what is not resolved."""
        if who.reseller_id and reseller_id not in {"", who.reseller_id}:
            return {"open": 0, "acked": 0, "critical": 0, "kinds": []}
        rows = await self._store.query(
            who.scope,
            "SELECT kind, state, severity, count(*) AS found FROM alerts "
            "WHERE state <> 'resolved' AND ($1 = '' OR reseller_id = $1) "
            "GROUP BY kind, state, severity ORDER BY kind",
            who.reseller_id or reseller_id,
        )
        kinds: dict[str, Row] = {}
        totals = {"open": 0, "acked": 0, "critical": 0}
        for row in rows:
            kind = kinds.setdefault(row["kind"], {"kind": row["kind"], "open": 0, "acked": 0})
            kind[row["state"]] += row["found"]
            totals[row["state"]] += row["found"]
            if row["severity"] == "critical":
                totals["critical"] += row["found"]
        return {**totals, "kinds": list(kinds.values())}

    async def ack(self, who: Person, id_: str) -> Row:
        """Say that somebody looks after it."""
        return await self._set(
            who,
            id_,
            "state = 'acked', acked_at = $3, acked_by = $4",
            "acked",
            (self._clock.now(), who.name),
            from_states="('open', 'acked')",
        )

    async def resolve(self, who: Person, id_: str) -> Row:
        """Say that it is over; if it is not, the next pass opens it anew."""
        return await self._set(
            who,
            id_,
            "state = 'resolved', resolved_at = coalesce(resolved_at, $3)",
            "resolved",
            (self._clock.now(),),
            from_states="('open', 'acked', 'resolved')",
        )

    async def _set(
        self,
        who: Person,
        id_: str,
        sets: str,
        word: str,
        values: tuple[Any, ...],
        *,
        from_states: str,
    ) -> Row:
        who.must(write=True)
        await self._one(who, id_)
        await self._store.query(
            who.scope,
            f"UPDATE alerts SET {sets} WHERE id = $1 AND ($2 = '' OR reseller_id = $2) "
            f"AND state IN {from_states}",
            id_,
            who.reseller_id,
            *values,
        )
        await self._office.note(who, f"alert.{word}", id_)
        return await self._one(who, id_)

    async def _one(self, who: Person, id_: str) -> Row:
        rows = await self._store.query(
            who.scope,
            f"{SELECT_ALERT} WHERE a.id = $1 AND ($2 = '' OR a.reseller_id = $2)",
            id_,
            who.reseller_id,
        )
        if not rows:
            raise SyncError(code="not_found", kind="alert", id=id_)
        return alerted(rows[0])


def alerted(row: Row) -> Row:
    """Return an alert with its facts read."""
    facts = {
        name: moment(value) if value and name.endswith("_at") else value
        for name, value in orjson.loads(row["facts"]).items()
    }
    return {**row, "facts": shown(facts)}


def _short(kind: str) -> str:
    return "".join(word[0] for word in kind.split("_"))
