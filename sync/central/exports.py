"""The office's lists as tables for a spreadsheet, page by page as they are read."""

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, model_validator

from sync.central.access import Person
from sync.central.billing.api import BillingApi
from sync.central.billing.models import PERIOD, InvoicePage, TierMonth, TierMonths
from sync.central.fleet.listing import Listing
from sync.central.fleet.models import OWNER, Filters, FleetPage
from sync.central.office import Office
from sync.central.parts import Central
from sync.central.routing import Answer, Route, Row
from sync.central.spreadsheets import MEDIA, Sheet, sent
from sync.protocol.messages import malformed
from sync.protocol.problems import SyncError

PAGE = 500
MOST_DAYS = 92


class ExportQuery(Filters):
    """What to put into the file; each kind takes what it knows."""

    format: Literal["csv", "xlsx"] = "csv"
    period: str = Field("", pattern=r"^$|" + PERIOD)
    start: str = Field("", pattern=r"^$|^20\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$")
    end: str = Field("", pattern=r"^$|^20\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$")
    tier: Literal["retail", "wholesale"] = "retail"
    currency: str = Field("BRL", pattern=r"^[A-Z]{3}$")
    tenant_id: str = Field("", pattern=OWNER)

    @model_validator(mode="after")
    def real_days(self) -> "ExportQuery":
        """Refuse days that no calendar has."""
        for name in ("start", "end"):
            text = getattr(self, name)
            if len(text) == len("2026-03-02"):
                date.fromisoformat(text)
        return self


