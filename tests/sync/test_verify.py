"""Ten thousand ways to cheat; `-m soak` runs them all, the others a tenth."""

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlite_utils import Database
from uuid_utils import uuid7

from sync.ledger import Ledger, witness
from sync.schema import migrations
from sync.verify import verify
from tests.sync.doubles import Box, StillClock

FACTS = 14
COLUMNS = "tenant_id, stream, epoch, seq, id, type, at, body, hash"


def a_ledger(clock: StillClock, device: str = "") -> tuple[Ledger, Database]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    tx = Database(connection)
    migrations.apply(tx)
    ledger = Ledger(
        tenant_id="acme", device_id=device or str(uuid7()), key=b"k" * 32, boot="b", clock=clock
    )
    ledger.begin(tx)
    ledger.open_epoch(tx, b"receipt", "enrolled")
    return ledger, tx


def work(ledger: Ledger, tx: Database, clock: StillClock, count: int, dice: random.Random) -> None:
    for _ in range(count):
        meters = {"messages_in": dice.randint(1, 9), "tokens_out": dice.randint(0, 500)}
        ledger.append(tx, "message.received", {"meters": meters}, clock.now())
        clock.advance(minutes=dice.randint(1, 40))
        ledger.roll_up(tx, clock.now())


def rows(tx: Database, stream: str) -> list[list[Any]]:
    found = tx.conn.execute(
        f"SELECT {COLUMNS} FROM ledger_events WHERE stream = ? AND epoch = 1 ORDER BY seq",
        (stream,),
    )
    return [list(row) for row in found]


def put(tx: Database, stream: str, changed: list[list[Any]]) -> None:
    tx.conn.execute("DELETE FROM ledger_events WHERE stream = ? AND epoch = 1", (stream,))
    tx.conn.executemany(
        f"INSERT INTO ledger_events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", changed
    )


def renumber(changed: list[list[Any]]) -> list[list[Any]]:
    for number, row in enumerate(changed, start=1):
        row[3] = number
    return changed


@dataclass(frozen=True)
class Case:
    """A ledger to cheat with: its present state, an older one, and a stranger's."""

    tx: Database
    stream: str
    dice: random.Random
    other: Database
    older: sqlite3.Connection


def flip(case: Case) -> set[str]:
    changed = rows(case.tx, case.stream)
    row = case.dice.choice(changed)
    column = case.dice.choice([7, 7, 7, 8])
    data = bytearray(row[column])
    data[case.dice.randrange(len(data))] ^= 1 << case.dice.randrange(8)
    row[column] = bytes(data)
    put(case.tx, case.stream, changed)
    return {"altered", "spliced", "replayed"}  # a flipped source is another ledger's, or copy


def delete(case: Case) -> set[str]:
    changed = rows(case.tx, case.stream)
    del changed[case.dice.randrange(len(changed) - 1)]
    put(case.tx, case.stream, changed if case.dice.random() < 0.5 else renumber(changed))
    return {"deleted"}


def insert(case: Case) -> set[str]:
    changed = rows(case.tx, case.stream)
    place = case.dice.randrange(len(changed))
    made_up = [*changed[place]]
    made_up[4] = str(uuid7())
    made_up[7] = made_up[7].replace(changed[place][4].encode(), made_up[4].encode())
    put(case.tx, case.stream, renumber([*changed[: place + 1], made_up, *changed[place + 1 :]]))
    return {"inserted"}


def reorder(case: Case) -> set[str]:
    changed = rows(case.tx, case.stream)
    one, two = case.dice.sample(range(len(changed)), 2)
    changed[one], changed[two] = changed[two], changed[one]
    put(case.tx, case.stream, renumber(changed))
    return {"reordered"}


def truncate(case: Case) -> set[str]:
    changed = rows(case.tx, case.stream)
    put(case.tx, case.stream, changed[: -case.dice.randint(1, len(changed) - 1)])
    return {"truncated"}


def replay(case: Case) -> set[str]:
    changed = rows(case.tx, case.stream)
    one, two = sorted(case.dice.sample(range(len(changed)), 2))
    copied = [*changed[one]]
    if case.dice.random() < 0.5:
        put(case.tx, case.stream, renumber([*changed[: two + 1], copied, *changed[two + 1 :]]))
    else:
        copied[3] = changed[two][3]
        put(case.tx, case.stream, [*changed[:two], copied, *changed[two + 1 :]])
    return {"replayed"}


def splice(case: Case) -> set[str]:
    changed, foreign = rows(case.tx, case.stream), rows(case.other, case.stream)
    first = case.dice.randrange(min(len(changed), len(foreign)))
    length = case.dice.randint(1, min(len(changed), len(foreign)) - first)
    changed[first : first + length] = foreign[first : first + length]
    put(case.tx, case.stream, changed)
    return {"spliced"}


def roll_back(case: Case) -> set[str]:
    case.older.backup(case.tx.conn)
    return {"rolled_back"}


CHEATS: list[Callable[[Case], set[str]]] = [
    flip,
    delete,
    insert,
    reorder,
    truncate,
    replay,
    splice,
    roll_back,
]


