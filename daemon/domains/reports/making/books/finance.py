"""Revenue, the way from opening to closing MRR, invoices and payments."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from daemon.domains.reports.making.book import Book, Chart, Figure, Job, Table, Unit
from daemon.domains.reports.making.words import Speech
from daemon.domains.reports.ports import Asked, Row, Rows

from .columns import columns

MOVES = ("new", "expansion", "reactivation", "contraction", "churn")


def finance(job: Job, say: Speech, rows: Rows, asked: Asked) -> Book:
    """Return months, invoices and payments; the charts are of MRR and revenue."""
    months: list[dict[str, Any]] = job.facts["months"]

    def invoices() -> Iterator[Row | None]:
        for row in rows.invoices(asked):
            if row is None:
                yield None
                continue
            kind, state = say.spoken("kind", row[1]), say.spoken("state", row[10])
            issued, due = job.local(row[4]).date(), date.fromisoformat(row[5])
            yield (row[0], kind, *row[2:4], issued, due, *row[6:10], state)

    def payments() -> Iterator[Row | None]:
        for row in rows.payments(asked):
            if row is not None:
                yield (job.local(row[0]), *row[1:5], say.spoken("state", row[5]))

    money: list[tuple[str, Unit, float]] = [
        (key, "money", 1.0) for key in ("total", "paid", "credited", "balance")
    ]
    return Book(
        say("finance"),
        [
            Table(
                "invoices",
                say("invoices"),
                columns(
                    say,
                    *("label", "kind", ("client", "text", 2.0), ("document", "text", 1.5)),
                    ("issued", "date", 1.0),
                    ("due", "date", 1.0),
                    *money,
                    "state",
                ),
                invoices(),
                rows.invoices_total(asked),
            ),
            Table(
                "months",
                say("months"),
                columns(
                    say,
                    "month",
                    *((key, "money", 1.0) for key in ("mrr_start", *MOVES, "mrr_end")),
                    *((key, "money", 1.0) for key in ("revenue", "billed", "usage_revenue")),
                    ("upsell", "money", 1.0),
                    ("clients", "number", 0.7),
                    *((key, "percent", 0.8) for key in ("churn_rate", "nrr", "grr", "logo_churn")),
                ),
                [_month(one) for one in months],
            ),
            Table(
                "payments",
                say("payments"),
                columns(
                    say,
                    ("at", "moment", 1.4),
                    ("client", "text", 2.0),
                    "invoice",
                    ("amount", "money", 1.0),
                    *("method", "state"),
                ),
                payments(),
                rows.payments_total(asked),
            ),
        ],
        lambda: _money_figures(say, months),
        lambda: _money_charts(say, months),
        [say("definitions", version=job.facts["definition_version"])],
    )


def _month(one: dict[str, Any]) -> Row:
    names = ("mrr_start", *MOVES, "mrr", "revenue", "billed", "usage", "upsell", "clients")
    shares = ("gross_revenue_churn", "nrr", "grr", "logo_churn")
    return (one["month"], *(one[name] for name in names), *(one[name] for name in shares))


def _money_figures(say: Speech, months: Sequence[dict[str, Any]]) -> list[Figure]:
    if not months:
        return []
    last = months[-1]
    return [
        Figure("mrr_end", say("mrr"), last["mrr"], "money"),
        Figure("revenue", say("revenue"), sum(one["revenue"] for one in months), "money"),
        Figure("billed", say("billed"), sum(one["billed"] for one in months), "money"),
        Figure("clients", say("clients"), last["clients"]),
        Figure("churn_rate", say("churn_rate"), last["gross_revenue_churn"], "percent"),
        Figure("nrr", say("nrr"), last["nrr"], "percent"),
    ]


def _money_charts(say: Speech, months: Sequence[dict[str, Any]]) -> list[Chart]:
    if not months:
        return []
    labels = [say.month(one["month"]) for one in months]
    down = {"contraction", "churn"}
    moved = [sum(one[name] for one in months) * (-1 if name in down else 1) for name in MOVES]
    steps = [months[0]["mrr_start"], *moved, months[-1]["mrr"]]
    names = [say("mrr_start"), *(say(name) for name in MOVES), say("mrr_end")]
    return [
        Chart("waterfall", say("waterfall"), names, [(say("mrr"), steps)], "money"),
        Chart(
            "line",
            say("mrr_by_month"),
            labels,
            [(say("mrr"), [one["mrr"] for one in months])],
            "money",
        ),
        Chart(
            "line",
            say("revenue_by_month"),
            labels,
            [
                (say("revenue"), [one["revenue"] for one in months]),
                (say("billed"), [one["billed"] for one in months]),
            ],
            "money",
        ),
    ]