class Exports:
    """Files of what a person may see."""

    def __init__(self, central: Central, office: Office, billing: BillingApi) -> None:
        self._store, self._office = central.store, office
        self._listing = Listing(central.store, central.clock)
        self._invoices, self._figures = billing.invoices, billing.figures
        self._sheets: dict[str, Callable[[Person, ExportQuery], Sheet]] = {
            "fleet": self._fleet,
            "invoices": self._invoice_list,
            "usage": self._usage,
            "mrr": self._mrr,
            "margin": self._margin,
        }
        self.table = [
            Route(
                "GET",
                "/api/exports/{what}",
                self.export,
                query=ExportQuery,
                raw=True,
                media=MEDIA["csv"],
            )
        ]

    async def export(
        self, who: Person, request: web.Request, query: ExportQuery, what: str
    ) -> Answer:
        """Return a list as a file."""
        if what not in self._sheets:
            raise SyncError(code="not_found", kind="export", id=what)
        return await sent(request, self._sheets[what](who, query), query.format)

    def _fleet(self, who: Person, query: ExportQuery) -> Sheet:
        columns = (
            "id",
            "label",
            "tenant_id",
            "tenant",
            "reseller_id",
            "status",
            "health",
            "version",
            "whatsapp",
            "licence",
            "licence_until",
            "model",
            "queue_age_s",
            "disk_free_percent",
            "enrolled_at",
            "seen_at",
            "alerts",
        )

        async def rows() -> AsyncIterator[list[Any]]:
            asked = FleetPage.model_validate(
                {**query.model_dump(include=set(Filters.model_fields)), "limit": PAGE}
            )
            while True:
                found, cursor = await self._listing.rows(who, asked)
                for row in found:
                    yield [row[column] for column in columns]
                if cursor is None:
                    return
                asked = asked.model_copy(update={"cursor": cursor})

        return Sheet("fleet", columns, rows())

    def _invoice_list(self, who: Person, query: ExportQuery) -> Sheet:
        columns = (
            "number",
            "period",
            "tenant_id",
            "tenant",
            "reseller_id",
            "currency",
            "total_centavos",
            "cost_centavos",
            "margin_centavos",
            "issued_at",
        )

        async def rows() -> AsyncIterator[list[Any]]:
            asked = InvoicePage(
                period=query.period,
                tenant_id=query.tenant_id,
                reseller_id=query.reseller_id,
                limit=PAGE,
            )
            while True:
                found, cursor = await self._invoices.rows(who, asked)
                for row in found:
                    yield [_cell(column, row[column]) for column in columns]
                if cursor is None:
                    return
                asked = asked.model_copy(update={"cursor": cursor})

        return Sheet("invoices", _titles(columns), rows())

    def _usage(self, who: Person, query: ExportQuery) -> Sheet:
        start, end = _days(query)

        async def rows() -> AsyncIterator[list[Any]]:
            async for tenant in self._tenants(who, query):
                sums = await self._store.query(
                    who.scope,
                    "SELECT device_id, hour, meter, quantity FROM usage_hours "
                    "WHERE tenant_id = $1 AND hour >= $2 AND hour < $3",
                    tenant["id"],
                    start,
                    end,
                    tenant=tenant["id"],
                )
                for key, quantity in sorted(_daily(sums, start).items()):
                    yield [tenant["reseller_id"], tenant["id"], tenant["name"], *key, quantity]

        columns = ("reseller_id", "tenant_id", "tenant", "device_id", "day", "meter", "quantity")
        return Sheet("usage", columns, rows())

    async def _tenants(self, who: Person, query: ExportQuery) -> AsyncIterator[Row]:
        if query.tenant_id:
            yield await self._office.tenant(who, query.tenant_id)
            return
        after = ""
        while found := await self._office.tenants(who, after, PAGE):
            for row in found:
                if query.reseller_id in {"", row["reseller_id"]}:
                    yield row
            after = found[-1]["id"]

    def _mrr(self, who: Person, query: ExportQuery) -> Sheet:
        kinds = ("start", "new", "expansion", "contraction", "churn", "reactivation", "end")
        counts = ("logosStart", "logosNew", "logosLost", "logosEnd")
        rates = ("revenueChurnBps", "logoChurnBps", "nrrBps", "grrBps")
        if not (query.start and query.end):
            raise malformed(field="start, end", problem="name the months, such as 2026-03")
        asked = _checked(
            TierMonths,
            start=query.start[:7],
            end=query.end[:7],
            tier=query.tier,
            currency=query.currency,
            reseller_id=query.reseller_id,
        )

        async def rows() -> AsyncIterator[list[Any]]:
            for month in (await self._figures.mrr(who, asked))["months"]:
                yield [
                    month["period"],
                    *(Decimal(month[f"{kind}Centavos"]).scaleb(-2) for kind in kinds),
                    *(month[name] for name in (*counts, *rates)),
                ]

        return Sheet("mrr", ("period", *kinds, *counts, *rates), rows())

    def _margin(self, who: Person, query: ExportQuery) -> Sheet:
        columns = ("tenantId", "tenant", "resellerId", "retail", "cost", "margin", "marginBps")
        if not query.period:
            raise malformed(field="period", problem="names the month, such as 2026-03")
        asked = _checked(
            TierMonth,
            period=query.period,
            currency=query.currency,
            reseller_id=query.reseller_id,
        )

        async def rows() -> AsyncIterator[list[Any]]:
            for row in (await self._figures.margin(who, asked))["tenants"]:
                yield [
                    row["tenantId"],
                    row["tenant"],
                    row["resellerId"],
                    *(Decimal(row[f"{name}Centavos"]).scaleb(-2) for name in columns[3:6]),
                    row["marginBps"],
                ]

        return Sheet("margin", columns, rows())


def _checked(model: type[Any], **values: Any) -> Any:
    try:
        return model(**values)
    except ValueError as error:
        raise malformed(
            field="start, end", problem="must be months in order, 60 at most"
        ) from error


def _days(query: ExportQuery) -> tuple[datetime, datetime]:
    zone = ZoneInfo("America/Sao_Paulo")
    try:
        first, last = date.fromisoformat(query.start), date.fromisoformat(query.end)
    except ValueError as error:
        raise malformed(field="start, end", problem="name days, such as 2026-03-02") from error
    if not first <= last <= first + timedelta(days=MOST_DAYS):
        raise malformed(field="end", problem=f"must be start or up to {MOST_DAYS} days later")
    after = last + timedelta(days=1)
    return (
        datetime(first.year, first.month, first.day, tzinfo=zone),
        datetime(after.year, after.month, after.day, tzinfo=zone),
    )


def _daily(rows: list[Row], start: datetime) -> dict[tuple[str, str, str], int]:
    sums: dict[tuple[str, str, str], int] = {}
    for row in rows:
        day = row["hour"].astimezone(start.tzinfo).date().isoformat()
        key = (row["device_id"], day, row["meter"])
        sums[key] = sums.get(key, 0) + row["quantity"]
    return sums


def _titles(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(column.removesuffix("_centavos") for column in columns)


def _cell(column: str, value: Any) -> Any:
    return Decimal(value).scaleb(-2) if column.endswith("_centavos") else value
