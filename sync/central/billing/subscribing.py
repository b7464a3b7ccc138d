"""Who has which plan since when: rows are added, and the last one is what holds."""

from datetime import date
from typing import Any

from uuid_utils import uuid7

from sync.central.access import Person
from sync.central.billing.book import Move, Plan, segments
from sync.central.billing.charging import Usage, lines
from sync.central.billing.models import Cancel, Subscribe, SubscriptionPage
from sync.central.billing.money import Month
from sync.central.billing.prices import Prices, today
from sync.central.clock import Clock
from sync.central.office import Office
from sync.central.routing import Row, page, shown
from sync.central.store import PLATFORM, Store, folded
from sync.protocol.problems import SyncError

LATEST = (
    "SELECT m.tenant_id, t.name AS tenant, m.reseller_id, m.on_day, m.kind, m.plan_id, "
    "(SELECT l.plan_id FROM subscription_moves l WHERE l.tenant_id = m.tenant_id "
    "AND l.plan_id <> '' ORDER BY l.seq DESC LIMIT 1) AS last_plan "
    "FROM subscription_moves m JOIN tenants t ON t.id = m.tenant_id "
    "WHERE m.seq = (SELECT max(l.seq) FROM subscription_moves l WHERE l.tenant_id = m.tenant_id)"
)


class Subscriptions:
    """Subscriptions of tenants, within what a person may see."""

    def __init__(self, store: Store, clock: Clock, office: Office, prices: Prices) -> None:
        self._store, self._clock = store, clock
        self._office, self._prices = office, prices

    async def page(self, who: Person, asked: SubscriptionPage) -> Row:
        """List tenants that have or had a plan, by id."""
        where, values = [LATEST], []

        def add(condition: str, value: Any) -> None:
            values.append(value)
            where.append(condition.format(f"${len(values)}"))

        add("m.tenant_id > {}", asked.cursor)
        for reseller in {who.reseller_id, asked.reseller_id} - {""}:
            add("m.reseller_id = {}", reseller)
        if asked.plan_id:
            add("m.plan_id = {}", asked.plan_id)
        if asked.state:
            where.append("m.plan_id <> ''" if asked.state == "active" else "m.plan_id = ''")
        if asked.q:
            text = folded(asked.q).replace("!", "!!").replace("%", "!%").replace("_", "!_")
            add("t.folded LIKE {} ESCAPE '!'", f"%{text}%")
        rows = await self._store.query(
            who.scope,
            f"{' AND '.join(where)} ORDER BY m.tenant_id LIMIT {asked.limit + 1}",
            *values,
        )
        book = await self._prices.book(who.reseller_id or asked.reseller_id)
        found = [self._shown(row, book) for row in rows[: asked.limit]]
        return page(found, found[-1]["tenant_id"] if len(rows) > asked.limit else None)

    async def one(self, who: Person, tenant_id: str) -> Row:
        """Return a tenant's subscription and every step that led to it."""
        tenant = await self._office.tenant(who, tenant_id)
        book = await self._prices.book(tenant["reseller_id"])
        rows = await self._store.query(who.scope, f"{LATEST} AND m.tenant_id = $1", tenant_id)
        steps = await self._store.query(
            who.scope,
            "SELECT id, on_day, kind, plan_id, reason, actor, created_at FROM subscription_moves "
            "WHERE tenant_id = $1 ORDER BY seq",
            tenant_id,
        )
        base = self._shown(rows[0], book) if rows else _none(tenant)
        return {**base, "moves": _steps(steps, book)}

    async def subscribe(self, who: Person, tenant_id: str, asked: Subscribe) -> Row:
        """Start a plan, or change to another."""
        who.must(write=True)
        day, kind, _ = await self._judged(who, tenant_id, asked)
        await self._append(
            who, tenant_id, day, kind=kind, plan_id=asked.plan_id, reason=asked.reason
        )
        return await self.one(who, tenant_id)

    async def cancel(self, who: Person, tenant_id: str, asked: Cancel) -> Row:
        """End a subscription on a day."""
        who.must(write=True)
        tenant = await self._office.tenant(who, tenant_id)
        now = await self.one(who, tenant_id)
        if now["state"] != "active":
            raise SyncError(code="not_subscribed", tenant=tenant_id)
        day = await self._day(tenant, asked.on, now)
        await self._append(who, tenant_id, day, kind="cancel", plan_id="", reason=asked.reason)
        return await self.one(who, tenant_id)

    async def quote(self, who: Person, tenant_id: str, asked: Subscribe) -> Row:
        """Say what a change would be, and do nothing."""
        day, kind, (before, after) = await self._judged(who, tenant_id, asked)
        tenant = await self._office.tenant(who, tenant_id)
        book = await self._prices.book(tenant["reseller_id"])
        moves = await self._prices.moves("", tenant_id)
        month = Month(day.year, day.month)
        was = lines(segments(moves, book), Usage(month, {}), wholesale=None)
        planned = [*moves, Move(tenant_id, tenant["reseller_id"], day, asked.plan_id)]
        then = lines(segments(planned, book), Usage(month, {}), wholesale=None)
        credit = _sum(then, "credit") - _sum(was, "credit")
        return {
            "kind": kind,
            "mrr_centavos": after,
            "previous_mrr_centavos": before,
            "credit_centavos": credit,
            "charge_centavos": _sum(then, "base") - _sum(was, "base") + credit,
        }

    async def _judged(
        self, who: Person, tenant_id: str, asked: Subscribe
    ) -> tuple[date, str, tuple[int, int]]:
        tenant = await self._office.tenant(who, tenant_id)
        now = await self.one(who, tenant_id)
        book = await self._prices.book(tenant["reseller_id"])
        plan, row = book.get(asked.plan_id), await self._retail(tenant, asked.plan_id)
        if plan is None or row is None:
            raise SyncError(code="not_found", kind="plan", id=asked.plan_id)
        if row["archived"]:
            raise SyncError(code="plan_archived", plan=row["name"])
        day = await self._day(tenant, asked.on, now)
        version = plan.at(day)
        if version is None:
            raise SyncError(code="no_price", plan=row["name"], day=day.isoformat())
        if now["state"] == "active" and now["plan_id"] == asked.plan_id:
            raise SyncError(code="already_subscribed", tenant=tenant_id, plan=row["name"])
        old = book.get(now["plan_id"] or "")
        if now["currency"] and now["currency"] != version.currency:
            raise SyncError(code="currency_differs", currency=now["currency"])
        before = _worth(old, day) if now["state"] == "active" else 0
        return day, _kind(now, before, version.monthly), (before, version.monthly)

    async def _retail(self, tenant: Row, plan_id: str) -> Row | None:
        rows = await self._store.query(
            PLATFORM,
            "SELECT name, archived FROM plans WHERE id = $1 AND tier = 'retail' "
            "AND reseller_id = $2",
            plan_id,
            tenant["reseller_id"],
        )
        return rows[0] if rows else None

    async def _day(self, tenant: Row, asked: date | None, now: Row) -> date:
        """Return the day of a change: after the latest one, and in no invoiced month."""
        zone = await self._prices.zone(tenant["reseller_id"])
        day = asked or today(self._clock, zone)
        latest = max((step["on"] for step in now["moves"]), default="")
        if day.isoformat() < latest:
            raise SyncError(code="day_before", day=day.isoformat(), latest=latest)
        rows = await self._store.query(
            PLATFORM,
            "SELECT max(period) AS period FROM tenant_invoices WHERE tenant_id = $1",
            tenant["id"],
        )
        if rows[0]["period"]:
            first = Month.of(rows[0]["period"]).next.first
            if day < first:
                raise SyncError(code="day_invoiced", day=day.isoformat(), first=first.isoformat())
        return day

    async def _append(
        self, who: Person, tenant_id: str, day: date, *, kind: str, plan_id: str, reason: str
    ) -> None:
        await self._store.query(
            who.scope,
            "INSERT INTO subscription_moves (tenant_id, seq, id, reseller_id, on_day, kind, "
            "plan_id, reason, actor, created_at) SELECT t.id, (SELECT coalesce(max(m.seq), 0) + 1 "
            "FROM subscription_moves m WHERE m.tenant_id = t.id), $2, t.reseller_id, $3, $4, $5, "
            "$6, $7, $8 FROM tenants t WHERE t.id = $1",
            tenant_id,
            str(uuid7()),
            day.isoformat(),
            kind,
            plan_id,
            reason,
            who.name,
            self._clock.now(),
        )
        await self._office.note(who, f"subscription.{kind}", tenant_id)

    def _shown(self, row: Row, book: dict[str, Plan]) -> Row:
        plan = book.get(row["plan_id"] or row["last_plan"])
        day = max(today(self._clock, "America/Sao_Paulo"), date.fromisoformat(row["on_day"]))
        active = row["plan_id"] != ""
        version = None if plan is None else plan.at(day)
        cost = book.get(plan.wholesale_id) if plan is not None else None
        return {
            "tenant_id": row["tenant_id"],
            "tenant": row["tenant"],
            "reseller_id": row["reseller_id"],
            "state": "active" if active else "cancelled",
            "plan_id": None if plan is None else plan.id,
            "plan": None if plan is None else plan.name,
            "since": row["on_day"],
            "ends_on": None if active else row["on_day"],
            "mrr_centavos": version.monthly if active and version else 0,
            "cost_centavos": _worth(cost, day) if active else 0,
            "currency": version.currency if version else None,
        }


