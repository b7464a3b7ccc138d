"""One box: how it is, what happened to it, and what it used."""

import asyncio
import base64
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from sync.central.access import Person
from sync.central.clock import Clock
from sync.central.desired import WITHDRAWN
from sync.central.fleet.listing import Listing
from sync.central.fleet.models import BoxChange, SeriesQuery, TimelinePage
from sync.central.history import remember
from sync.central.office import Office
from sync.central.operations.alerts import SELECT_ALERT, alerted
from sync.central.routing import Row, page, shown
from sync.central.store import Store
from sync.protocol.events import moment, stamp
from sync.protocol.messages import malformed
from sync.protocol.problems import SyncError

SYNCS_SHOWN = 2_000
HISTORY = (
    "SELECT id, at, kind, actor, facts FROM device_history WHERE device_id = $1 AND tenant_id = $2"
)


class Boxes:
    """Reads one box's life, within what a person may see."""

    def __init__(self, store: Store, clock: Clock, office: Office, listing: Listing) -> None:
        self._store, self._clock = store, clock
        self._office, self._listing = office, listing

    async def one(self, who: Person, id_: str) -> Row:
        """Return a box as lists show it. Raises not_found, also for another reseller's."""
        rows = await self._listing.one(who, id_)
        if not rows:
            raise SyncError(code="not_found", kind="device", id=id_)
        return rows[0]

    async def overview(self, who: Person, id_: str) -> Row:
        """Return all that is known of a box now."""
        box = await self.one(who, id_)
        tenant = box["tenant_id"]

        async def ask(sql: str, *values: Any, inside: bool = False) -> list[Row]:
            return await self._store.query(
                who.scope, sql, *values, tenant=tenant if inside else None
            )

        raw = await ask(
            "SELECT health, move_id, rotate_at FROM devices WHERE id = $1 AND tenant_id = $2",
            id_,
            tenant,
        )
        report = orjson.loads(raw[0]["health"])
        keys = await ask(
            "SELECT id, valid_until AS valid_until_at FROM device_keys WHERE tenant_id = $1 "
            "AND device_id = $2 ORDER BY id",
            tenant,
            id_,
        )
        documents = await ask(
            "SELECT kind, version, source_id, document FROM device_documents "
            "WHERE tenant_id = $1 AND device_id = $2 ORDER BY kind",
            tenant,
            id_,
        )
        alerts = await ask(
            f"{SELECT_ALERT} WHERE a.device_id = $1 AND a.state <> 'resolved' "
            "ORDER BY a.id DESC LIMIT 50",
            id_,
        )
        epochs = await ask(
            "SELECT epoch, acked FROM epochs WHERE tenant_id = $1 AND device_id = $2 "
            "ORDER BY epoch DESC LIMIT 1",
            tenant,
            id_,
            inside=True,
        )
        counts = await ask(
            "SELECT (SELECT count(*) FROM audits WHERE tenant_id = $1 AND device_id = $2 "
            "AND verdict IS NULL) AS audits, (SELECT count(*) FROM quarantine "
            "WHERE tenant_id = $1 AND device_id = $2) AS odd",
            tenant,
            id_,
            inside=True,
        )
        return {
            "box": shown(box),
            "report": report,
            "epoch": epochs[0]["epoch"] if epochs else 0,
            "acked": epochs[0]["acked"] if epochs else 0,
            "keys": [{"id": key["id"], "validUntil": key["valid_until_at"]} for key in keys],
            "documents": [_document(row, report) for row in documents],
            "move": await self._move(who, tenant, raw[0]["move_id"]),
            "rotation_wanted_at": raw[0]["rotate_at"],
            "alerts": [shown(alerted(row)) for row in alerts],
            "open_audits": counts[0]["audits"],
            "quarantined": counts[0]["odd"],
        }

    async def _move(self, who: Person, tenant: str, move_id: str) -> Row | None:
        if not move_id:
            return None
        rows = await self._store.query(
            who.scope,
            "SELECT m.id, m.to_tenant AS tenant_id, t.name AS tenant, m.ordered_at FROM moves m "
            "LEFT JOIN tenants t ON t.id = m.to_tenant WHERE m.tenant_id = $1 AND m.id = $2",
            tenant,
            move_id,
        )
        return shown(rows[0]) if rows else None

    async def timeline(self, who: Person, id_: str, asked: TimelinePage) -> Row:
        """Return what happened, newest first: its own steps, syncs, oddities, audits, alerts."""
        box = await self.one(who, id_)
        before = _before(asked.cursor)
        key = (id_, box["tenant_id"])
        found = [
            *await self._steps(who, key, before, asked.limit),
            *await self._syncs(who, key, before),
            *await self._inside(who, key, before, asked.limit),
            *await self._alerts(who, id_, before, asked.limit),
        ]
        found.sort(key=lambda row: (row["at"], row["id"]), reverse=True)
        rows = found[: asked.limit]
        more = len(found) > asked.limit
        cursor = _cursor(rows[-1]) if more else None
        return page([{**row, "text": _text(row)} for row in rows], cursor)

    async def _steps(
        self, who: Person, key: tuple[str, str], before: tuple[datetime, str] | None, limit: int
    ) -> list[Row]:
        sql, values = _cut(HISTORY, list(key), before, "at", "id")
        rows = await self._store.query(
            who.scope, f"{sql} ORDER BY at DESC, id DESC LIMIT {limit + 1}", *values
        )
        return [{**row, "facts": orjson.loads(row["facts"])} for row in rows]

    async def _syncs(
        self, who: Person, key: tuple[str, str], before: tuple[datetime, str] | None
    ) -> list[Row]:
        id_, tenant = key
        sql, values = _cut(
            "SELECT epoch, seq, received_at, type FROM events "
            "WHERE tenant_id = $1 AND device_id = $2",
            [tenant, id_],
            None if before is None else (before[0], ""),
            "received_at",
            "''",
        )
        rows = await self._store.query(
            who.scope,
            f"{sql} ORDER BY epoch DESC, seq DESC LIMIT {SYNCS_SHOWN}",
            *values,
            tenant=tenant,
        )
        batches: dict[datetime, Row] = {}
        found = []
        for row in rows:
            at, place = row["received_at"], f"{row['epoch']:010d}-{row['seq']:016d}"
            batch = batches.setdefault(at, {"epoch": row["epoch"], "to": row["seq"], "events": 0})
            batch["events"] += 1
            batch["from"] = row["seq"]
            if row["type"] == "ledger.epoch":
                facts = {"epoch": row["epoch"]}
                found.append(_step(at, f"epoch-{place}", "epoch", facts))
        if len(rows) == SYNCS_SHOWN and len(batches) > 1:
            batches.pop(rows[-1]["received_at"])  # it may have begun before what was read
        for at, batch in batches.items():
            found.append(_step(at, f"sync-{batch['epoch']:010d}-{batch['to']:016d}", "sync", batch))
        return [row for row in found if before is None or (row["at"], row["id"]) < before]

    async def _inside(
        self, who: Person, key: tuple[str, str], before: tuple[datetime, str] | None, limit: int
    ) -> list[Row]:
        id_, tenant = key
        sql, values = _cut(
            "SELECT epoch, seq, reason, received_at FROM quarantine "
            "WHERE tenant_id = $1 AND device_id = $2",
            [tenant, id_],
            before,
            "received_at",
            "''",
        )
        odd = await self._store.query(
            who.scope,
            f"{sql} ORDER BY received_at DESC, epoch DESC, seq DESC LIMIT {limit + 1}",
            *values,
            tenant=tenant,
        )
        sql, values = _cut(
            "SELECT id, verdict, ordered_at, answered_at, first, last FROM audits "
            "WHERE tenant_id = $1 AND device_id = $2",
            [tenant, id_],
            before,
            "ordered_at",
            "''",
        )
        audits = await self._store.query(
            who.scope,
            f"{sql} ORDER BY ordered_at DESC, id DESC LIMIT {limit + 1}",
            *values,
            tenant=tenant,
        )
        found = [
            _step(
                row["received_at"],
                f"quarantine-{row['epoch']:010d}-{row['seq']:016d}",
                "quarantine",
                {"epoch": row["epoch"], "seq": row["seq"], "reason": row["reason"]},
            )
            for row in odd
        ] + [
            _step(
                row["ordered_at"],
                f"audit-{row['id']}",
                "audit",
                {"first": row["first"], "last": row["last"], "verdict": row["verdict"]},
            )
            for row in audits
        ]
        return [row for row in found if before is None or (row["at"], row["id"]) < before]

    async def _alerts(
        self, who: Person, id_: str, before: tuple[datetime, str] | None, limit: int
    ) -> list[Row]:
        sql, values = _cut(
            "SELECT id, kind AS word, severity, state, opened_at, resolved_at FROM alerts "
            "WHERE device_id = $1",
            [id_],
            before,
            "opened_at",
            "''",
        )
        rows = await self._store.query(
            who.scope, f"{sql} ORDER BY opened_at DESC, id DESC LIMIT {limit + 1}", *values
        )
        found = [
            _step(
                row["opened_at"],
                f"alert-{row['id']}",
                "alert",
                {name: row[name] for name in ("severity", "state", "resolved_at")}
                | {"alert": row["word"]},
            )
            for row in rows
        ]
        return [row for row in found if before is None or (row["at"], row["id"]) < before]

    async def series(self, who: Person, id_: str, asked: SeriesQuery) -> Row:
        """Return usage by meter over hours or local days; late usage counts in its own hour."""
        rows = await self._office.usage(who, id_, asked.start, asked.end)
        return await asyncio.to_thread(_series, rows, asked)

    async def change(self, who: Person, id_: str, asked: BoxChange) -> Row:
        """Note a label, or that a box's clock is not to be believed."""
        who.must(write=True)
        await self.one(who, id_)
        changes = {
            name: int(value) if isinstance(value, bool) else value
            for name, value in asked.model_dump(exclude_none=True).items()
        }
        if changes:
            sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(changes, start=2))
            await self._store.query(
                who.scope, f"UPDATE devices SET {sets} WHERE id = $1", id_, *changes.values()
            )
            await remember(self._store, self._clock, id_, "settings", actor=who.name, **changes)
            await self._office.note(who, "device.change", id_)
        return await self.one(who, id_)


