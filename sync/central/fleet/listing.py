"""The fleet's list and map, made so that a hundred thousand boxes are no slower than ten.

A page is cut by an index before anything is joined to it; the map counts over one index that has
all it needs. What depends on the time (silent, licence ending) is asked of the clock, not stored.
"""

import base64
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import orjson

from sync.central.access import Person
from sync.central.clock import Clock
from sync.central.fleet.models import Filters, FleetPage, MapQuery, Whose
from sync.central.routing import Row, page, shown
from sync.central.store import Store, folded
from sync.protocol.events import moment, stamp
from sync.protocol.messages import malformed

SILENT_AFTER = timedelta(hours=24)
LICENCE_ENDS_WITHIN = timedelta(days=14)
MOST_CELLS = 1_000
COUNTED_FRESH_S = 5.0
HEALTH = ("ok", "degraded", "down", "silent", "never", "revoked")
WORST = {word: place for place, word in enumerate(("down", "silent", "degraded", "never"))}
COLUMNS = {"id": "id", "seenAt": "seen_at", "version": "version", "label": "label"}
BOX = (
    "SELECT d.id, d.label, d.tenant_id, t.name AS tenant, d.reseller_id, d.status, d.condition, "
    "d.version, d.wanted_version, d.whatsapp, d.licence_ends_at, d.model, d.queue_age_s, "
    "d.disk_free_percent, d.queue_p95_ms, d.enrolled_at, d.seen_at, d.clock_suspect, "
    "(SELECT count(*) FROM alerts a WHERE a.device_id = d.id AND a.state <> 'resolved') AS alerts "
    "FROM ({page}) AS d JOIN tenants t ON t.id = d.tenant_id"
)


class Where:
    """Conditions on boxes with their values; those of a person's reseller come first."""

    def __init__(self, who: Person, whose: Whose, now: datetime) -> None:
        self.values: list[Any] = []
        self.conditions: list[str] = []
        self._now = now
        reseller = who.reseller_id or whose.reseller_id
        if who.reseller_id and whose.reseller_id not in {"", who.reseller_id}:
            self.conditions.append("1 = 0")
        if reseller:
            self.add("reseller_id = {}", reseller)
        if whose.tenant_id:
            self.add("tenant_id = {}", whose.tenant_id)

    def add(self, condition: str, *values: Any) -> None:
        """Add a condition; each `{}` stands for the next value."""
        marks = [f"${len(self.values) + number}" for number in range(1, len(values) + 1)]
        self.values.extend(values)
        self.conditions.append(condition.format(*marks))

    @property
    def text(self) -> str:
        """The condition of all."""
        return " AND ".join(self.conditions) or "1 = 1"

    def filter(self, asked: Filters) -> None:
        """Add what the list is filtered by."""
        for column in ("version", "whatsapp", "status"):
            if value := getattr(asked, column):
                self.add(f"{column} = {{}}", value)
        self._health(asked.health)
        self._licence(asked.licence)
        if asked.q:
            text = _like(folded(asked.q))
            self.add(
                "(id LIKE {} ESCAPE '!' OR lower(label) LIKE {} ESCAPE '!' OR tenant_id IN "
                "(SELECT id FROM tenants WHERE folded LIKE {} ESCAPE '!' "
                "OR id LIKE {} ESCAPE '!'))",
                f"{text}%",
                f"%{text}%",
                f"%{text}%",
                f"{text}%",
            )

    def _health(self, health: str) -> None:
        silent = self._now - SILENT_AFTER
        if health == "revoked":
            self.add("status = {}", "revoked")
        elif health:
            self.add("status = {}", "active")
        if health == "never":
            self.conditions.append("seen_at IS NULL")
        elif health == "silent":
            self.add("seen_at < {}", silent)
        elif health in {"ok", "degraded", "down"}:
            self.conditions.append(f"condition = '{health}'")
            self.add("seen_at >= {}", silent)

    def _licence(self, licence: str) -> None:
        soon = self._now + LICENCE_ENDS_WITHIN
        if licence == "none":
            self.conditions.append("licence_ends_at IS NULL")
        elif licence == "active":
            self.add("licence_ends_at >= {}", soon)
        elif licence == "ending":
            self.add("licence_ends_at >= {} AND licence_ends_at < {}", self._now, soon)
        elif licence == "expired":
            self.add("licence_ends_at < {}", self._now)

    def after(self, asked: FleetPage, column: str, *, down: bool) -> None:
        """Go on behind a cursor; boxes without a value come last in both directions."""
        if not asked.cursor:
            return
        value, id_ = _uncursor(asked.cursor, column)
        sign = "<" if down else ">"
        if column == "id":
            self.add(f"id {sign} {{}}", id_)
        elif value is None:
            self.add(f"({column} IS NULL AND id {sign} {{}})", id_)
        else:
            self.add(
                f"({column} {sign} {{}} OR ({column} = {{}} AND id {sign} {{}}) "
                f"OR {column} IS NULL)",
                value,
                value,
                id_,
            )


