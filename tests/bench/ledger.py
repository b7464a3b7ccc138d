"""What the ledger's verification sees.

Run: `.venv/bin/python -m tests.bench.ledger --mutations 10000 --clean 10000` (half an hour on two
cores). Each mutation is one of eight ways to cheat, at a random place; it must be detected, and
named for what it is. Each clean run is a ledger of its own, of random facts at random times, and
must raise no alarm. Exits with 1 unless all of that holds.
"""

import random
import sys
import time
from collections import Counter
from contextlib import closing

import typer
from rich.console import Console
from rich.table import Table

from sync.ledger import witness
from sync.verify import verify
from tests.sync.doubles import StillClock
from tests.sync.test_verify import CHEATS, FACTS, Case, a_copy, a_ledger, work


def main(mutations: int = 10_000, clean: int = 10_000, seed: int = 11) -> None:
    """Cheat, verify, and verify what is clean."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable game of chance
    began = time.monotonic()
    seen, named, tried = cheat(mutations, dice)
    alarms = false_alarms(clean, dice)
    table = Table("mutation", "tried", "detected", "named", title="Ledger")
    for name, number in sorted(tried.items()):
        table.add_row(name, f"{number:,}", f"{seen[name]:,}", f"{named[name]:,}")
    total, all_seen, all_named = tried.total(), seen.total(), named.total()
    table.add_row("all", f"{total:,}", f"{all_seen:,}", f"{all_named:,}")
    Console().print(table)
    Console().print(f"{clean:,} clean ledgers: {alarms} false alarms")
    Console().print(f"{time.monotonic() - began:.0f} s")
    sys.exit(0 if total == all_seen == all_named and not alarms else 1)


def cheat(tries: int, dice: random.Random) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return how many mutations were detected, named rightly, and tried, by kind."""
    seen, named, tried = Counter[str](), Counter[str](), Counter[str]()
    clock = StillClock()
    ledger, tx = a_ledger(clock)
    stranger, other = a_ledger(clock)
    work(ledger, tx, clock, FACTS // 2, dice)
    work(stranger, other, clock, FACTS, dice)
    older = a_copy(tx)
    work(ledger, tx, clock, FACTS // 2, dice)
    mark, whole = witness(ledger, tx), a_copy(tx)
    with closing(whole), closing(older), closing(other.conn), closing(tx.conn):
        for number in range(tries):
            act = CHEATS[number % len(CHEATS)]
            whole.backup(tx.conn)
            expected = act(Case(tx, dice.choice(["raw", "sync"]), dice, other, older))
            kinds = {finding.kind for finding in verify(ledger, tx, mark=mark)}
            tried[act.__name__] += 1
            seen[act.__name__] += bool(kinds)
            named[act.__name__] += bool(kinds & expected)
    return seen, named, tried


def false_alarms(runs: int, dice: random.Random) -> int:
    """Return how many ledgers that nobody touched raised an alarm."""
    alarms = 0
    for _ in range(runs):
        clock = StillClock()
        ledger, tx = a_ledger(clock)
        with closing(tx.conn):
            work(ledger, tx, clock, dice.randint(1, 2 * FACTS), dice)
            if dice.random() < 0.3:
                ledger.open_epoch(tx, b"receipt", "restored")
                work(ledger, tx, clock, dice.randint(0, FACTS), dice)
            alarms += bool(verify(ledger, tx, mark=witness(ledger, tx)))
    return alarms


if __name__ == "__main__":
    typer.run(main)