def _document(row: Row, report: Row) -> Row:
    content = orjson.loads(row["document"])
    running = report.get("documents")
    return {
        "kind": row["kind"],
        "version": row["version"],
        "sourceId": row["source_id"].lstrip(WITHDRAWN),
        "issuedAt": content["issued"],
        "expiresAt": content["expires"],
        "running": isinstance(running, dict) and running.get(row["kind"]) == row["version"],
        "withdrawn": content.get("withdrawn", False),
    }


def _step(at: datetime, id_: str, kind: str, facts: Row) -> Row:
    return {"id": id_, "at": at, "kind": kind, "actor": "", "facts": facts}


def _text(row: Row) -> str:
    facts = ", ".join(f"{name}: {value}" for name, value in row["facts"].items() if value != "")
    return f"{row['kind']} ({facts})" if facts else str(row["kind"])


def _cut(
    sql: str, values: list[Any], before: tuple[datetime, str] | None, at: str, id_: str
) -> tuple[str, list[Any]]:
    """Return the statement for what is before a place; ties are sorted out by the caller."""
    if before is None:
        return sql, values
    number = len(values) + 1
    if id_ == "''":
        return f"{sql} AND {at} <= ${number}", [*values, before[0]]
    where = f"({at} < ${number} OR ({at} = ${number} AND {id_} < ${number + 1}))"
    return f"{sql} AND {where}", [*values, *before]


