"""The map of the fleet: every box counted by what matters, and by the cells of a grid."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sync.central.access import Person
from sync.central.clock import Clock
from sync.central.fleet.listing import LICENCE_ENDS_WITHIN, SILENT_AFTER, Listing, Where
from sync.central.fleet.models import FleetPage, MapQuery
from sync.central.routing import Row, shown
from sync.central.store import Store

MOST_CELLS = 1_000
COUNTED_FRESH_S = 5.0
COUNTED_GOOD_S = 600.0
HEALTH = ("ok", "degraded", "down", "silent", "never", "revoked")
WORST = {word: place for place, word in enumerate(("down", "silent", "degraded", "never"))}

Key = tuple[str, str, str, str]


class Map:
    """Counts boxes, within what a person may see."""

    def __init__(self, store: Store, clock: Clock, listing: Listing) -> None:
        self._store, self._clock, self._listing = store, clock, listing
        self._counted: dict[Key, tuple[float, Row]] = {}
        self._counting: dict[Key, asyncio.Task[Row]] = {}

    async def show(self, who: Person, asked: MapQuery) -> Row:
        """Count boxes by everything the map shows; `at` says when they were counted.

        Counts that are older than seconds are shown once more while they are counted anew.
        """
        if who.reseller_id and asked.reseller_id not in {"", who.reseller_id}:
            return await self._count(who, asked)  # nothing, at no cost
        key = (who.reseller_id or asked.reseller_id, asked.tenant_id, asked.cells, who.scope.level)
        kept = self._counted.get(key)
        age = COUNTED_GOOD_S if kept is None else self._clock.monotonic() - kept[0]
        if kept is None or age >= COUNTED_GOOD_S:
            return await self._recount(key, who, asked)
        if age >= COUNTED_FRESH_S and key not in self._counting:
            task = asyncio.create_task(self._recount(key, who, asked), name="fleet-count")
            self._counting[key] = task
            task.add_done_callback(lambda done: self._counting.pop(key, None) and done.exception())
        return kept[1]

    async def _recount(self, key: Key, who: Person, asked: MapQuery) -> Row:
        began = self._clock.monotonic()
        made = await self._count(who, asked)
        if len(self._counted) > MOST_CELLS:
            self._counted.clear()
        self._counted[key] = (began, made)
        return made

    async def _count(self, who: Person, asked: MapQuery) -> Row:
        now = self._clock.now()
        groups = await self._groups(who, asked, now)
        kind = await self._kind(who, asked, sum(group["boxes"] for group in groups))
        if kind == "box":
            cells = await self._boxes(who, asked)
        else:
            by = groups if kind == "reseller" else await self._by_tenant(who, asked, now)
            cells = await self._cells(who, asked, kind, by)
        health: Counter[str] = Counter()
        licences: Counter[str] = Counter()
        for group in groups:
            health.update(_health(group))
            licences.update(_licences(group))
        return {
            "total": sum(group["boxes"] for group in groups),
            "health": {**dict.fromkeys(HEALTH, 0), **health},
            "versions": _listed(_counts(groups, "version"), "version"),
            "whatsapp": _listed(_counts(groups, "whatsapp"), "state"),
            "licences": _listed(licences, "state"),
            "models": _listed(_counts(groups, "model"), "model"),
            "alerts": await self._alerts(who, asked),
            "cells": cells[:MOST_CELLS],
            "cells_left_out": max(0, len(cells) - MOST_CELLS),
            "at": now,
        }

    async def _groups(self, who: Person, asked: MapQuery, now: datetime) -> list[Row]:
        where = Where(who, asked, now)
        n = len(where.values)
        return await self._store.query(
            who.scope,
            "SELECT reseller_id AS cell, reseller_id, status, condition, whatsapp, version, model, "
            f"count(*) AS boxes, count(seen_at) AS seen, {_sum('seen_at', n + 1)} AS silent, "
            f"count(licence_ends_at) AS licensed, {_sum('licence_ends_at', n + 2)} AS expired, "
            f"{_sum('licence_ends_at', n + 3)} AS ending FROM devices WHERE {where.text} "
            "GROUP BY reseller_id, status, condition, whatsapp, version, model",
            *where.values,
            now - SILENT_AFTER,
            now,
            now + LICENCE_ENDS_WITHIN,
        )

    async def _by_tenant(self, who: Person, asked: MapQuery, now: datetime) -> list[Row]:
        where = Where(who, asked, now)
        return await self._store.query(
            who.scope,
            "SELECT reseller_id, tenant_id AS cell, status, condition, count(*) AS boxes, "
            f"count(seen_at) AS seen, {_sum('seen_at', len(where.values) + 1)} AS silent "
            f"FROM devices WHERE {where.text} "
            "GROUP BY reseller_id, tenant_id, status, condition",
            *where.values,
            now - SILENT_AFTER,
        )

    async def _kind(self, who: Person, asked: MapQuery, total: int) -> str:
        """Return what a cell stands for: the finest kind that fits."""
        if asked.cells or total <= MOST_CELLS:
            return asked.cells or "box"
        reseller = who.reseller_id or asked.reseller_id
        counted = await self._store.query(
            who.scope,
            "SELECT count(*) AS found FROM tenants WHERE ($1 = '' OR reseller_id = $1)",
            reseller,
        )
        return "tenant" if counted[0]["found"] <= MOST_CELLS else "reseller"

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

    async def _cells(self, who: Person, asked: MapQuery, kind: str, rows: list[Row]) -> list[Row]:
        grid: dict[str, Counter[str]] = {}
        sold_by: dict[str, str] = {}
        for row in rows:
            grid.setdefault(row["cell"], Counter()).update(_health(row))
            sold_by[row["cell"]] = row["reseller_id"]
        owner = "id" if kind == "reseller" else "reseller_id"
        names = await self._store.query(
            who.scope,
            f"SELECT id, name FROM {kind}s WHERE $1 = '' OR {owner} = $1",
            who.reseller_id or asked.reseller_id,
        )
        named = {row["id"]: row["name"] for row in names}
        cells = [
            _cell(id_, named.get(id_, id_), sold_by[id_], counts) for id_, counts in grid.items()
        ]
        return sorted(cells, key=_badness)

    async def _boxes(self, who: Person, asked: MapQuery) -> list[Row]:
        """Return a cell per box; there are few, or some are left out."""
        whose = {"reseller_id": asked.reseller_id, "tenant_id": asked.tenant_id}
        query = FleetPage.model_validate({**whose, "limit": 500})
        cells: list[Row] = []
        while len(cells) <= 2 * MOST_CELLS:
            found, cursor = await self._listing.rows(who, query)
            cells += [
                _cell(
                    row["id"],
                    row["label"] or row["tenant"],
                    row["reseller_id"],
                    Counter([row["health"]]),
                )
                for row in found
            ]
            if cursor is None:
                break
            query = query.model_copy(update={"cursor": cursor})
        return sorted(cells, key=_badness)


def _sum(column: str, number: int) -> str:
    """Return the number of boxes whose column lies before a value."""
    return f"sum(CASE WHEN {column} < ${number} THEN 1 ELSE 0 END)"


def _health(group: Row) -> Counter[str]:
    if group["status"] != "active":
        return Counter(revoked=group["boxes"])
    never, silent = group["boxes"] - group["seen"], group["silent"]
    return Counter({"never": never, "silent": silent, group["condition"]: group["seen"] - silent})


def _licences(group: Row) -> Counter[str]:
    return Counter(
        none=group["boxes"] - group["licensed"],
        expired=group["expired"],
        ending=group["ending"] - group["expired"],
        active=group["licensed"] - group["ending"],
    )


def _counts(rows: Iterable[Row], column: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row[column]] += row["boxes"]
    return counts


def _listed(counts: Counter[str], name: str) -> list[Row]:
    return [{name: value, "count": count} for value, count in counts.most_common(100) if count]


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
