"""The box's ledger: every billable fact, gapless and chained, in the fact's own transaction.

Two streams per epoch: `raw` holds the facts of the day and stays on the box, `sync` holds what
the control plane receives, among it hourly roll-ups that anchor the raw chain (`covers`).
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from uuid_utils import uuid7

from sync.ports import Clock, Transaction
from sync.protocol.canonical import canonical
from sync.protocol.catalogue import EPOCH, ROLLUP, check
from sync.protocol.chain import RAW, SYNCED, leaf, link, start
from sync.protocol.events import source, stamp
from sync.protocol.rollup import Hour, hours

RETENTION = timedelta(days=396)  # thirteen months
STREAMS = (RAW, SYNCED)
HOURS_PER_RUN = 48
PRUNED_PER_RUN = 20_000


@dataclass(frozen=True)
class Head:
    """The two ends of one epoch of one stream: all kept events lie between anchor and head."""

    stream: str
    epoch: int
    start: bytes
    anchor_seq: int
    anchor_hash: bytes
    seq: int
    hash: bytes
    seal: bytes

    def sealed_by(self, key: bytes) -> bytes:
        """Return the seal these ends must carry; without the key nobody can move them."""
        parts = (self.stream, self.epoch, self.start.hex(), self.anchor_seq)
        ends = (self.anchor_hash.hex(), self.seq, self.hash.hex())
        text = "|".join(map(str, (*parts, *ends)))
        return hmac.digest(key, b"head\0" + text.encode(), "sha256")


class Ledger:
    """Appends facts. Each method takes the caller's transaction and does not commit."""

    def __init__(
        self, *, tenant_id: str, device_id: str, key: bytes, boot: str, clock: Clock
    ) -> None:
        self.tenant_id = tenant_id
        self.device_id = device_id
        self._seal_key = hmac.digest(key, b"seal", "sha256")
        self._contact_key = hmac.digest(key, b"contact\0" + tenant_id.encode(), "sha256")
        self._boot = boot
        self._clock = clock

    @property
    def seal_key(self) -> bytes:
        """The key of the seals, for verification."""
        return self._seal_key

    @property
    def boot(self) -> str:
        """This start of the machine."""
        return self._boot

    def contact(self, address: str) -> str:
        """Return the pseudonym of a contact: stable in this tenant, meaningless outside."""
        return "c." + hmac.digest(self._contact_key, address.encode(), "sha256").hex()[:40]

    def begin(self, tx: Transaction) -> None:
        """Open epoch 0, before any control plane, unless the ledger has begun already."""
        if not tx.conn.execute("SELECT 1 FROM ledger_epochs LIMIT 1").fetchone():
            for stream in STREAMS:
                self._open(tx, stream, 0, b"")

    def append(self, tx: Transaction, kind: str, data: dict[str, Any], at: datetime) -> int:
        """Add a fact and return its number in its stream.

        Raises LedgerInputError, naming the field, for a type or field that is not in the
        catalogue, a quantity that is not a whole number, or what looks like personal data.
        """
        return self._add(tx, self.head(tx, check(kind, data).stream), kind, data, at)

    def head(self, tx: Transaction, stream: str, epoch: int | None = None) -> Head:
        """Return the ends of an epoch, the present one unless told otherwise."""
        row = tx.conn.execute(
            f"{SELECT_HEAD} WHERE stream = ? AND epoch = coalesce(?, "
            "(SELECT max(epoch) FROM ledger_epochs WHERE stream = ?))",
            (stream, epoch, stream),
        ).fetchone()
        if row is None:
            msg = f"the ledger has no epoch {epoch} in stream {stream}"
            raise LookupError(msg)
        return Head(*row)

    def epochs(self, tx: Transaction, stream: str = SYNCED) -> list[int]:
        """Return the epochs from the first to the present one."""
        rows = tx.conn.execute(
            "SELECT epoch FROM ledger_epochs WHERE stream = ? ORDER BY epoch", (stream,)
        )
        return [row[0] for row in rows]

    def open_epoch(self, tx: Transaction, receipt: bytes, reason: str, *, least: int = 1) -> int:
        """Open the next epoch, `least` or later, naming the old head, and return its number."""
        now = self._clock.now()
        old = self.head(tx, SYNCED)
        epoch = max(old.epoch + 1, least)
        for stream in STREAMS:
            self._open(tx, stream, epoch, receipt)
        self.append(
            tx,
            EPOCH,
            {
                "reason": reason,
                "previous_epoch": old.epoch,
                "previous_seq": old.seq,
                "previous_head": old.hash.hex(),
            },
            now,
        )
        return epoch

    def bodies(
        self, tx: Transaction, stream: str, epoch: int, first: int, limit: int
    ) -> list[tuple[int, bytes, bytes]]:
        """Return `(seq, canonical body, hash)` of events from `first` on, in order."""
        rows = tx.conn.execute(
            "SELECT seq, body, hash FROM ledger_events WHERE stream = ? AND epoch = ? "
            "AND seq >= ? ORDER BY seq LIMIT ?",
            (stream, epoch, first, limit),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def hash_at(self, tx: Transaction, stream: str, epoch: int, seq: int) -> bytes | None:
        """Return the chain's hash after event `seq`, or None if it is not kept."""
        ends = self.head(tx, stream, epoch)
        if seq == ends.anchor_seq:
            return ends.anchor_hash
        row = tx.conn.execute(
            "SELECT hash FROM ledger_events WHERE stream = ? AND epoch = ? AND seq = ?",
            (stream, epoch, seq),
        ).fetchone()
        return None if row is None else bytes(row[0])

    def roll_up(self, tx: Transaction, now: datetime | None, *, limit: int = HOURS_PER_RUN) -> int:
        """Sum finished hours of raw facts into the synced stream; return how many.

        Without a time the running hour is finished too, as it is: the box changes its tenant.
        Nothing happens before the box is enrolled: the facts wait, and are summed afterwards.
        """
        if self.head(tx, SYNCED).epoch == 0:
            return 0
        finished = list(self._finished(tx, now, limit))
        for hour in finished:
            self.append(tx, ROLLUP, hour.data(), now or self._clock.now())
            tx.conn.execute(
                "INSERT INTO ledger_rolled (tenant_id, raw_epoch, seq) VALUES (?, ?, ?) "
                "ON CONFLICT (raw_epoch) DO UPDATE SET seq = excluded.seq",
                (self.tenant_id, hour.epoch, hour.last),
            )
        return len(finished)

    def rolled(self, tx: Transaction, epoch: int) -> int:
        """Return the last raw event of an epoch that a roll-up covers."""
        row = tx.conn.execute(
            "SELECT seq FROM ledger_rolled WHERE raw_epoch = ?", (epoch,)
        ).fetchone()
        return 0 if row is None else int(row[0])

    def prune(self, tx: Transaction, now: datetime) -> int:
        """Drop events past thirteen months and return how many.

        What the control plane has not acknowledged is billing, and stays whatever its age.
        """
        limit = stamp(now - RETENTION)
        dropped = 0
        for stream in STREAMS:
            for epoch in self.epochs(tx, stream):
                dropped += self._prune(tx, stream, epoch, limit)
        return dropped

    # -- inside

    def _open(self, tx: Transaction, stream: str, epoch: int, receipt: bytes) -> None:
        first = start(self.device_id, epoch, receipt, stream)
        ends = Head(stream, epoch, first, 0, first, 0, first, b"")
        tx.conn.execute(
            "INSERT INTO ledger_epochs VALUES (?, ?, ?, ?, 0, ?, 0, ?, ?, ?)",
            (
                self.tenant_id,
                stream,
                epoch,
                first,
                first,
                first,
                ends.sealed_by(self._seal_key),
                stamp(self._clock.now()),
            ),
        )

    def _add(
        self, tx: Transaction, ends: Head, kind: str, data: dict[str, Any], at: datetime
    ) -> int:
        seq, id_, moment = ends.seq + 1, str(uuid7()), stamp(at)
        body = canonical(
            {
                "specversion": "1.0",
                "id": id_,
                "source": source(self.device_id, ends.stream, ends.epoch),
                "type": kind,
                "time": moment,
                "seq": seq,
                "boot": self._boot,
                "mono_ms": int(self._clock.monotonic() * 1000),
                "data": data,
            }
        )
        hash_ = link(ends.hash, leaf(body))
        tx.conn.execute(
            "INSERT INTO ledger_events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self.tenant_id, ends.stream, ends.epoch, seq, id_, kind, moment, body, hash_),
        )
        self._move(tx, ends, seq=seq, hash_=hash_)
        return seq

    def _move(
        self,
        tx: Transaction,
        ends: Head,
        *,
        seq: int,
        hash_: bytes,
        anchor: tuple[int, bytes] | None = None,
    ) -> None:
        anchor_seq, anchor_hash = anchor or (ends.anchor_seq, ends.anchor_hash)
        moved = Head(ends.stream, ends.epoch, ends.start, anchor_seq, anchor_hash, seq, hash_, b"")
        tx.conn.execute(
            "UPDATE ledger_epochs SET anchor_seq = ?, anchor_hash = ?, head_seq = ?, "
            "head_hash = ?, seal = ? WHERE stream = ? AND epoch = ?",
            (
                anchor_seq,
                anchor_hash,
                seq,
                hash_,
                moved.sealed_by(self._seal_key),
                ends.stream,
                ends.epoch,
            ),
        )

    def _finished(self, tx: Transaction, now: datetime | None, limit: int) -> Iterator[Hour]:
        present = self.head(tx, RAW).epoch
        left = limit
        for epoch in self.epochs(tx, RAW):
            done = self.rolled(tx, epoch)
            if done >= self.head(tx, RAW, epoch).seq:
                continue
            rows = tx.conn.execute(
                "SELECT seq, at, body, hash FROM ledger_events "
                "WHERE stream = 'raw' AND epoch = ? AND seq > ? ORDER BY seq",
                (epoch, done),
            )
            for hour in hours(epoch, rows, None if epoch < present else now):
                if left == 0:
                    return
                left -= 1
                yield hour

    def _prune(self, tx: Transaction, stream: str, epoch: int, limit: str) -> int:
        ends = self.head(tx, stream, epoch)
        kept_from = self._unacked(tx, stream, epoch)
        row = tx.conn.execute(
            "SELECT min(seq) FROM ledger_events WHERE stream = ? AND epoch = ? AND at >= ?",
            (stream, epoch, limit),
        ).fetchone()
        youngest = ends.seq + 1 if row[0] is None else row[0]
        last = min(youngest, kept_from, ends.anchor_seq + 1 + PRUNED_PER_RUN) - 1
        if last <= ends.anchor_seq:
            return 0
        anchor = self.hash_at(tx, stream, epoch, last)
        if anchor is None:
            return 0
        tx.conn.execute(
            "DELETE FROM ledger_events WHERE stream = ? AND epoch = ? AND seq <= ?",
            (stream, epoch, last),
        )
        self._move(tx, ends, seq=ends.seq, hash_=ends.hash, anchor=(last, anchor))
        return last - ends.anchor_seq

    def _unacked(self, tx: Transaction, stream: str, epoch: int) -> int:
        """Return the first event that may not go yet."""
        enrolled = self.head(tx, SYNCED).epoch > 0
        if stream == RAW:  # a box that never enrolls owes nobody its facts for longer
            return self.rolled(tx, epoch) + 1 if enrolled else self.head(tx, RAW, epoch).seq + 1
        row = tx.conn.execute(
            "SELECT acked FROM sync_receipts WHERE epoch = ?", (epoch,)
        ).fetchone()
        if row is None:
            return 1 if epoch else self.head(tx, SYNCED, 0).seq + 1
        return int(row[0]) + 1


SELECT_HEAD = (
    "SELECT stream, epoch, start, anchor_seq, anchor_hash, head_seq, head_hash, seal "
    "FROM ledger_epochs"
)


def witness(ledger: Ledger, tx: Transaction) -> bytes:
    """Return the heads, signed with the box's seal, to be kept outside the database.

    A database put back to an older state agrees with itself; it does not agree with this.
    """
    heads = [ledger.head(tx, stream) for stream in STREAMS]
    body = canonical(
        {
            "device": ledger.device_id,
            "heads": [[h.stream, h.epoch, h.seq, h.hash.hex()] for h in heads],
        }
    )
    seal = hmac.digest(ledger.seal_key, b"witness\0" + body, "sha256").hex()
    return orjson.dumps({"body": body.decode(), "seal": seal})


def keep_mark(path: Path, content: bytes) -> None:
    """Put a witness in its file, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.chmod(0o600)
    fresh.replace(path)
