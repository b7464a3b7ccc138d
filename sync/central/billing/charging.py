"""The lines of a tenant's month: base prices, credits, usage, and what came late. Pure.

Base: a plan is paid in advance, on the days its billing periods begin, counted from the day the
tenant took it. A change in the middle of a period gives the rest of it back by days; a
cancellation gives nothing back. Usage: a calendar month at the prices of the plan in force on its
last subscribed day. Late usage of a month invoiced before: what that month would cost with it,
less what it was charged already; so the sum of all invoices is the price of all usage, whatever
the order in which it arrived.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sync.central.billing.book import Plan, Segment
from sync.central.billing.money import Month, half_up, months_on
from sync.protocol.invoice import Price

Row = dict[str, Any]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Late:
    """Usage that arrived after its month was closed."""

    hour: str
    month: str
    meter: str
    quantity: int
    made_at: str


@dataclass(frozen=True)
class Billed:
    """How much of a meter of a past month was charged, and at which price."""

    quantity: int
    price: Price


@dataclass(frozen=True)
class Usage:
    """What a month's invoice is about."""

    month: Month
    sums: Mapping[str, int]
    late: Sequence[Late] = ()
    billed: Mapping[tuple[str, str], Billed] = field(default_factory=dict)


def lines(
    parts: Sequence[Segment], usage: Usage, *, wholesale: Mapping[str, Plan] | None
) -> list[Row]:
    """Return a month's lines; with `wholesale` plans, what the tenant costs its reseller."""
    sold = [(part, _priced(part, wholesale)) for part in parts]
    found: list[Row] = []
    for part, plan in sold:
        if plan is not None:
            found += _base(part, plan, usage.month)
    return [*found, *_usage(sold, usage), *_late(usage)]


def _priced(part: Segment, wholesale: Mapping[str, Plan] | None) -> Plan | None:
    plan = part.plan if wholesale is None else wholesale.get(part.plan.wholesale_id)
    return plan if plan is not None and plan.versions else None


def _base(part: Segment, plan: Plan, month: Month) -> list[Row]:
    found = []
    begins, count = part.begins, 0
    end_of_month = month.next.first
    while begins < end_of_month and (part.ends is None or begins < part.ends):
        version = plan.at(begins) or plan.versions[0]
        ends = months_on(part.begins, count + version.period_months, part.begins.day)
        if begins >= month.first:
            found.append(_line("base", plan, version.base_centavos, begins, ends))
        if part.changed and part.ends is not None and begins < part.ends < ends:
            if month.first <= part.ends < end_of_month:
                left, whole = (ends - part.ends).days, (ends - begins).days
                credit = -half_up(version.base_centavos * left, whole)
                found.append(_line("credit", plan, credit, part.ends, ends))
            break
        begins, count = ends, count + version.period_months
    return found


def _line(kind: str, plan: Plan, total: int, begins: date, ends: date) -> Row:
    return {
        "kind": kind,
        "code": plan.id,
        "description": plan.name,
        "from": begins.isoformat(),
        "to": ends.isoformat(),
        "quantity": 1,
        "totalCentavos": total,
    }


def pricing(sold: Iterable[tuple[Segment, Plan | None]], month: Month) -> Mapping[str, Price]:
    """Return the meters' prices of a month: the plan's of its last subscribed day."""
    last = month.next.first - DAY
    while last >= month.first:
        for part, plan in sold:
            if plan is not None and part.covers(last):
                version = plan.at(last)
                return {} if version is None else version.meters
        last -= DAY
    return {}


def _usage(sold: Sequence[tuple[Segment, Plan | None]], usage: Usage) -> list[Row]:
    prices = pricing(sold, usage.month)
    found = []
    for meter, price in sorted(prices.items()):
        quantity = usage.sums.get(meter, 0)
        found.append(
            _metered("usage", meter, price, str(usage.month), (quantity, price.total(quantity)))
        )
    return found


def _late(usage: Usage) -> list[Row]:
    groups: dict[tuple[str, str], list[Late]] = {}
    for one in usage.late:
        groups.setdefault((one.month, one.meter), []).append(one)
    found = []
    for (month, meter), hours in sorted(groups.items()):
        known = usage.billed.get((month, meter))
        quantity = sum(one.quantity for one in hours)
        price = known.price if known else Price(0, 0)
        before = known.quantity if known else 0
        total = price.total(before + quantity) - price.total(before)
        line = _metered("adjustment", meter, price, month, (quantity, total))
        line["evidence"] = [
            {"hour": one.hour, "quantity": one.quantity, "madeAt": one.made_at} for one in hours
        ]
        found.append(line)
    return found


def _metered(kind: str, meter: str, price: Price, month: str, sums: tuple[int, int]) -> Row:
    quantity, total = sums
    return {
        "kind": kind,
        "code": meter,
        "description": meter,
        "month": month,
        "quantity": quantity,
        "included": price.included,
        "billed": max(0, quantity - price.included) if kind == "usage" else quantity,
        "perThousandCentavos": price.per_thousand_centavos,
        "totalCentavos": total,
    }


def billed_by(documents: Iterable[Row], part: str) -> dict[tuple[str, str], Billed]:
    """Return what earlier invoices charged, by month and meter; `part` is `lines` or `cost`."""
    found: dict[tuple[str, str], Billed] = {}
    for document in documents:
        rows = document["lines"] if part == "lines" else document["cost"]["lines"]
        for line in rows:
            if line["kind"] not in {"usage", "adjustment"}:
                continue
            key = (line["month"], line["code"])
            price = Price(line["included"], line["perThousandCentavos"])
            if line["kind"] == "usage":
                before = found[key].quantity if key in found else 0
                found[key] = Billed(before + line["quantity"], price)
            elif key in found:
                found[key] = Billed(found[key].quantity + line["quantity"], found[key].price)
            else:
                found[key] = Billed(line["quantity"], price)
    return found