def a_copy(tx: Database) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None)
    tx.conn.backup(copy)
    return copy


def cheat_and_verify(tries: int, clock: StillClock, seed: int) -> int:
    dice = random.Random(seed)  # noqa: S311 - a repeatable game of chance
    ledger, tx = a_ledger(clock)
    stranger, other = a_ledger(clock)
    work(ledger, tx, clock, FACTS // 2, dice)
    work(stranger, other, clock, FACTS, dice)
    older = a_copy(tx)
    work(ledger, tx, clock, FACTS // 2, dice)
    mark, whole = witness(ledger, tx), a_copy(tx)
    assert verify(ledger, tx, mark=mark) == []
    for number in range(tries):
        cheat = CHEATS[number % len(CHEATS)]
        whole.backup(tx.conn)
        expected = cheat(Case(tx, dice.choice(["raw", "sync"]), dice, other, older))
        found = verify(ledger, tx, mark=mark)
        assert found, f"{cheat.__name__} number {number} went unseen"
        kinds = {finding.kind for finding in found}
        assert kinds & expected, f"{cheat.__name__} number {number} was named {kinds}"
        whole.backup(tx.conn)
        assert verify(ledger, tx, mark=mark) == [], "a false alarm"
    for database in (tx.conn, other.conn, older, whole):
        database.close()
    return tries


def test_every_mutation_is_found_and_named(clock: StillClock) -> None:
    assert cheat_and_verify(1_000, clock, seed=7) == 1_000


@pytest.mark.soak
def test_ten_thousand_mutations_are_found_and_named(clock: StillClock) -> None:
    assert cheat_and_verify(10_000, clock, seed=8) == 10_000


def test_moving_the_head_without_the_key_breaks_the_seal(
    box: Box, ledger: Ledger, clock: StillClock
) -> None:
    for _ in range(4):
        ledger.append(box.tx, "message.sent", {"meters": {"messages_out": 1}}, clock.now())
    third = ledger.bodies(box.tx, "raw", 0, 3, 1)[0]
    box.tx.conn.execute("DELETE FROM ledger_events WHERE stream = 'raw' AND seq > 3")
    box.tx.conn.execute(
        "UPDATE ledger_epochs SET head_seq = 3, head_hash = ? WHERE stream = 'raw'", (third[2],)
    )

    assert [finding.kind for finding in verify(ledger, box.tx)] == ["seal_broken"]


def test_a_wrong_sum_is_found_by_recomputing_it(
    box: Box, ledger: Ledger, clock: StillClock
) -> None:
    ledger.open_epoch(box.tx, b"receipt", "enrolled")
    ledger.append(box.tx, "message.sent", {"meters": {"messages_out": 3}}, clock.now())
    head = (ledger.hash_at(box.tx, "raw", 1, 1) or b"").hex()
    wrong = {
        "hour": "2026-03-02T09:00:00Z",
        "raw_epoch": 1,
        "covers": [1, 1, head],
        "meters": {"messages_out": 2},
    }
    ledger.append(box.tx, "usage.rollup", wrong, clock.now())

    assert [str(finding.kind) for finding in verify(ledger, box.tx)] == ["sum_differs"]


def test_a_restored_backup_that_says_so_is_no_fault(clock: StillClock) -> None:
    dice = random.Random(1)  # noqa: S311 - a repeatable game of chance
    ledger, tx = a_ledger(clock)
    work(ledger, tx, clock, 5, dice)
    backup = a_copy(tx)
    work(ledger, tx, clock, 5, dice)
    mark = witness(ledger, tx)

    backup.backup(tx.conn)
    assert {finding.kind for finding in verify(ledger, tx, mark=mark)} == {"rolled_back"}
    ledger.open_epoch(tx, b"receipt", "restored")

    assert verify(ledger, tx, mark=mark) == []
    backup.close()
    tx.close()


def test_a_finding_reads_in_both_languages(box: Box, ledger: Ledger, clock: StillClock) -> None:
    for _ in range(3):
        ledger.append(box.tx, "message.sent", {"meters": {"messages_out": 1}}, clock.now())
    box.tx.conn.execute("DELETE FROM ledger_events WHERE seq = 2")

    (finding,) = verify(ledger, box.tx)

    assert finding.text("en") == "raw/0 event 2: an event was deleted."
    assert finding.text("pt-BR") == "raw/0 evento 2: um evento foi apagado."


@pytest.mark.parametrize("seq", [2, 3])
def test_another_number_inside_an_event_that_stands_in_its_place_is_an_alteration(
    box: Box, ledger: Ledger, clock: StillClock, seq: int
) -> None:
    for _ in range(3):
        ledger.append(box.tx, "message.sent", {"meters": {"messages_out": 1}}, clock.now())
    box.tx.conn.execute(
        "UPDATE ledger_events SET body = CAST(replace(CAST(body AS TEXT), ?, '\"seq\":7') AS BLOB) "
        "WHERE seq = ?",
        (f'"seq":{seq}', seq),
    )

    assert "altered" in {finding.kind for finding in verify(ledger, box.tx)}