def _cursor(row: Row) -> str:
    text = orjson.dumps([stamp(row["at"]), row["id"]])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _before(cursor: str) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, id_ = orjson.loads(raw)
        place = moment(at), str(id_)
    except (ValueError, TypeError) as error:
        raise malformed(field="cursor", problem="is not one of this list") from error
    if "\x00" in place[1]:
        raise malformed(field="cursor", problem="is not one of this list")
    return place


def _series(rows: list[Row], asked: SeriesQuery) -> Row:
    zone = ZoneInfo(asked.zone)
    buckets = _buckets(asked, zone)
    place = {name: number for number, name in enumerate(buckets)}
    sums: dict[str, list[int]] = {}
    for row in rows:
        if asked.meter and row["meter"] != asked.meter:
            continue
        values = sums.setdefault(row["meter"], [0] * len(buckets))
        values[place[_name(row["hour"], asked.by, zone)]] += row["quantity"]
    meters = [
        {"meter": meter, "total": sum(values), "values": values}
        for meter, values in sorted(sums.items())
    ]
    return {"by": asked.by, "zone": asked.zone, "buckets": buckets, "meters": meters}


def _buckets(asked: SeriesQuery, zone: ZoneInfo) -> list[str]:
    names: dict[str, None] = {}
    hour = asked.start.replace(minute=0, second=0, microsecond=0)
    while hour < asked.end:
        names[_name(hour, asked.by, zone)] = None
        hour += timedelta(hours=1)
    return list(names)


def _name(hour: datetime, by: str, zone: ZoneInfo) -> str:
    local = hour.astimezone(zone)
    return local.date().isoformat() if by == "day" else local.isoformat(timespec="minutes")
