"""Proof of the ledger: walk both chains and say what was done to them, and where.

A fault-free walk costs one hash an event. Only when something does not add up are the rows
compared with one another, to give the fault its name.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from sync.ledger import SELECT_HEAD, Head, Ledger
from sync.ports import Transaction
from sync.protocol.canonical import NotCanonicalError, canonical
from sync.protocol.catalogue import EPOCH
from sync.protocol.chain import HASH_BYTES, RAW, SYNCED, leaf, link
from sync.protocol.events import source
from sync.protocol.rollup import add
from sync.signing import ServerKeys

WORDS = {
    "altered": ("an event was altered", "um evento foi alterado"),
    "deleted": ("an event was deleted", "um evento foi apagado"),
    "inserted": ("an event was inserted", "um evento foi inserido"),
    "reordered": ("events were put in another order", "eventos foram postos em outra ordem"),
    "truncated": ("the end was cut off", "o fim foi cortado"),
    "replayed": ("an event was repeated", "um evento foi repetido"),
    "spliced": ("an event of another ledger was put in", "um evento de outro livro foi inserido"),
    "rolled_back": (
        "the ledger was put back to an older state",
        "o livro voltou a um estado antigo",
    ),
    "seal_broken": ("the ends were changed without the key", "as pontas foram mudadas sem a chave"),
    "receipt_differs": (
        "the control plane's receipt does not match",
        "o recibo do plano de controle não confere",
    ),
    "sum_differs": (
        "a roll-up does not match its events",
        "um total por hora não confere com seus eventos",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One fault: what, in which stream and epoch, at which event."""

    kind: str
    stream: str
    epoch: int
    seq: int

    def text(self, language: str) -> str:
        """Return the finding as a sentence."""
        english, portuguese = WORDS[self.kind]
        if language.startswith("en"):
            return f"{self.stream}/{self.epoch} event {self.seq}: {english}."
        return f"{self.stream}/{self.epoch} evento {self.seq}: {portuguese}."


@dataclass(frozen=True)
class Row:
    """An event as it lies in the database, and what it says of itself."""

    seq: int
    hash: bytes
    id: str
    own_seq: int | None
    own_id: str
    native: bool
    linked: bool
    agrees: bool

    @property
    def clean(self) -> bool:
        """Say whether the row is what was written."""
        return self.linked and self.agrees and self.native and self.own_seq == self.seq


@dataclass
class Seen:
    """What the walk has met so far; `columns` are the ids of all rows."""

    columns: set[str]
    ids: set[str] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)


def verify(
    ledger: Ledger,
    tx: Transaction,
    *,
    mark: bytes | None = None,
    server: ServerKeys | None = None,
) -> list[Finding]:
    """Return every fault found; an empty list is the proof.

    `mark` is a `witness` kept outside the database; `server` checks the stored receipts.
    """
    found: list[Finding] = []
    heads = [Head(*row) for row in tx.conn.execute(f"{SELECT_HEAD} ORDER BY stream, epoch")]
    for head in heads:
        if not hmac.compare_digest(head.sealed_by(ledger.seal_key), head.seal):
            found.append(Finding("seal_broken", head.stream, head.epoch, head.seq))
        found += _walk(ledger, tx, head)
    found += _missing_epochs(heads)
    found += _stray_epochs(tx, heads)
    found += _receipts(ledger, tx, heads, server)
    if mark is not None:
        found += _compare_mark(ledger, tx, heads, mark)
    return found or _sums(ledger, tx)


def _rows(ledger: Ledger, tx: Transaction, head: Head) -> Iterator[Row]:
    previous = head.anchor_hash
    own_source = source(ledger.device_id, head.stream, head.epoch)
    query = (
        "SELECT seq, id, type, at, body, hash FROM ledger_events "
        "WHERE stream = ? AND epoch = ? ORDER BY seq"
    )
    for seq, id_, kind, at, body, hash_ in tx.conn.execute(query, (head.stream, head.epoch)):
        event = _parse(body)
        yield Row(
            seq=seq,
            hash=hash_,
            id=id_,
            own_seq=event.get("seq"),
            own_id=str(event.get("id")),
            native=event.get("source", own_source) == own_source,
            linked=len(hash_) == HASH_BYTES and link(previous, leaf(body)) == hash_,
            agrees=(event.get("id"), event.get("type"), event.get("time")) == (id_, kind, at),
        )
        previous = hash_


