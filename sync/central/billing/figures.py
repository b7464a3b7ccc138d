"""What the subscriptions and invoices come down to: MRR, churn, margin, and who could buy more."""

import asyncio
from typing import Any

import orjson

from sync.central.access import Person
from sync.central.billing.models import Tier, TierMonth, TierMonths
from sync.central.billing.money import Month, bps
from sync.central.billing.prices import Prices, today
from sync.central.billing.waterfall import Fall, Worth, falls
from sync.central.clock import Clock
from sync.central.routing import Row, shown
from sync.central.store import Store
from sync.protocol.problems import SyncError

SHARE_BPS = 8_000
CYCLES = 2
SLOW_MS = 30_000
TOPICS = 3
MOST_ROWS = 1_000


class Figures:
    """Figures of one reseller, or of all for the platform."""

    def __init__(self, store: Store, clock: Clock, prices: Prices) -> None:
        self._store, self._clock, self._prices = store, clock, prices

    async def mrr(self, who: Person, asked: TierMonths) -> Row:
        """Return the waterfall of each month."""
        months = [Month.of(asked.start)]
        while months[-1] < Month.of(asked.end):
            months.append(months[-1].next)
        found = await self._falls(who, asked, months)
        return {
            "currency": asked.currency,
            "tier": asked.tier,
            "months": [shown(dict(fall.row())) for fall in found],
        }

    async def movements(self, who: Person, asked: TierMonth) -> list[Row]:
        """Return who moved in a month, the largest first."""
        [fall] = await self._falls(who, asked, [Month.of(asked.period)])
        names = await self._names(who)
        changes = sorted(fall.changes, key=lambda one: (-one.amount, one.tenant_id))
        return [
            {
                "tenant_id": one.tenant_id,
                "tenant": names.get(one.tenant_id, one.tenant_id),
                "reseller_id": one.reseller_id,
                "kind": one.kind,
                "start_centavos": one.start,
                "end_centavos": one.end,
                "amount_centavos": one.amount,
            }
            for one in changes
            if asked.kind in {"", one.kind}
        ][:MOST_ROWS]

    async def summary(self, who: Person, asked: Tier) -> Row:
        """Return how things stand today, and the last whole month."""
        reseller = _reseller(who, asked.reseller_id)
        day = today(self._clock, "America/Sao_Paulo")
        month = Month(day.year, day.month)
        last = Month.of((month.first.replace(day=1)).isoformat())
        year, number = (month.year, month.number - 1) if month.number > 1 else (month.year - 1, 12)
        last = Month(year, number)
        [fall] = await self._falls(who, asked, [last])
        worth = [
            await self._worth(reseller, asked.currency, wholesale=way) for way in (False, True)
        ]
        tomorrow = day.fromordinal(day.toordinal() + 1)
        mrr, cost = (sum(one.at(tenant, tomorrow) for tenant in one.tenants) for one in worth)
        subscribed = sum(worth[0].at(tenant, tomorrow) > 0 for tenant in worth[0].tenants)
        counted = await self._store.query(
            who.scope,
            "SELECT (SELECT count(*) FROM tenants WHERE $1 = '' OR reseller_id = $1) AS tenants, "
            "(SELECT count(*) FROM devices WHERE ($1 = '' OR reseller_id = $1) "
            "AND status = 'active') AS boxes",
            reseller,
        )
        return {
            "mrr_centavos": mrr,
            "cost_centavos": cost,
            "tenants": counted[0]["tenants"],
            "boxes": counted[0]["boxes"],
            "subscribed": subscribed,
            "currency": asked.currency,
            "last_month": shown(dict(fall.row())),
        }

    async def margin(self, who: Person, asked: TierMonth) -> Row:
        """Return what each tenant's invoice of a month left over, the least first."""
        reseller = _reseller(who, asked.reseller_id)
        rows = await self._store.query(
            who.scope,
            "SELECT i.tenant_id, t.name AS tenant, i.reseller_id, i.total_centavos, "
            "i.cost_centavos FROM tenant_invoices i JOIN tenants t ON t.id = i.tenant_id "
            "WHERE ($1 = '' OR i.reseller_id = $1) AND i.period = $2 AND i.currency = $3",
            reseller,
            asked.period,
            asked.currency,
        )
        tenants = [
            shown(
                {
                    "tenant_id": row["tenant_id"],
                    "tenant": row["tenant"],
                    "reseller_id": row["reseller_id"],
                    **_margin(row["total_centavos"], row["cost_centavos"]),
                }
            )
            for row in rows
        ]
        tenants.sort(key=lambda row: (row["marginCentavos"], row["tenantId"]))
        retail = sum(row["total_centavos"] for row in rows)
        cost = sum(row["cost_centavos"] for row in rows)
        return {
            "period": asked.period,
            **_margin(retail, cost),
            "tenants": tenants[:MOST_ROWS],
        }

    async def upsell(self, who: Person, asked: Tier) -> list[Row]:
        """Return who could buy more, and what says so."""
        reseller = _reseller(who, asked.reseller_id)
        full = await self._full(who, reseller)
        busy = await self._busy(who, reseller)
        return [*full, *busy][:MOST_ROWS]

    async def _full(self, who: Person, reseller: str) -> list[Row]:
        """Find meters at 80 % of what is included, in the last two invoices of a tenant."""
        rows = await self._store.query(
            who.scope,
            "SELECT i.tenant_id, t.name AS tenant, i.reseller_id, i.period, i.document "
            "FROM tenant_invoices i JOIN tenants t ON t.id = i.tenant_id "
            "WHERE ($1 = '' OR i.reseller_id = $1) AND i.period >= $2 "
            "ORDER BY i.tenant_id, i.period DESC",
            reseller,
            self._since(),
        )
        plans = await self._prices.book(reseller)
        return await asyncio.to_thread(_entitlements, rows, {p.id: p.name for p in plans.values()})

    def _since(self) -> str:
        day = today(self._clock, "America/Sao_Paulo")
        number = day.year * 12 + day.month - 1 - (CYCLES + 1)
        return str(Month(number // 12, number % 12 + 1))

    async def _busy(self, who: Person, reseller: str) -> list[Row]:
        """Find boxes whose customers wait, or ask what nobody answers."""
        rows = await self._store.query(
            who.scope,
            "SELECT d.id AS device_id, d.tenant_id, t.name AS tenant, d.reseller_id, "
            "d.queue_p95_ms, d.unanswered, d.seen_at FROM devices d "
            "JOIN tenants t ON t.id = d.tenant_id WHERE ($1 = '' OR d.reseller_id = $1) "
            "AND d.status = 'active' AND (d.queue_p95_ms >= $2 OR d.unanswered >= $3) "
            f"ORDER BY d.tenant_id, d.id LIMIT {MOST_ROWS}",
            reseller,
            SLOW_MS,
            TOPICS,
        )
        found = []
        for row in rows:
            head = {name: row[name] for name in ("tenant_id", "tenant", "reseller_id", "device_id")}
            rest = {"meter": None, "plan_id": None, "plan": None}
            if (row["queue_p95_ms"] or 0) >= SLOW_MS:
                evidence = {"p95Ms": row["queue_p95_ms"], "limitMs": SLOW_MS, "at": row["seen_at"]}
                found.append({**head, "signal": "queue_wait", **rest, "evidence": evidence})
            if (row["unanswered"] or 0) >= TOPICS:
                topics = {"topics": row["unanswered"], "limit": TOPICS, "at": row["seen_at"]}
                found.append({**head, "signal": "unanswered", **rest, "evidence": topics})
        return found

    async def _falls(self, who: Person, asked: Tier, months: list[Month]) -> list[Fall]:
        reseller = _reseller(who, asked.reseller_id)
        worth = await self._worth(reseller, asked.currency, wholesale=asked.tier == "wholesale")
        return await asyncio.to_thread(falls, worth, months)

    async def _worth(self, reseller: str, currency: str, *, wholesale: bool) -> Worth:
        book = await self._prices.book(reseller)
        moves = await self._prices.moves(reseller)
        return Worth(moves, book, currency=currency, wholesale=wholesale)

    async def _names(self, who: Person) -> dict[str, str]:
        rows = await self._store.query(who.scope, "SELECT id, name FROM tenants")
        return {row["id"]: row["name"] for row in rows}


def _reseller(who: Person, asked: str) -> str:
    if who.reseller_id and asked not in {"", who.reseller_id}:
        raise SyncError(code="not_found", kind="reseller", id=asked)
    return who.reseller_id or asked


def _margin(retail: int, cost: int) -> Row:
    return {
        "retail_centavos": retail,
        "cost_centavos": cost,
        "margin_centavos": retail - cost,
        "margin_bps": bps(retail - cost, retail),
    }


def _entitlements(rows: list[Row], names: dict[str, str]) -> list[Row]:
    by_tenant: dict[str, list[Row]] = {}
    for row in rows:
        by_tenant.setdefault(row["tenant_id"], []).append(row)
    found = []
    for tenant, invoices in by_tenant.items():
        last = invoices[:CYCLES]
        if len(last) < CYCLES or not _in_a_row(last):
            continue
        used = [_used(orjson.loads(row["document"])) for row in last]
        for meter in sorted(set.intersection(*(set(one) for one in used))):
            cycles = [
                {"period": row["period"], "used": one[meter][0], "included": one[meter][1]}
                for row, one in zip(last, used, strict=True)
            ][::-1]
            shares = [bps(cycle["used"], cycle["included"]) or 0 for cycle in cycles]
            if min(shares) < SHARE_BPS:
                continue
            plan = _plan(orjson.loads(last[0]["document"]))
            found.append(
                {
                    "tenant_id": tenant,
                    "tenant": last[0]["tenant"],
                    "reseller_id": last[0]["reseller_id"],
                    "device_id": None,
                    "signal": "entitlement",
                    "meter": meter,
                    "plan_id": plan,
                    "plan": names.get(plan or ""),
                    "evidence": {
                        "cycles": [
                            {**cycle, "shareBps": share}
                            for cycle, share in zip(cycles, shares, strict=True)
                        ]
                    },
                }
            )
    return found


def _in_a_row(invoices: list[Row]) -> bool:
    newer, older = (Month.of(row["period"]) for row in invoices)
    return older.next == newer


def _used(document: Row) -> dict[str, tuple[int, int]]:
    return {
        line["code"]: (line["quantity"], line["included"])
        for line in document["lines"]
        if line["kind"] == "usage" and line["included"] > 0
    }


def _plan(document: Row) -> Any:
    codes = [line["code"] for line in document["lines"] if line["kind"] == "base"]
    return codes[-1] if codes else None