def _none(tenant: Row) -> Row:
    return {
        "tenant_id": tenant["id"],
        "tenant": tenant["name"],
        "reseller_id": tenant["reseller_id"],
        "state": "none",
        "plan_id": None,
        "plan": None,
        "since": None,
        "ends_on": None,
        "mrr_centavos": 0,
        "cost_centavos": 0,
        "currency": None,
    }


def _steps(rows: list[Row], book: dict[str, Plan]) -> list[Row]:
    found, before = [], 0
    for row in rows:
        plan, day = book.get(row["plan_id"]), date.fromisoformat(row["on_day"])
        after = _worth(plan, day)
        step = {name: value for name, value in row.items() if name != "on_day"}
        found.append(
            shown(
                {
                    **step,
                    "on": row["on_day"],
                    "plan": None if plan is None else plan.name,
                    "mrr_centavos": after,
                    "previous_mrr_centavos": before,
                }
            )
        )
        before = after
    return found


def _worth(plan: Plan | None, day: date) -> int:
    version = None if plan is None else plan.at(day)
    return 0 if version is None else version.monthly


def _kind(now: Row, before: int, after: int) -> str:
    if now["state"] == "none":
        return "start"
    if now["state"] == "cancelled":
        return "resume"
    if after == before:
        return "change"
    return "upgrade" if after > before else "downgrade"


def _sum(found: list[Row], kind: str) -> int:
    return sum(line["totalCentavos"] for line in found if line["kind"] == kind)