def _parse(body: bytes) -> dict[str, Any]:
    try:
        event = orjson.loads(body)
        return event if isinstance(event, dict) and canonical(event) == body else {}
    except (orjson.JSONDecodeError, NotCanonicalError):
        return {}


def _walk(ledger: Ledger, tx: Transaction, head: Head) -> list[Finding]:
    expected, last = head.anchor_seq, head.anchor_hash
    for row in _rows(ledger, tx, head):
        expected, last = expected + 1, row.hash
        if not row.clean or row.seq != expected:
            return _name_faults(head, list(_rows(ledger, tx, head)))
    if (expected, last) == (head.seq, head.hash):
        return []
    return _name_faults(head, list(_rows(ledger, tx, head)))


def _name_faults(head: Head, rows: list[Row]) -> list[Finding]:
    """Name what happened, from what each row says of itself and of its neighbours."""
    faults: dict[int, str] = {}
    seen = Seen({row.id for row in rows})
    highest = head.anchor_seq
    for position, row in enumerate(rows):
        kind = _name_row(row, seen, held=_held(rows, position))
        if kind is None and _renumbered_inside(head, rows, position):
            kind = "altered"
        if kind is None and row.own_seq is not None and not row.own_seq > highest:
            kind = "reordered"
        if kind is None and row.seq > head.seq:
            kind = "inserted"
        if kind is not None:
            faults.setdefault(row.seq, kind)
        if row.own_seq is not None and row.native and kind in (None, "reordered"):
            seen.ids.add(row.own_id)
            seen.numbers.add(row.own_seq)
            highest = max(highest, row.own_seq)
        if kind == "altered":
            seen.numbers.add(row.seq)
    faults |= _gaps(head, rows, seen.numbers, faults)
    if not faults:
        broken = next((row for row in rows if not row.clean), None)
        kind = "seal_broken" if broken is None else "altered"
        faults[head.seq if broken is None else broken.seq] = kind
    return [Finding(kind, head.stream, head.epoch, seq) for seq, kind in sorted(faults.items())]


def _held(rows: list[Row], position: int) -> bool:
    """Say whether the next row still links to this one's stored hash: only the body changed."""
    following = rows[position + 1 : position + 2]
    return bool(following) and following[0].linked


def _renumbered_inside(head: Head, rows: list[Row], position: int) -> bool:
    """Say whether only the number inside this row is another; its neighbours stand as they did."""
    row, following = rows[position], rows[position + 1 : position + 2]
    moved = any(one.own_seq != one.seq for one in following)
    last = not following and (row.seq, row.hash) == (head.seq, head.hash)
    return (
        not row.linked
        and row.own_seq not in {None, row.seq}
        and row.own_id == row.id
        and not moved
        and (last or _held(rows, position))
    )


def _name_row(row: Row, seen: Seen, *, held: bool) -> str | None:
    if not row.native:
        return "spliced"
    if row.own_seq is not None and row.own_id in seen.ids:
        return "replayed"
    in_place = not row.linked and held
    if row.own_seq in seen.numbers:
        return "altered" if row.own_id == row.id and in_place else "inserted"
    if row.own_seq is not None and row.own_id != row.id and row.own_id in seen.columns:
        return "reordered"
    if not row.agrees or row.own_seq is None or (in_place and row.own_seq == row.seq):
        return "altered"
    return None


def _gaps(head: Head, rows: list[Row], numbers: set[int], faults: dict[int, str]) -> dict[int, str]:
    taken = {row.seq for row in rows if faults.get(row.seq) in ("spliced", "altered", "replayed")}
    missing = [
        seq
        for seq in range(head.anchor_seq + 1, head.seq + 1)
        if seq not in numbers and seq not in taken
    ]
    last = max((row.seq for row in rows), default=head.anchor_seq)
    return {
        seq: "truncated" if seq > last else "deleted"
        for seq in missing
        if seq not in faults and (seq == missing[0] or seq - 1 in numbers or seq == last + 1)
    }


