"""An invoice that both sides compute from the same evidence, byte for byte. Pure.

The evidence are the `usage.rollup` events of a box up to a position of its synced chain. The
invoice of a month has the hours of that month, and late hours of earlier months that arrived after
the previous invoice's position: every hour is in exactly one invoice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from sync.protocol.canonical import canonical
from sync.protocol.events import moment
from sync.protocol.rollup import add

VERSION = 1
THOUSAND = 1_000

Position = tuple[int, int]


@dataclass(frozen=True)
class Price:
    """The price of a meter: so many units included, then centavos per thousand."""

    included: int
    per_thousand_centavos: int

    def total(self, quantity: int) -> int:
        """Return centavos, rounded half up."""
        billed = max(0, quantity - self.included) * self.per_thousand_centavos
        return (2 * billed + THOUSAND) // (2 * THOUSAND)


@dataclass(frozen=True)
class Terms:
    """What an invoice is computed by. `after` and `until` are (epoch, seq) of the synced chain."""

    device: str
    tenant: str
    period: str
    zone: str
    currency: str
    prices: dict[str, Price]
    after: Position
    until: Position
    head: str = ""
    # Where the box began to belong to the tenant: the first epoch, and raw events counted before.
    begin: int = 0
    covered: dict[int, int] = field(default_factory=dict)
    skip: tuple[int, ...] = ()  # epochs between its own in which it belonged to another tenant
    aside: tuple[Position, ...] = ()  # roll-ups that were put aside when they came

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The month's edges, in the tenant's zone."""
        year, month = map(int, self.period.split("-"))
        zone = ZoneInfo(self.zone)
        following = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 - December
        return datetime(year, month, 1, tzinfo=zone), datetime(*following, 1, tzinfo=zone)


@dataclass
class Evidence:
    """The hours that count, as the server rules count them: no raw event twice."""

    covered: dict[int, int] = field(default_factory=dict)
    hours: dict[str, dict[str, int]] = field(default_factory=dict)

    def take(self, terms: Terms, position: Position, data: dict[str, Any]) -> None:
        """Add a roll-up, if it counts and belongs to this invoice."""
        first, last, _ = data["covers"]
        if first <= self.covered.get(data["raw_epoch"], 0):
            return
        self.covered[data["raw_epoch"]] = last
        start, end = terms.span
        hour = moment(data["hour"])
        late = hour < start and position > terms.after
        if late or start <= hour < end:
            add(self.hours.setdefault(data["hour"], {}), data["meters"])


def compute(terms: Terms, rollups: Iterable[tuple[Position, bytes]]) -> dict[str, Any]:
    """Return the invoice from `(position, event body)` in the order of the chain."""
    evidence = Evidence(covered=dict(terms.covered))
    aside = set(terms.aside)
    for position, body in rollups:
        ours = (terms.begin, 0) <= position <= terms.until and position[0] not in terms.skip
        if ours and position not in aside:
            evidence.take(terms, position, orjson.loads(body)["data"])
    sums: dict[str, int] = {}
    for meters in evidence.hours.values():
        add(sums, meters)
    lines = [
        {
            "meter": meter,
            "quantity": quantity,
            "included": price.included,
            "per_thousand_centavos": price.per_thousand_centavos,
            "total_centavos": price.total(quantity),
        }
        for meter, quantity in sorted(sums.items())
        if (price := terms.prices.get(meter)) is not None
    ]
    begin: dict[str, Any] = {}
    if terms.begin:
        covered = sorted((str(epoch), last) for epoch, last in terms.covered.items())
        begin = {"begin": terms.begin, "covered": dict(covered)}
    if terms.skip:
        begin["skip"] = list(terms.skip)
    if terms.aside:
        begin["aside"] = [list(position) for position in terms.aside]
    return {
        "v": VERSION,
        **begin,
        "device": terms.device,
        "tenant": terms.tenant,
        "period": terms.period,
        "zone": terms.zone,
        "currency": terms.currency,
        "prices": {
            meter: [price.included, price.per_thousand_centavos]
            for meter, price in terms.prices.items()
        },
        "after": list(terms.after),
        "until": list(terms.until),
        "head": terms.head,
        "hours": evidence.hours,
        "lines": lines,
        "total_centavos": sum(line["total_centavos"] for line in lines),
    }


def terms_of(invoice: dict[str, Any]) -> Terms:
    """Return what an invoice says it was computed by."""
    return Terms(
        device=invoice["device"],
        tenant=invoice["tenant"],
        period=invoice["period"],
        zone=invoice["zone"],
        currency=invoice["currency"],
        prices={meter: Price(*price) for meter, price in invoice["prices"].items()},
        after=(invoice["after"][0], invoice["after"][1]),
        until=(invoice["until"][0], invoice["until"][1]),
        head=invoice["head"],
        begin=int(invoice.get("begin", 0)),
        covered={int(epoch): last for epoch, last in invoice.get("covered", {}).items()},
        skip=tuple(invoice.get("skip", ())),
        aside=tuple((epoch, seq) for epoch, seq in invoice.get("aside", ())),
    )


@dataclass(frozen=True)
class Proof:
    """What a recomputation found. `hours` are those that differ, first of all."""

    equal: bool
    hours: list[str]
    ours: bytes
    theirs: bytes

    def text(self, language: str) -> str:
        """Return the outcome as a sentence."""
        english = language.startswith("en")
        if self.equal:
            return (
                "The invoice is what the ledger says, byte for byte."
                if english
                else "A fatura é o que o livro diz, byte por byte."
            )
        if self.hours:
            return (
                f"The invoice differs from the ledger at the hour {self.hours[0]}."
                if english
                else f"A fatura difere do livro na hora {self.hours[0]}."
            )
        return (
            "The hours agree, but the invoice's lines do not follow from them."
            if english
            else "As horas conferem, mas as linhas da fatura não decorrem delas."
        )


def prove(invoice: dict[str, Any], rollups: Iterable[tuple[Position, bytes]]) -> Proof:
    """Recompute an invoice from one's own evidence, and name the hours that differ."""
    content = {name: value for name, value in invoice.items() if name not in {"key", "signature"}}
    ours = compute(terms_of(content), rollups)
    mine, stated = ours["hours"], content["hours"]
    differ = sorted(
        hour for hour in mine.keys() | stated.keys() if mine.get(hour) != stated.get(hour)
    )
    mine_bytes, stated_bytes = canonical(ours), canonical(content)
    return Proof(mine_bytes == stated_bytes, differ, mine_bytes, stated_bytes)


def rollups_of(tx: Any) -> list[tuple[Position, bytes]]:
    """Return a box's own evidence, from its ledger."""
    rows = tx.conn.execute(
        "SELECT epoch, seq, body FROM ledger_events WHERE stream = 'sync' "
        "AND type = 'usage.rollup' ORDER BY epoch, seq"
    )
    return [((row[0], row[1]), row[2]) for row in rows]
