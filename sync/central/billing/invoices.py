"""Monthly invoices to tenants: what a month of usage costs them, and what it costs their reseller.

A month is closed before it is summed. What arrives later becomes an adjustment with its time, and
goes into the next invoice: each adjustment lies in exactly one, because an invoice takes those
made after the last one's edge, up to a few minutes before now (a batch on its way is not missed).
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import structlog
from uuid_utils import uuid7

from sync.central.access import Person
from sync.central.billing.book import Plan, Segment, segments
from sync.central.billing.charging import Late, Usage, billed_by, lines
from sync.central.billing.models import InvoicePage
from sync.central.billing.money import Month
from sync.central.billing.prices import Prices
from sync.central.clock import Clock
from sync.central.office import Office
from sync.central.routing import Row, page
from sync.central.store import PLATFORM, Store
from sync.protocol.events import stamp
from sync.protocol.problems import SyncError

log = structlog.get_logger(__name__)

SETTLED = timedelta(minutes=10)
DUE_AFTER = timedelta(days=3)
LISTED = (
    "SELECT i.id, i.number, i.tenant_id, t.name AS tenant, i.reseller_id, i.period, i.currency, "
    "i.total_centavos, i.cost_centavos, i.total_centavos - i.cost_centavos AS margin_centavos, "
    "i.issued_at FROM tenant_invoices i JOIN tenants t ON t.id = i.tenant_id"
)
SYSTEM = Person("", "control plane", "platform", "")


class Invoices:
    """Issues and shows invoices, within what a person may see."""

    def __init__(self, store: Store, clock: Clock, office: Office, prices: Prices) -> None:
        self._store, self._clock = store, clock
        self._office, self._prices = office, prices

    async def page(self, who: Person, asked: InvoicePage) -> Row:
        """List invoices, the newest month first."""
        rows, cursor = await self.rows(who, asked)
        return page(rows, cursor)

    async def rows(self, who: Person, asked: InvoicePage) -> tuple[list[Row], str | None]:
        """Return invoices and where the list goes on."""
        where: list[str] = ["1 = 1"]
        values: list[Any] = []

        def add(condition: str, *found: Any) -> None:
            marks = [f"${len(values) + n}" for n in range(1, len(found) + 1)]
            values.extend(found)
            where.append(condition.format(*marks))

        for reseller in {who.reseller_id, asked.reseller_id} - {""}:
            add("i.reseller_id = {}", reseller)
        if asked.period:
            add("i.period = {}", asked.period)
        if asked.tenant_id:
            add("i.tenant_id = {}", asked.tenant_id)
        if asked.cursor:
            period, _, tenant = asked.cursor.partition("_")
            add("(i.period < {} OR (i.period = {} AND i.tenant_id > {}))", period, period, tenant)
        found = await self._store.query(
            who.scope,
            f"{LISTED} WHERE {' AND '.join(where)} ORDER BY i.period DESC, i.tenant_id "
            f"LIMIT {asked.limit + 1}",
            *values,
        )
        rows = found[: asked.limit]
        more = len(found) > asked.limit
        return rows, f"{rows[-1]['period']}_{rows[-1]['tenant_id']}" if more else None

    async def show(self, who: Person, tenant_id: str, period: str) -> Row:
        """Return an invoice with its lines."""
        await self._office.tenant(who, tenant_id)
        found = await self._issued(tenant_id, period)
        if found is None:
            raise SyncError(code="not_found", kind="invoice", id=period)
        return found

    async def preview(self, who: Person, tenant_id: str, period: str) -> Row:
        """Return what a month's invoice would be with what is here now; nothing is closed."""
        tenant = await self._office.tenant(who, tenant_id)
        issued = await self._issued(tenant_id, period)
        if issued is not None:
            return issued
        return {**(await self._compute(tenant, Month.of(period)))[0], "number": None}

    async def issue(self, who: Person, tenant_id: str, period: str) -> Row:
        """Issue a month's invoice; a month that has one keeps it."""
        who.must(write=True)
        tenant = await self._office.tenant(who, tenant_id)
        issued = await self._issued(tenant_id, period)
        if issued is not None:
            return issued
        month = Month.of(period)
        _, end = month.span(await self._prices.zone(tenant["reseller_id"]))
        if self._clock.now() < end:
            raise SyncError(code="period_open", period=period)
        later = await self._store.query(
            PLATFORM,
            "SELECT min(period) AS period FROM tenant_invoices WHERE tenant_id = $1 "
            "AND period > $2",
            tenant_id,
            period,
        )
        if later[0]["period"]:
            raise SyncError(code="period_closed", period=period, later=later[0]["period"])
        await self._store.close_periods(tenant_id, end)
        document, until = await self._compute(tenant, month)
        await self._keep(who, tenant, document, until)
        await self._office.note(who, "tenant_invoice.issue", f"{tenant_id}/{period}")
        kept = await self._issued(tenant_id, period)
        return document if kept is None else kept

    async def run(self, who: Person, period: str, reseller_id: str) -> Row:
        """Issue a month of every tenant that had a plan in it."""
        who.must(write=True)
        month = Month.of(period)
        reseller = who.reseller_id or reseller_id
        if who.reseller_id and reseller_id not in {"", who.reseller_id}:
            raise SyncError(code="not_found", kind="reseller", id=reseller_id)
        issued, skipped, failed = 0, 0, []
        for tenant_id in await self._due(reseller, month):
            if await self._issued(tenant_id, period) is not None:
                skipped += 1
                continue
            try:
                await self.issue(who, tenant_id, period)
            except SyncError as error:
                failed.append(
                    {"tenantId": tenant_id, "code": error.code, "detail": error.text("pt-BR")}
                )
            else:
                issued += 1
        return {"issued": issued, "skipped": skipped, "failed": failed[:100]}

    async def run_due(self) -> None:
        """Issue last month by itself, once it is days past."""
        day = (self._clock.now() - DUE_AFTER).astimezone(ZoneInfo("America/Sao_Paulo")).date()
        last = day.replace(day=1) - timedelta(days=1)
        done = await self.run(SYSTEM, str(Month(last.year, last.month)), "")
        if done["issued"] or done["failed"]:
            log.info("tenant_invoices_issued", issued=done["issued"], failed=len(done["failed"]))

    async def _due(self, reseller: str, month: Month) -> list[str]:
        rows = await self._store.query(
            PLATFORM,
            "SELECT DISTINCT m.tenant_id FROM subscription_moves m WHERE ($1 = '' OR "
            "m.reseller_id = $1) AND m.on_day < $2 AND m.plan_id <> '' AND NOT EXISTS "
            "(SELECT 1 FROM subscription_moves c WHERE c.tenant_id = m.tenant_id "
            "AND c.seq > m.seq AND c.plan_id = '' AND c.on_day <= $3 AND NOT EXISTS "
            "(SELECT 1 FROM subscription_moves r WHERE r.tenant_id = c.tenant_id "
            "AND r.seq > c.seq AND r.on_day < $2)) ORDER BY m.tenant_id",
            reseller,
            month.next.first.isoformat(),
            month.first.isoformat(),
        )
        return [row["tenant_id"] for row in rows]

    # -- one invoice

    async def _compute(self, tenant: Row, month: Month) -> tuple[Row, datetime]:
        zone = await self._prices.zone(tenant["reseller_id"])
        start, end = month.span(zone)
        book = await self._prices.book(tenant["reseller_id"])
        moves = await self._prices.moves("", tenant["id"])
        parts = segments(moves, book)
        before, since = await self._earlier(tenant["id"])
        until = max(since, self._clock.now() - SETTLED)
        sums = await self._sums(tenant["id"], start, end)
        late = await self._late(tenant["id"], since, until, zone)
        usages = (
            Usage(month, sums, late, billed_by(before, "lines")),
            Usage(month, sums, late, billed_by(before, "cost")),
        )
        document = _document(tenant, zone, parts, book, usages)
        document["issuedAt"] = self._clock.now()
        return document, until

    async def _earlier(self, tenant_id: str) -> tuple[list[Row], datetime]:
        rows = await self._store.query(
            PLATFORM,
            "SELECT document, late_until_at FROM tenant_invoices WHERE tenant_id = $1 "
            "ORDER BY period",
            tenant_id,
        )
        start = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))
        since = max((row["late_until_at"] for row in rows), default=start)
        return [orjson.loads(row["document"]) for row in rows], since

    async def _sums(self, tenant_id: str, start: datetime, end: datetime) -> Counter[str]:
        rows = await self._store.query(
            PLATFORM,
            "SELECT meter, CAST(sum(quantity) AS BIGINT) AS quantity FROM usage_hours "
            "WHERE tenant_id = $1 AND hour >= $2 AND hour < $3 GROUP BY meter",
            tenant_id,
            start,
            end,
            tenant=tenant_id,
        )
        return Counter({row["meter"]: row["quantity"] for row in rows})

    async def _late(
        self, tenant_id: str, since: datetime, until: datetime, zone: str
    ) -> list[Late]:
        rows = await self._store.query(
            PLATFORM,
            "SELECT hour, meter, CAST(sum(quantity) AS BIGINT) AS quantity, made_at "
            "FROM adjustments WHERE tenant_id = $1 AND made_at > $2 AND made_at <= $3 "
            "GROUP BY hour, meter, made_at ORDER BY hour, meter, made_at",
            tenant_id,
            since,
            until,
            tenant=tenant_id,
        )
        info = ZoneInfo(zone)
        return [
            Late(
                stamp(row["hour"]),
                row["hour"].astimezone(info).strftime("%Y-%m"),
                row["meter"],
                row["quantity"],
                stamp(row["made_at"]),
            )
            for row in rows
        ]

    async def _issued(self, tenant_id: str, period: str) -> Row | None:
        rows = await self._store.query(
            PLATFORM,
            "SELECT id, number, document, issued_at FROM tenant_invoices WHERE tenant_id = $1 "
            "AND period = $2",
            tenant_id,
            period,
        )
        if not rows:
            return None
        document = orjson.loads(rows[0]["document"])
        head = {"id": rows[0]["id"], "number": rows[0]["number"]}
        return {**document, **head, "issuedAt": rows[0]["issued_at"]}

    async def _keep(self, who: Person, tenant: Row, document: Row, until: datetime) -> None:
        id_, now = str(uuid7()), self._clock.now()
        number = f"{document['period'].replace('-', '')}-{tenant['id']}"
        await self._store.query(
            who.scope,
            "INSERT INTO tenant_invoices (tenant_id, period, id, reseller_id, number, currency, "
            "total_centavos, cost_centavos, document, late_until_at, issued_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
            tenant["id"],
            document["period"],
            id_,
            tenant["reseller_id"],
            number,
            document["currency"],
            document["totalCentavos"],
            document["cost"]["totalCentavos"],
            orjson.dumps(document).decode(),
            until,
            now,
        )


def _document(
    tenant: Row, zone: str, parts: list[Segment], book: dict[str, Plan], usages: tuple[Usage, Usage]
) -> Row:
    month = usages[0].month
    retail = lines(parts, usages[0], wholesale=None)
    cost = lines(parts, usages[1], wholesale=book)
    total = sum(line["totalCentavos"] for line in retail)
    spent = sum(line["totalCentavos"] for line in cost)
    return {
        "id": None,
        "tenantId": tenant["id"],
        "resellerId": tenant["reseller_id"],
        "period": str(month),
        "zone": zone,
        "currency": _currency(parts, month.next.first),
        "lines": retail,
        "totalCentavos": total,
        "cost": {"lines": cost, "totalCentavos": spent},
        "marginCentavos": total - spent,
    }


def _currency(parts: list[Segment], day: date) -> str:
    for part in reversed(parts):
        version = part.plan.at(max(part.begins, min(day, part.ends or day)))
        if version is not None:
            return version.currency
    return "BRL"