def _missing_epochs(heads: list[Head]) -> list[Finding]:
    found = []
    for stream in (RAW, SYNCED):
        epochs = [head.epoch for head in heads if head.stream == stream]
        if not epochs:
            found.append(Finding("truncated", stream, 0, 0))
        elif epochs[0] != 0:
            found.append(Finding("deleted", stream, 0, 0))
    raw, synced = ({h.epoch for h in heads if h.stream == stream} for stream in (RAW, SYNCED))
    found += [Finding("deleted", RAW, epoch, 0) for epoch in sorted(synced - raw)]
    found += [Finding("deleted", SYNCED, epoch, 0) for epoch in sorted(raw - synced)]
    return found


def _stray_epochs(tx: Transaction, heads: list[Head]) -> list[Finding]:
    known = {(head.stream, head.epoch) for head in heads}
    rows = tx.conn.execute("SELECT DISTINCT stream, epoch FROM ledger_events")
    strays = {(str(row[0]), int(row[1])) for row in rows} - known
    return [Finding("inserted", stream, epoch, 0) for stream, epoch in sorted(strays)]


def _receipts(
    ledger: Ledger, tx: Transaction, heads: list[Head], server: ServerKeys | None
) -> list[Finding]:
    """Compare with what the control plane holds: the ledger cannot be shorter, or other."""
    found = []
    ends = {head.epoch: head for head in heads if head.stream == SYNCED}
    rows = tx.conn.execute("SELECT epoch, acked, head, receipt FROM sync_receipts ORDER BY epoch")
    for epoch, acked, hash_, receipt in rows.fetchall():
        head = ends.get(epoch)
        forged = server is not None and not server.trusts(orjson.loads(receipt))
        if forged:
            found.append(Finding("receipt_differs", SYNCED, epoch, acked))
        elif head is None or acked > head.seq:
            if epoch == max(ends, default=0):  # an earlier epoch was left behind by a restore
                found.append(Finding("rolled_back", SYNCED, epoch, acked))
        elif acked >= head.anchor_seq and ledger.hash_at(tx, SYNCED, epoch, acked) != hash_:
            found.append(Finding("receipt_differs", SYNCED, epoch, acked))
    return found


def _compare_mark(ledger: Ledger, tx: Transaction, heads: list[Head], mark: bytes) -> list[Finding]:
    """Compare with the mark outside the database: it says how far the ledger had come."""
    content = orjson.loads(mark)
    body = str(content["body"]).encode()
    seal = hmac.digest(ledger.seal_key, b"witness\0" + body, "sha256").hex()
    if not hmac.compare_digest(seal, str(content["seal"])):
        return [Finding("seal_broken", "witness", 0, 0)]
    found = []
    ends = {(head.stream, head.epoch): head for head in heads}
    for stream, epoch, seq, hash_ in orjson.loads(body)["heads"]:
        head = ends.get((stream, epoch))
        if _restored_after(tx, epoch):
            continue
        if head is None or head.seq < seq:
            found.append(Finding("rolled_back", stream, epoch, seq))
        elif seq >= head.anchor_seq:
            kept = ledger.hash_at(tx, stream, epoch, seq)
            if kept is not None and kept.hex() != hash_:
                found.append(Finding("spliced", stream, epoch, seq))
    return found


def _restored_after(tx: Transaction, epoch: int) -> bool:
    """Say whether a later epoch was opened because a backup was restored, which is no fault."""
    rows = tx.conn.execute(
        "SELECT body FROM ledger_events WHERE stream = 'sync' AND epoch > ? AND type = ?",
        (epoch, EPOCH),
    )
    return any(orjson.loads(row[0])["data"]["reason"] == "restored" for row in rows)


def _sums(ledger: Ledger, tx: Transaction) -> list[Finding]:
    """Recompute each roll-up whose raw events are still kept."""
    found = []
    rows = tx.conn.execute(
        "SELECT epoch, seq, body FROM ledger_events WHERE stream = 'sync' "
        "AND type = 'usage.rollup' ORDER BY epoch, seq"
    )
    for epoch, seq, body in rows:
        data = orjson.loads(body)["data"]
        first, last, head = data["covers"]
        ends = ledger.head(tx, RAW, data["raw_epoch"])
        if first <= ends.anchor_seq:
            continue
        sums: dict[str, int] = {}
        covered = ledger.bodies(tx, RAW, data["raw_epoch"], first, last - first + 1)
        for _, raw, _ in covered:
            add(sums, orjson.loads(raw)["data"].get("meters", {}))
        if not covered or covered[-1][2].hex() != head or sums != data["meters"]:
            found.append(Finding("sum_differs", SYNCED, epoch, seq))
    return found
