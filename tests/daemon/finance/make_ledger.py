"""Writes ledger.json: three years of forty clients, and what the figures must be.

Run by hand (`python tests/daemon/finance/make_ledger.py`) when the story changes. It uses no code
of the product: every event of a story is booked, as it is told, under the movement that it is by
definition, with MRR from the table below (worked out by hand: price / months, HALF_UP). The
product gets only dates, plans and actions, and must find the same figures from them.
"""

import json
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("ledger.json")
CLIENTS, FIRST_YEAR, MONTHS = 40, 2023, 36

# (plan, period): (price, MRR), by hand.
TABLE = {
    ("basico", "monthly"): (9_900, 9_900),
    ("basico", "quarterly"): (28_000, 9_333),  # 9333.33
    ("basico", "yearly"): (99_990, 8_333),  # 8332.50, up
    ("pro", "monthly"): (24_900, 24_900),
    ("pro", "quarterly"): (70_001, 23_334),  # 23333.67
    ("pro", "yearly"): (249_000, 20_750),
    ("white-label", "monthly"): (79_900, 79_900),
    ("white-label", "quarterly"): (228_000, 76_000),
    ("white-label", "yearly"): (799_006, 66_584),  # 66583.83
}
PLANS = ("basico", "pro", "white-label")
PERIODS = ("monthly", "quarterly", "yearly")
# The tricky hours of a month's edge in Sao Paulo, where the month differs from London's.
HOURS = ("00:00", "09:30", "21:45", "23:59")


class Book:
    """One client's story, and what it does to the figures of each month."""

    def __init__(self, number: int, months: list[dict[str, Any]]) -> None:
        self.number, self.months = number, months
        self.events: list[dict[str, Any]] = []
        self.mrr = 0
        self.plan, self.period = "", ""

    def tell(self, month: int, action: str, movement: str, **facts: Any) -> None:
        """Book one event: its movement is what the story says it is."""
        was = self.mrr
        if action in {"join", "change"}:
            self.plan, self.period = facts["plan"], facts["period"]
        worth = TABLE[self.plan, self.period][1]
        self.mrr = 0 if action in {"pause", "cancel"} else worth
        amount = abs(self.mrr - was)
        row = self.months[month]
        row[movement] += amount
        row["involuntary"] += amount if facts.get("reason") == "payment_failure" else 0
        if facts.get("reason") == "payment_failure" and self.pays:
            row["paying_involuntary"] += amount
        if movement in {"churn", "contraction"} and self.pays:
            row["paying_lost"] += amount
        row["lost_clients"] += movement == "churn"
        hour = HOURS[(self.number + month) % len(HOURS)]
        year, index = FIRST_YEAR + month // 12, month % 12 + 1
        day = {0: 1, 1: 28, 2: 15, 3: 3}[(self.number * 7 + month) % 4]
        when = f"{year}-{index:02d}-{day:02d}T{hour}"
        price = TABLE[self.plan, self.period][0]
        self.events.append(
            {"at": when, "action": action, "price": price, "plan": self.plan}
            | {"period": self.period, "reason": facts.get("reason")}
        )

    @property
    def pays(self) -> bool:
        """One client in eight never pays anything."""
        return self.number % 8 != 5


def story(book: Book) -> None:
    """Tell a client's three years; at most one event a month."""
    number = book.number
    joined = (number * 11 + number // 4) % 31
    plan, period = number % 3, (number // 3) % 3
    book.tell(joined, "join", "new", plan=PLANS[plan], period=PERIODS[period])
    kind, later = number % 8, joined + 2 + number % 3
    if kind == 1 and plan < 2 and later < MONTHS:  # grows into the next plan, and never leaves
        book.tell(later, "change", "expansion", plan=PLANS[plan + 1], period=PERIODS[period])
    if kind == 2 and plan > 0 and later < MONTHS:  # moves down, then leaves
        book.tell(later, "change", "contraction", plan=PLANS[plan - 1], period=PERIODS[period])
        if later + 4 < MONTHS:
            book.tell(later + 4, "cancel", "churn", reason="voluntary")
    if kind == 3 and later < MONTHS:  # pauses and comes back
        book.tell(later, "pause", "churn")
        if later + 2 < MONTHS:
            book.tell(later + 2, "resume", "reactivation")
    if kind in {4, 5} and later < MONTHS:  # lost over payment; the former comes back
        book.tell(later, "cancel", "churn", reason="payment_failure")
        if kind == 4 and later + 5 < MONTHS:
            book.tell(later + 5, "reactivate", "reactivation")
    if kind == 6 and period == 0 and later < MONTHS:  # pays a year ahead, for less a month
        book.tell(later, "change", "contraction", plan=PLANS[plan], period="yearly")
    if kind == 7 and later < MONTHS:  # leaves early, of its own will
        book.tell(later, "cancel", "churn", reason="voluntary")


def percent(part: int, whole: int) -> str | None:
    """Return two decimals, HALF_UP."""
    if whole == 0:
        return None
    share = Decimal(part) * 100 / Decimal(whole)
    return str(share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def made() -> dict[str, Any]:
    """Return the ledger and the answers."""
    months: list[dict[str, Any]] = [defaultdict(int) for _ in range(MONTHS)]
    books = [Book(number, months) for number in range(CLIENTS)]
    running: list[dict[int, int]] = []
    for book in books:
        story(book)
    for month in range(MONTHS):
        stamp = f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}"
        at_end = {}
        for book in books:
            told = [event for event in book.events if event["at"][:7] <= stamp]
            if told and told[-1]["action"] not in {"pause", "cancel"}:
                at_end[book.number] = TABLE[told[-1]["plan"], told[-1]["period"]][1]
        running.append(at_end)
    answers, start = [], 0
    for month, row in enumerate(months):
        opening = running[month - 1] if month else {}
        gained = row["new"] + row["expansion"] + row["reactivation"]
        lost = row["churn"] + row["contraction"]
        end = start + gained - lost
        paying = sum(mrr for number, mrr in opening.items() if number % 8 != 5)
        answers.append(
            {
                "month": f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}",
                "start": start,
                **{
                    name: row[name]
                    for name in ("new", "expansion", "contraction", "churn", "reactivation")
                },
                "end": end,
                "clients": len(running[month]),
                "grossRevenueChurn": percent(row["paying_lost"], paying),
                "involuntary": percent(row["paying_involuntary"], paying),
                "nrr": percent(start - lost + row["expansion"], start),
                "grr": percent(start - lost, start),
                "logoChurn": percent(row["lost_clients"], len(opening)),
            }
        )
        start = end
    clients = [{"number": book.number, "pays": book.pays, "events": book.events} for book in books]
    return {"clients": clients, "months": answers}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(made(), indent=1) + "\n")
