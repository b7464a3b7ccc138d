"""The figures: computed from the history each time, frozen in a row when a month is closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

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

T = TypeVar("T")
Step = Literal["mensal", "trimestral", "anual"]
MONTHS_OF: dict[Step, int] = {"mensal": 1, "trimestral": 3, "anual": 12}
DEFAULT_MONTHS, MOST_MONTHS = 12, 120
MOST_EDGES = 64


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


@dataclass(frozen=True, eq=False)
class Period:
    """One period: its figures, and the movements behind them. Of a closed month, as frozen.

    One that cannot move any more is the same object each time it is asked for.
    """

    month: Month
    begins: datetime
    ends: datetime
    figures: dict[str, Any]
    movements: list[dict[str, Any]]
    closed_at: datetime | None = None


ADDED_UP = ("revenue", "billed", "usage", "upsell")
"""What a longer period has as the sum of its months."""


class Figures:
    """Read only, but for `close`. Closed months are read as they were frozen."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        # What lies before the end of the last closed month moves no more: periods by first month
        # and size, and what the history comes down to at an edge.
        self._over: dict[tuple[Month, int], Period] = {}
        self._settled: dict[datetime, Opening] = {}
        self._stood: dict[datetime, list[dict[str, Any]]] = {}

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
        if edge in self._stood:
            return self._stood[edge]
        found, closed = await self._desk.database.read(
            lambda tx: (book.standing(tx, currency, edge), self._closed(tx))
        )
        if closed and edge <= max(closed).ends(self._desk.zone):
            _keep(self._stood, edge, found)
        return found

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
        closed = self._closed(tx)
        last = max(closed) if closed else None
        over = {
            month: self._frozen(tx, month, span.months, closed)
            for month in span.periods
            if last is not None
            and month.plus(span.months - 1) <= last
            and (span.months > 1 or month in closed)
        }
        living = [month for month in span.periods if month not in over]
        # Months are closed in order, so that those that are not stand together at one end or both.
        first = min(over, default=None)
        before = [month for month in living if first is not None and month < first]
        after = living[len(before) :]
        found = [*self._living(tx, before, span.months, closed), *over.values()]
        return [*found, *self._living(tx, after, span.months, closed)]

    def _closed(self, tx: Connection) -> frozenset[Month]:
        return frozenset(map(Month.parse, book.closed(tx, self._desk.currency)))

    def _frozen(self, tx: Connection, month: Month, size: int, closed: frozenset[Month]) -> Period:
        """Return a period that cannot move any more."""
        if (month, size) not in self._over:
            if size == 1:
                kpi = book.kpis(tx, self._desk.currency, str(month), str(month))[str(month)]
                self._over[month, size] = self._thawed(month, kpi)
            else:
                (self._over[month, size],) = self._living(tx, [month], size, closed)
        return self._over[month, size]

    def _thawed(self, month: Month, kpi: Kpi) -> Period:
        zone = self._desk.zone
        figures = {name: value for name, value in kpi.figures.items() if name != "movements"}
        rows_of = kpi.figures["movements"]
        return Period(month, month.begins(zone), month.ends(zone), figures, rows_of, kpi.closed_at)

    def _living(
        self, tx: Connection, months: list[Month], size: int, closed: frozenset[Month]
    ) -> list[Period]:
        """Compute periods from the history."""
        if not months:
            return []
        zone, currency = self._desk.zone, self._desk.currency
        edges = [month.begins(zone) for month in (*months, months[-1].plus(size))]
        edge, base = self._base(tx, edges[0], closed)
        falls = waterfalls(book.steps(tx, currency, edge, edges[-1]), edges, base)
        paid = book.first_paid(tx)
        return [
            Period(
                month,
                fall.begins,
                fall.ends,
                {
                    **_moved(fall, retention(fall, paid)),
                    **self._received(tx, month, size, closed),
                },
                _rows(fall),
            )
            for month, fall in zip(months, falls, strict=True)
        ]

    def _received(
        self, tx: Connection, month: Month, size: int, closed: frozenset[Month]
    ) -> dict[str, int]:
        """Return what became of money: closed months as they were frozen, the others summed up."""
        sum_of = dict.fromkeys(ADDED_UP, 0)
        for one in (month.plus(index) for index in range(size)):
            if one in closed:
                part = self._frozen(tx, one, 1, closed).figures
            else:
                zone = self._desk.zone
                part = _cash(tx, self._desk.currency, one.begins(zone), one.ends(zone))
            for name in ADDED_UP:
                sum_of[name] += part[name]
        return sum_of

    def _base(
        self, tx: Connection, start: datetime, closed: frozenset[Month]
    ) -> tuple[datetime | None, Opening]:
        """Return what stood at an edge up to which the history moves no more, and that edge."""
        if not closed:
            return None, NOTHING
        edge = min(start, max(closed).ends(self._desk.zone))
        if edge not in self._settled:
            known = opening_of(book.steps(tx, self._desk.currency, None, edge))
            _keep(self._settled, edge, known)
        return edge, self._settled[edge]


def _keep(known: dict[datetime, T], edge: datetime, value: T) -> None:
    """Remember what was true at an edge, of a few edges."""
    if len(known) >= MOST_EDGES:
        known.clear()
    known[edge] = value


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


def _cash(tx: Connection, currency: str, begins: datetime, ends: datetime) -> dict[str, int]:
    """Sum up what became of money between two moments."""
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
