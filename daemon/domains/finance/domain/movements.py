"""MRR and how it moves: per client and period, so that every waterfall closes to the centavo.

A client's MRR is the sum over its subscriptions. A period compares each client's MRR at its two
edges; what came and went in between is no movement. `DEFINITION_VERSION` changes with any of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from .money import Ratio, half_up

DEFINITION_VERSION = "2026-11.1"

MovementKind = Literal["new", "expansion", "contraction", "churn", "reactivation"]
KINDS: tuple[MovementKind, ...] = ("new", "expansion", "contraction", "churn", "reactivation")


def monthly(price: int, months: int) -> int:
    """Return what a price promises per month; a period shorter than a month promises nothing."""
    return half_up(price, months) if months >= 1 else 0


@dataclass(frozen=True)
class Step:
    """From `at` on, a subscription is worth `mrr`."""

    client_id: str
    subscription_id: str
    at: datetime
    mrr: int
    involuntary: bool = False


@dataclass(frozen=True)
class Movement:
    """One client's change over one period; `involuntary` is the part lost to failed payment."""

    client_id: str
    kind: MovementKind
    start: int
    end: int
    involuntary: int = 0

    @property
    def amount(self) -> int:
        """Its size, never negative."""
        return abs(self.end - self.start)


@dataclass(frozen=True)
class Waterfall:
    """One period from edge to edge."""

    begins: datetime
    ends: datetime
    start: int
    end: int
    movements: tuple[Movement, ...]
    opening: Mapping[str, int] = field(repr=False)
    closing: Mapping[str, int] = field(repr=False)

    def total(self, kind: MovementKind) -> int:
        """Return the sum of one kind."""
        return sum(one.amount for one in self.movements if one.kind == kind)

    @property
    def closes(self) -> bool:
        """Whether start and movements give the end."""
        gained = self.total("new") + self.total("expansion") + self.total("reactivation")
        lost = self.total("contraction") + self.total("churn")
        return self.start + gained - lost == self.end


@dataclass(frozen=True)
class Retention:
    """The rates of one period, each with its two amounts."""

    gross_revenue_churn: Ratio
    voluntary: Ratio
    involuntary: Ratio
    nrr: Ratio
    grr: Ratio
    logo_churn: Ratio


@dataclass(frozen=True)
class Opening:
    """How things stood at an edge: what the history before it comes down to."""

    worth: Mapping[str, int]
    clients: Mapping[str, int]
    ever: frozenset[str]


NOTHING = Opening({}, {}, frozenset())


def opening_of(steps: Iterable[Step]) -> Opening:
    """Return what a history comes down to, so that it need not be read again."""
    worth: dict[str, int] = {}
    clients: dict[str, int] = defaultdict(int)
    ever: set[str] = set()
    for step in sorted(steps, key=lambda step: step.at):
        clients[step.client_id] += step.mrr - worth.get(step.subscription_id, 0)
        worth[step.subscription_id] = step.mrr
        if step.mrr > 0:
            ever.add(step.client_id)
    return Opening(worth, clients, frozenset(ever))


def waterfalls(
    steps: Iterable[Step], edges: Sequence[datetime], base: Opening = NOTHING
) -> list[Waterfall]:
    """Return one waterfall per pair of neighbouring edges; a step at an edge is after it.

    `base` stands for all steps before the first of `steps`.
    """
    waiting = sorted(steps, key=lambda step: step.at)
    worth = dict(base.worth)
    clients = defaultdict[str, int](int, base.clients)
    ever = set(base.ever)
    position = 0
    result: list[Waterfall] = []
    opening: dict[str, int] = {}
    for begins, ends in zip((None, *edges[:-1]), edges, strict=True):
        known, lost = set(ever), defaultdict[str, int](int)
        touched: set[str] = set()
        while position < len(waiting) and waiting[position].at < ends:
            step = waiting[position]
            position += 1
            change = step.mrr - worth.get(step.subscription_id, 0)
            worth[step.subscription_id] = step.mrr
            clients[step.client_id] += change
            touched.add(step.client_id)
            if step.mrr > 0:
                ever.add(step.client_id)
            if step.involuntary and change < 0:
                lost[step.client_id] -= change
        closing = {client: mrr for client, mrr in clients.items() if mrr}
        if begins is not None:
            moved = (
                _movement(client, opening.get(client, 0), clients[client], known, lost)
                for client in sorted(touched)
            )
            result.append(
                Waterfall(
                    begins,
                    ends,
                    sum(opening.values()),
                    sum(closing.values()),
                    tuple(one for one in moved if one is not None),
                    opening,
                    closing,
                )
            )
        opening = closing
    return result


def _movement(
    client: str, start: int, end: int, known: set[str], lost: Mapping[str, int]
) -> Movement | None:
    if start == end:
        return None
    if start == 0:
        return Movement(client, "reactivation" if client in known else "new", start, end)
    if end > start:
        return Movement(client, "expansion", start, end)
    involuntary = min(start - end, lost.get(client, 0))
    return Movement(client, "contraction" if end else "churn", start, end, involuntary)


def retention(fall: Waterfall, first_paid: Mapping[str, datetime]) -> Retention:
    """Return the rates of a period; `first_paid` tells since when a client is one that paid."""

    def paid(client: str) -> bool:
        since = first_paid.get(client)
        return since is not None and since < fall.ends

    losses = [one for one in fall.movements if one.kind in {"contraction", "churn"}]
    ours = [one for one in losses if paid(one.client_id)]
    base = sum(mrr for client, mrr in fall.opening.items() if paid(client))
    gone, forced = sum(one.amount for one in ours), sum(one.involuntary for one in ours)
    kept = fall.start - sum(one.amount for one in losses)
    return Retention(
        gross_revenue_churn=Ratio(gone, base),
        voluntary=Ratio(gone - forced, base),
        involuntary=Ratio(forced, base),
        nrr=Ratio(kept + fall.total("expansion"), fall.start),
        grr=Ratio(kept, fall.start),
        logo_churn=Ratio(sum(one.kind == "churn" for one in losses), len(fall.opening)),
    )