class Listing:
    """Answers lists and counts, within what a person may see."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._counted: dict[tuple[str, str, str], tuple[float, Row]] = {}

    async def page(self, who: Person, asked: FleetPage) -> Row:
        """Return a page of boxes."""
        rows, cursor = await self.rows(who, asked)
        return page(rows, cursor)

    async def rows(self, who: Person, asked: FleetPage) -> tuple[list[Row], str | None]:
        """Return boxes and where the list goes on."""
        now = self._clock.now()
        down, column = asked.sort.startswith("-"), COLUMNS[asked.sort.lstrip("-")]
        where = Where(who, asked, now)
        where.filter(asked)
        where.after(asked, column, down=down)
        way = "DESC" if down else "ASC"
        nulls = " NULLS LAST" if column == "seen_at" else ""
        order = f"id {way}" if column == "id" else f"{column} {way}{nulls}, id {way}"
        cut = f"SELECT * FROM devices WHERE {where.text} ORDER BY {order} LIMIT {asked.limit + 1}"
        outer = ", ".join(f"d.{part}" for part in order.split(", "))
        sql = f"{BOX.format(page=cut)} ORDER BY {outer}"
        found = await self._store.query(who.scope, sql, *where.values)
        rows = [boxed(row, now) for row in found[: asked.limit]]
        more = len(found) > asked.limit
        return rows, _cursor(found[asked.limit - 1], column) if more else None

    async def one(self, who: Person, id_: str) -> list[Row]:
        """Return the box of that id, if there is one for this person."""
        now = self._clock.now()
        where = Where(who, Whose.model_validate({}), now)
        where.add("id = {}", id_)
        cut = f"SELECT * FROM devices WHERE {where.text}"
        found = await self._store.query(who.scope, BOX.format(page=cut), *where.values)
        return [boxed(row, now) for row in found]

    async def map(self, who: Person, asked: MapQuery) -> Row:
        """Count boxes by everything the map shows; counts are at most seconds old."""
        key = (who.reseller_id or asked.reseller_id, asked.tenant_id, asked.cells)
        if who.reseller_id and asked.reseller_id not in {"", who.reseller_id}:
            key = ("-", "-", asked.cells)
        kept = self._counted.get(key)
        if kept is not None and self._clock.monotonic() - kept[0] < COUNTED_FRESH_S:
            return kept[1]
        made = await self._count(who, asked)
        if len(self._counted) > MOST_CELLS:
            self._counted.clear()
        self._counted[key] = (self._clock.monotonic(), made)
        return made

    async def _count(self, who: Person, asked: MapQuery) -> Row:
        now = self._clock.now()
        where = Where(who, asked, now)
        silent, soon = len(where.values) + 1, len(where.values) + 2
        today = len(where.values) + 3
        group = (
            f"CASE WHEN status <> 'active' THEN 'revoked' WHEN seen_at IS NULL THEN 'never' "
            f"WHEN seen_at < ${silent} THEN 'silent' ELSE condition END"
        )
        licence = (
            f"CASE WHEN licence_ends_at IS NULL THEN 'none' WHEN licence_ends_at < ${today} "
            f"THEN 'expired' WHEN licence_ends_at < ${soon} THEN 'ending' ELSE 'active' END"
        )
        sql = (
            f"SELECT reseller_id, tenant_id, {group} AS health, whatsapp, version, model, "
            f"{licence} AS licence, count(*) AS boxes FROM devices WHERE {where.text} "
            "GROUP BY 1, 2, 3, 4, 5, 6, 7"
        )
        rows = await self._store.query(
            who.scope, sql, *where.values, now - SILENT_AFTER, now + LICENCE_ENDS_WITHIN, now
        )
        cells, left_out = await self._cells(who, asked, rows)
        return {
            "total": sum(row["boxes"] for row in rows),
            "health": {**dict.fromkeys(HEALTH, 0), **_counts(rows, "health")},
            "versions": _listed(rows, "version", "version"),
            "whatsapp": _listed(rows, "whatsapp", "state"),
            "licences": _listed(rows, "licence", "state"),
            "models": _listed(rows, "model", "model"),
            "alerts": await self._alerts(who, asked),
            "cells": cells,
            "cells_left_out": left_out,
            "at": now,
        }

    async def _alerts(self, who: Person, asked: MapQuery) -> Row:
        where = Where(who, asked, self._clock.now())
        rows = await self._store.query(
            who.scope,
            f"SELECT state, count(*) AS found FROM alerts WHERE state <> 'resolved' "
            f"AND {where.text} GROUP BY state",
            *where.values,
        )
        found = {row["state"]: row["found"] for row in rows}
        return {"open": found.get("open", 0), "acked": found.get("acked", 0)}

    async def _cells(self, who: Person, asked: MapQuery, rows: list[Row]) -> tuple[list[Row], int]:
        total = sum(row["boxes"] for row in rows)
        tenants = len({row["tenant_id"] for row in rows})
        kind = asked.cells or (
            "box" if total <= MOST_CELLS else "tenant" if tenants <= MOST_CELLS else "reseller"
        )
        if kind == "box":
            return await self._boxes(who, asked, total)
        column = f"{kind}_id"
        grid: dict[str, Counter[str]] = {}
        sold_by: dict[str, str] = {}
        for row in rows:
            grid.setdefault(row[column], Counter())[row["health"]] += row["boxes"]
            sold_by[row[column]] = row["reseller_id"]
        names = await self._store.query(who.scope, f"SELECT id, name FROM {kind}s")
        named = {row["id"]: row["name"] for row in names}
        cells = [
            _cell(id_, named.get(id_, id_), sold_by[id_], counts) for id_, counts in grid.items()
        ]
        cells.sort(key=_badness)
        return cells[:MOST_CELLS], max(0, len(cells) - MOST_CELLS)

    async def _boxes(self, who: Person, asked: MapQuery, total: int) -> tuple[list[Row], int]:
        cells: list[Row] = []
        for health in ("down", "silent", "degraded", "never", "ok", "revoked"):
            if len(cells) < MOST_CELLS:
                query = FleetPage.model_validate(
                    {
                        "reseller_id": asked.reseller_id,
                        "tenant_id": asked.tenant_id,
                        "health": health,
                        "limit": 500,
                    }
                )
                found, cursor = await self.rows(who, query)
                if cursor:
                    again = query.model_copy(update={"cursor": cursor})
                    found += (await self.rows(who, again))[0]
                cells += [
                    _cell(
                        row["id"],
                        row["label"] or row["tenant"],
                        row["reseller_id"],
                        Counter([health]),
                    )
                    for row in found
                ]
        return cells[:MOST_CELLS], max(0, total - MOST_CELLS)


def boxed(row: Row, now: datetime) -> Row:
    """Return a box as lists show it: what depends on the time is worked out."""
    row = dict(row)
    ends, seen = row.pop("licence_ends_at"), row["seen_at"]
    condition = row.pop("condition")
    row["licence_until"] = ends
    row["licence"] = _licence(ends, now)
    if row["status"] != "active":
        row["health"] = "revoked"
    elif seen is None:
        row["health"] = "never"
    else:
        row["health"] = "silent" if seen < now - SILENT_AFTER else condition
    row["clock_suspect"] = bool(row["clock_suspect"])
    return row


def _licence(ends: datetime | None, now: datetime) -> str:
    if ends is None:
        return "none"
    if ends < now:
        return "expired"
    return "ending" if ends < now + LICENCE_ENDS_WITHIN else "active"


def _counts(rows: Iterable[Row], column: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row[column]] += row["boxes"]
    return counts


def _listed(rows: list[Row], column: str, name: str) -> list[Row]:
    counts = _counts(rows, column)
    return [{name: value, "count": count} for value, count in counts.most_common(100)]


def _cell(id_: str, name: str, reseller: str, counts: Counter[str]) -> Row:
    worst = next((word for word in WORST if counts[word]), "ok")
    return dict(
        shown(
            {
                "id": id_,
                "name": name,
                "reseller_id": reseller,
                "total": counts.total(),
                **{word: counts[word] for word in HEALTH},
                "worst": worst,
            }
        )
    )


def _badness(cell: Row) -> tuple[int, int, str]:
    return WORST.get(cell["worst"], len(WORST)), -cell["total"], cell["id"]


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _cursor(row: Row, column: str) -> str:
    value = row[column]
    if isinstance(value, datetime):
        value = stamp(value)
    text = orjson.dumps([column, value, row["id"]])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _uncursor(cursor: str, column: str) -> tuple[Any, str]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        kind, value, id_ = orjson.loads(raw)
        if column == "seen_at" and value is not None:
            value = moment(value)
    except (ValueError, TypeError) as error:
        raise malformed(field="cursor", problem="is not one of this list") from error
    fits = kind == column and isinstance(id_, str) and isinstance(value, str | datetime | None)
    if not fits or "\x00" in f"{value}{id_}":
        raise malformed(field="cursor", problem="is not one of this list")
    return value, id_
