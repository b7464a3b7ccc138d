"""The figures: computed from the history each time, frozen in a row when a month is closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from daemon.domains.finance.domain.money import Ratio
from daemon.domains.finance.domain.months import Month, moment
from daemon.domains.finance.domain.movements import (
    DEFINITION_VERSION,
    KINDS,
    NOTHING,
    Opening,
    Retention,
    Waterfall,
    opening_of,
    retention,
    waterfalls,
)
from daemon.domains.finance.domain.records import Kpi
from daemon.domains.finance.store import book, rows, sums
from daemon.infra.database import Connection
from daemon.kernel.errors import BadInputError

from .desk import Desk

Step = Literal["mensal", "trimestral", "anual"]
MONTHS_OF: dict[Step, int] = {"mensal": 1, "trimestral": 3, "anual": 12}
DEFAULT_MONTHS, MOST_MONTHS = 12, 120


@dataclass(frozen=True)
class Span:
    """A range of whole periods, in months of the tenant."""

    first: Month
    count: int
    months: int

    @property
    def periods(self) -> list[Month]:
        """The first month of each period."""
        return [self.first.plus(self.months * index) for index in range(self.count)]


@dataclass(frozen=True)
class Period:
    """One period: its figures, and the movements behind them. Of a closed month, as frozen."""

    month: Month
    begins: datetime
    ends: datetime
    figures: dict[str, Any]
    movements: list[dict[str, Any]]
    closed_at: datetime | None = None


class Figures:
    """Read only, but for `close`. Closed months are read as they were frozen."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        # What the history up to the last closed month comes down to; it moves only by `close`.
        self._settled: tuple[str, Opening] | None = None

    def range_of(self, start: str | None, end: str | None) -> tuple[datetime, datetime]:
        """Read the two dates of a query; by default the last twelve months up to now.

        Raises BadInputError naming the one that is wrong.
        """
        zone, now = self._desk.zone, self._desk.clock.now()
        until = moment(end, "end", zone, end=True) or now
        early = Month.of(until, zone).plus(1 - DEFAULT_MONTHS).begins(zone)
        since = moment(start, "start", zone) or early
        if since >= until:
            raise BadInputError(
                field="start", problem="must be before end", problem_pt="deve ser antes de end"
            )
        return since, until

    def span(self, start: str | None, end: str | None, step: Step = "mensal") -> Span:
        """Return the whole periods that two dates touch."""
        since, until = self.range_of(start, end)
        zone, months = self._desk.zone, MONTHS_OF[step]
        first = Month.of(since, zone)
        first = Month(first.year, (first.number - 1) // months * months + 1)
        last = Month.of(until - datetime.resolution, zone)
        count = sum(1 for _ in first.until(last))
        if count > MOST_MONTHS:
            raise BadInputError(
                field="start",
                problem=f"at most {MOST_MONTHS} months at once",
                problem_pt=f"no máximo {MOST_MONTHS} meses por vez",
            )
        return Span(first, -(-count // months), months)

    async def periods(self, span: Span) -> list[Period]:
        """Return what there is to say of each period."""
        return await self._desk.database.read(lambda tx: self._periods(tx, span))

    async def standing(self, edge: datetime) -> list[dict[str, Any]]:
        """Return the subscriptions that MRR just before a moment is made of."""
        currency = self._desk.currency
        if edge > self._desk.clock.now():
            return await self._desk.database.read(lambda tx: book.active(tx, currency))
        return await self._desk.database.read(lambda tx: book.standing(tx, currency, edge))

    async def sold(self, since: datetime, until: datetime) -> int:
        """Return the sum of what was sold on top between two moments."""
        currency = self._desk.currency
        return await self._desk.database.read(lambda tx: sums.sales(tx, currency, since, until))

    async def history(
        self, since: datetime, until: datetime, cursor: str | None, limit: int
    ) -> tuple[list[dict[str, Any]], sums.Cash]:
        """Return what happened between two moments, and its sums."""
        if cursor is not None and "|" not in cursor:
            raise BadInputError(field="cursor", problem="is not one of ours", problem_pt="inválido")

        def query(tx: Connection) -> tuple[list[dict[str, Any]], sums.Cash]:
            found = sums.history(tx, since, until, cursor, limit)
            return found, sums.cash(tx, self._desk.currency, since, until)

        return await self._desk.database.read(query)

    async def to_close(self) -> list[Month]:
        """Return the months that are over and not closed yet, oldest first."""

        def query(tx: Connection) -> list[Month]:
            zone = self._desk.zone
            over = Month.of(self._desk.clock.now(), zone).plus(-1)
            last = book.last_closed(tx, self._desk.currency)
            if last is not None:
                return list(Month.parse(last).plus(1).until(over))
            began = book.first_record(tx)
            if began is None or Month.of(began, zone) > over:
                return []  # what began elsewhere may be brought in until the first month ends
            return list(Month.of(min(began, book.first_step(tx) or began), zone).until(over))

        return await self._desk.database.read(query)

    async def close(self, month: Month) -> None:
        """Freeze the figures of a month; they do not move any more."""

        def commit(tx: Connection) -> None:
            if book.kpis(tx, self._desk.currency, str(month), str(month)):
                return
            (period,) = self._periods(tx, Span(month, 1, 1))
            values = period.figures
            kpi = Kpi(
                str(month),
                self._desk.currency,
                DEFINITION_VERSION,
                {**values, "movements": period.movements},
                self._desk.clock.now(),
            )
            rows.add(tx, self._desk.tenant_id, kpi)
            names = ("mrr", "revenue", "new", "expansion", "contraction", "churn", "reactivation")
            self._desk.record(
                tx,
                "kpi.closed",
                {
                    "period": str(month),
                    "currency": self._desk.currency,
                    "definition_version": DEFINITION_VERSION,
                    "clients": values["clients"],
                    **{f"{name}_centavos": values[name] for name in names},
                },
            )

        await self._desk.database.write(commit)

    def _periods(self, tx: Connection, span: Span) -> list[Period]:
        months = span.periods
        first, last = str(months[0]), str(months[-1])
        frozen = book.kpis(tx, self._desk.currency, first, last) if span.months == 1 else {}
        closed = [
            self._frozen(month, frozen[str(month)]) for month in months if str(month) in frozen
        ]
        living = [month for month in months if str(month) not in frozen]
        # Months are closed in order, so that those that are not stand together at one end or both.
        before = [month for month in living if closed and month < closed[0].month]
        after = living[len(before) :]
        return [
            *self._living(tx, before, span.months),
            *closed,
            *self._living(tx, after, span.months),
        ]

    def _frozen(self, month: Month, kpi: Kpi) -> Period:
        zone = self._desk.zone
        figures = {name: value for name, value in kpi.figures.items() if name != "movements"}
        rows_of = kpi.figures["movements"]
        return Period(month, month.begins(zone), month.ends(zone), figures, rows_of, kpi.closed_at)

    def _living(self, tx: Connection, months: list[Month], size: int) -> list[Period]:
        if not months:
            return []
        zone, currency = self._desk.zone, self._desk.currency
        edges = [month.begins(zone) for month in (*months, months[-1].plus(size))]
        edge, base = self._base(tx)
        if edge is None or edges[0] < edge:
            edge, base = None, NOTHING
        falls = waterfalls(book.steps(tx, currency, edge, edges[-1]), edges, base)
        paid = book.first_paid(tx)
        return [
            Period(
                month,
                fall.begins,
                fall.ends,
                {
                    **_moved(fall, retention(fall, paid)),
                    **_received(tx, currency, fall.begins, fall.ends),
                },
                _rows(fall),
            )
            for month, fall in zip(months, falls, strict=True)
        ]

    def _base(self, tx: Connection) -> tuple[datetime | None, Opening]:
        """Return what stood at the end of the last closed month, and when that was."""
        last = book.last_closed(tx, self._desk.currency)
        if last is None:
            return None, NOTHING
        edge, known = Month.parse(last).ends(self._desk.zone), self._settled
        if known is None or known[0] != last:
            known = (last, opening_of(book.steps(tx, self._desk.currency, None, edge)))
            self._settled = known
        return edge, known[1]


def _moved(fall: Waterfall, rates: Retention) -> dict[str, Any]:
    """Return what became of MRR, as JSON: centavos, counts, and shares with both amounts."""
    shares = {
        "gross_revenue_churn": rates.gross_revenue_churn,
        "voluntary_churn": rates.voluntary,
        "involuntary_churn": rates.involuntary,
        "nrr": rates.nrr,
        "grr": rates.grr,
        "logo_churn": rates.logo_churn,
    }
    return {
        "mrr_start": fall.start,
        **{kind: fall.total(kind) for kind in KINDS},
        "mrr": fall.end,
        "clients_start": len(fall.opening),
        "clients": len(fall.closing),
        "clients_lost": rates.logo_churn.numerator,
        **{name: _share(ratio) for name, ratio in shares.items()},
    }


def _received(tx: Connection, currency: str, begins: datetime, ends: datetime) -> dict[str, int]:
    """Return what became of money."""
    cash = sums.cash(tx, currency, begins, ends)
    return {
        "revenue": cash.revenue,
        "billed": cash.billed - cash.credited,
        "usage": sums.usage(tx, currency, begins, ends),
        "upsell": sums.sales(tx, currency, begins, ends),
    }


def _rows(fall: Waterfall) -> list[dict[str, Any]]:
    """Return the rows behind a waterfall."""
    return [
        {
            "client_id": one.client_id,
            "kind": one.kind,
            "start": one.start,
            "end": one.end,
            "amount": one.amount,
            "involuntary": one.involuntary,
        }
        for one in fall.movements
    ]


def _share(ratio: Ratio) -> dict[str, Any]:
    return {
        "numerator": ratio.numerator,
        "denominator": ratio.denominator,
        "percent": ratio.percent,
    }
