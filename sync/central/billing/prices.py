"""The price book: plans of two tiers, and prices by day, which are added and never changed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from uuid_utils import uuid7

from sync.central.access import Person
from sync.central.billing.book import Move, Plan, Version
from sync.central.billing.models import NewPlan, NewVersion, PlanChange, PlanPage
from sync.central.clock import Clock
from sync.central.office import Office
from sync.central.routing import Row, page, shown
from sync.central.store import PLATFORM, Store
from sync.protocol.invoice import Price
from sync.protocol.messages import malformed
from sync.protocol.problems import SyncError

ZONE = "America/Sao_Paulo"
LEVEL = "($1 = '' OR p.reseller_id = $1 OR (p.reseller_id = '' AND p.tier = 'wholesale'))"
PLANS = (
    "SELECT p.id, p.tier, p.reseller_id, p.name, p.description, p.wholesale_plan_id, p.archived, "
    f"p.created_at FROM plans p WHERE {LEVEL}"
)


class Prices:
    """Plans and versions, within what a person may see."""

    def __init__(self, store: Store, clock: Clock, office: Office) -> None:
        self._store, self._clock, self._office = store, clock, office

    # -- people

    async def page(self, who: Person, asked: PlanPage) -> Row:
        """List plans with their price of today."""
        where, values = [PLANS, "p.id > $2", "p.archived = $3"], [asked.cursor, int(asked.archived)]
        for column, value in (("tier", asked.tier), ("reseller_id", asked.reseller_id)):
            if value:
                values.append(value)
                where.append(f"p.{column} = ${len(values) + 1}")
        rows = await self._store.query(
            who.scope,
            f"{' AND '.join(where)} ORDER BY p.id LIMIT {asked.limit + 1}",
            who.reseller_id,
            *values,
        )
        plans = [await self._shown(who, row) for row in rows[: asked.limit]]
        return page(plans, plans[-1]["id"] if len(rows) > asked.limit else None)

    async def one(self, who: Person, id_: str) -> Row:
        """Return a plan with all its prices, the newest first."""
        plan = await self._shown(who, await self._row(who, id_))
        versions = await self._versions(who, [id_])
        return {**plan, "versions": [shown(row) for row in reversed(versions.get(id_, []))]}

    async def add(self, who: Person, asked: NewPlan) -> Row:
        """Add a plan; wholesale plans are the platform's to make."""
        who.must(write=True, platform=asked.tier == "wholesale")
        owner = who.reseller_id or asked.reseller_id
        if asked.tier == "retail" and not owner:
            raise malformed(field="resellerId", problem="is needed for a retail plan")
        if owner and owner not in {row["id"] for row in await self._office.resellers(who)}:
            raise SyncError(code="not_found", kind="reseller", id=owner)
        await self._check_wholesale(who, asked.tier, owner, asked.wholesale_plan_id)
        id_, now = str(uuid7()), self._clock.now()
        await self._store.batch(
            who.scope,
            [
                (
                    (
                        "INSERT INTO plans (id, reseller_id, tier, name, description, "
                        "wholesale_plan_id, archived, created_at) "
                        "VALUES ($1, $2, $3, $4, $5, $6, 0, $7)"
                    ),
                    (
                        id_,
                        owner,
                        asked.tier,
                        asked.name,
                        asked.description,
                        asked.wholesale_plan_id,
                        now,
                    ),
                ),
                _version_row(id_, owner, asked.version, now),
            ],
        )
        await self._office.note(who, "plan.add", id_)
        return await self.one(who, id_)

    async def add_version(self, who: Person, id_: str, asked: NewVersion) -> Row:
        """Add a price from a day on: not in the past, and after the latest one."""
        plan = await self._own(who, id_)
        known = (await self._versions(who, [id_])).get(id_, [])
        latest = max((row["effective_from"] for row in known), default="")
        day = asked.effective_from.isoformat()
        if day <= latest or asked.effective_from < today(self._clock, ZONE):
            raise malformed(
                field="effectiveFrom", problem=f"must be today or later, and after {latest}"
            )
        if known and known[-1]["currency"] != asked.currency:
            raise SyncError(code="currency_differs", currency=known[-1]["currency"])
        await self._store.batch(
            who.scope, [_version_row(id_, plan["reseller_id"], asked, self._clock.now())]
        )
        await self._office.note(who, "plan.price", f"{id_}/{day}")
        return await self.one(who, id_)

    async def change(self, who: Person, id_: str, asked: PlanChange) -> Row:
        """Rename, archive, or name the wholesale plan."""
        plan = await self._own(who, id_)
        changes = asked.model_dump(exclude_none=True)
        if "wholesale_plan_id" in changes:
            target = changes["wholesale_plan_id"]
            await self._check_wholesale(who, plan["tier"], plan["reseller_id"], target)
        if "archived" in changes:
            changes["archived"] = int(changes["archived"])
        if changes:
            sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(changes, start=2))
            await self._store.query(
                who.scope, f"UPDATE plans SET {sets} WHERE id = $1", id_, *changes.values()
            )
            await self._office.note(who, "plan.change", id_)
        return await self.one(who, id_)

    async def _own(self, who: Person, id_: str) -> Row:
        who.must(write=True)
        plan = await self._row(who, id_)
        if who.reseller_id and plan["reseller_id"] != who.reseller_id:
            raise SyncError(code="forbidden")  # the platform's prices are seen, not changed
        return plan

    async def _row(self, who: Person, id_: str) -> Row:
        rows = await self._store.query(who.scope, f"{PLANS} AND p.id = $2", who.reseller_id, id_)
        if not rows or (who.reseller_id and rows[0]["reseller_id"] not in {"", who.reseller_id}):
            raise SyncError(code="not_found", kind="plan", id=id_)
        return rows[0]

    async def _check_wholesale(self, who: Person, tier: str, owner: str, id_: str) -> None:
        if not id_:
            return
        plan = await self._row(who, id_)
        if tier != "retail" or plan["tier"] != "wholesale":
            raise malformed(field="wholesalePlanId", problem="names no wholesale plan")
        if plan["reseller_id"] not in {"", owner}:
            raise SyncError(code="not_found", kind="plan", id=id_)

    async def _shown(self, who: Person, row: Row) -> Row:
        versions = (await self._versions(who, [row["id"]])).get(row["id"], [])
        day = today(self._clock, ZONE).isoformat()
        current = [version for version in versions if version["effective_from"] <= day]
        counted = await self._store.query(
            who.scope,
            "SELECT count(*) AS found FROM subscription_moves m WHERE m.plan_id = $1 "
            "AND ($2 = '' OR m.reseller_id = $2) AND m.seq = (SELECT max(l.seq) "
            "FROM subscription_moves l WHERE l.tenant_id = m.tenant_id)",
            row["id"],
            who.reseller_id,
        )
        return {
            **row,
            "archived": bool(row["archived"]),
            "current": shown(current[-1]) if current else None,
            "subscribers": counted[0]["found"],
        }

    async def _versions(self, who: Person, ids: Iterable[str]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for id_ in ids:
            rows = await self._store.query(
                who.scope,
                "SELECT effective_from, currency, period_months, base_centavos, meters, "
                "created_at FROM plan_versions WHERE plan_id = $1 ORDER BY effective_from",
                id_,
            )
            found[id_] = [{**row, "meters": _meters_shown(row["meters"])} for row in rows]
        return found

    # -- the pure part's input

    async def book(self, reseller: str) -> dict[str, Plan]:
        """Return every plan that a reseller's tenants may have or cost; all, for the platform."""
        plans = await self._store.query(
            PLATFORM,
            "SELECT id, name, wholesale_plan_id FROM plans "
            "WHERE $1 = '' OR reseller_id IN ('', $1)",
            reseller,
        )
        versions = await self._store.query(
            PLATFORM,
            "SELECT plan_id, effective_from, currency, period_months, base_centavos, meters "
            "FROM plan_versions WHERE $1 = '' OR reseller_id IN ('', $1) "
            "ORDER BY plan_id, effective_from",
            reseller,
        )
        by_plan: dict[str, list[Version]] = {}
        for row in versions:
            by_plan.setdefault(row["plan_id"], []).append(_version(row))
        return {
            row["id"]: Plan(
                row["id"], row["name"], row["wholesale_plan_id"], by_plan.get(row["id"], [])
            )
            for row in plans
        }

    async def moves(self, reseller: str, tenant: str = "") -> list[Move]:
        """Return what was subscribed, in order."""
        rows = await self._store.query(
            PLATFORM,
            "SELECT tenant_id, reseller_id, on_day, plan_id FROM subscription_moves "
            "WHERE ($1 = '' OR reseller_id = $1) AND ($2 = '' OR tenant_id = $2) "
            "ORDER BY tenant_id, seq",
            reseller,
            tenant,
        )
        return [
            Move(
                row["tenant_id"],
                row["reseller_id"],
                date.fromisoformat(row["on_day"]),
                row["plan_id"],
            )
            for row in rows
        ]

    async def zone(self, reseller: str) -> str:
        """Return the zone that a reseller's months and days are reckoned in."""
        rows = await self._store.query(
            PLATFORM, "SELECT zone FROM reseller_settings WHERE reseller_id = $1", reseller
        )
        return str(rows[0]["zone"]) if rows else ZONE


def today(clock: Clock, zone: str) -> date:
    """Return the day it is in a zone."""
    return clock.now().astimezone(ZoneInfo(zone)).date()


def _version_row(
    id_: str, owner: str, asked: NewVersion, now: datetime
) -> tuple[str, tuple[Any, ...]]:
    meters = {
        meter: [price.included, price.per_thousand_centavos]
        for meter, price in sorted(asked.meters.items())
    }
    return (
        (
            "INSERT INTO plan_versions (plan_id, effective_from, reseller_id, currency, "
            "period_months, base_centavos, meters, created_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        (
            id_,
            asked.effective_from.isoformat(),
            owner,
            asked.currency,
            asked.period_months,
            asked.base_centavos,
            orjson.dumps(meters).decode(),
            now,
        ),
    )


def _meters_shown(text: str) -> Row:
    return {
        meter: {"included": included, "perThousandCentavos": price}
        for meter, (included, price) in orjson.loads(text).items()
    }


def _version(row: Row) -> Version:
    return Version(
        date.fromisoformat(row["effective_from"]),
        row["currency"],
        row["period_months"],
        row["base_centavos"],
        {
            meter: Price(included, price)
            for meter, (included, price) in orjson.loads(row["meters"]).items()
        },
    )
