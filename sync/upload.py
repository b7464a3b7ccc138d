"""Batches out, receipts in: the device rules that touch the ledger."""

from dataclasses import dataclass
from typing import Any

import orjson

from sync.errors import UntrustedError
from sync.ledger import Ledger
from sync.ports import Clock, Transaction
from sync.protocol.chain import SYNCED
from sync.protocol.events import stamp
from sync.protocol.messages import MAX_UNPACKED, VERSION, Receipt, pack, sign_batch
from sync.protocol.problems import SyncError
from sync.state import Memory, save, save_enrolment

MOST_BYTES = MAX_UNPACKED * 3 // 4


@dataclass(frozen=True)
class Outgoing:
    """A packed batch, and where it ends."""

    body: bytes
    epoch: int
    to: int
    count: int


def make(
    ledger: Ledger,
    tx: Transaction,
    memory: Memory,
    clock: Clock,
    *,
    most: int,
    health: dict[str, Any],
) -> Outgoing:
    """Build the next batch from the cursor on; an empty one says that the box is alive."""
    _step_to_open_epoch(ledger, tx, memory)
    first = memory.acked + 1
    rows = _within(ledger.bodies(tx, SYNCED, memory.epoch, first, most))
    previous = ledger.hash_at(tx, SYNCED, memory.epoch, memory.acked)
    if previous is None:
        msg = f"event {memory.acked} of epoch {memory.epoch} is not kept any more"
        raise LookupError(msg)
    to, head = (rows[-1][0], rows[-1][2]) if rows else (memory.acked, previous)
    content = {
        "v": VERSION,
        "device": ledger.device_id,
        "epoch": memory.epoch,
        "from": first,
        "to": to,
        "prev": previous.hex(),
        "head": head.hex(),
        "events": [orjson.Fragment(body) for _, body, _ in rows],
        "clock": {
            "wall": stamp(clock.now()),
            "boot": ledger.boot,
            "mono_ms": int(clock.monotonic() * 1000),
        },
        "health": health,
        "desired_have": memory.desired_have,
    }
    return Outgoing(pack(sign_batch(memory.key, content)), memory.epoch, to, len(rows))


def _within(rows: list[tuple[int, bytes, bytes]]) -> list[tuple[int, bytes, bytes]]:
    size = 0
    for count, (_, body, _) in enumerate(rows):
        size += len(body) + 1
        if size > MOST_BYTES:
            return rows[:count]
    return rows


def _step_to_open_epoch(ledger: Ledger, tx: Transaction, memory: Memory) -> None:
    """Leave epochs behind that are acknowledged to their end."""
    for epoch in ledger.epochs(tx):
        if epoch > memory.epoch and (
            memory.epoch == 0 or memory.acked >= ledger.head(tx, SYNCED, memory.epoch).seq
        ):
            memory.epoch, memory.acked = epoch, 0


def take_receipt(
    ledger: Ledger, tx: Transaction, memory: Memory, sent: Outgoing, body: bytes
) -> tuple[Receipt, bool]:
    """Store a receipt and the cursor in one transaction; say whether more waits to be sent.

    Raises UntrustedError if it is not signed, SyncError fork if it speaks of another chain.
    """
    document = orjson.loads(body)
    if not memory.server.trusts(document) or document.get("kind") != "receipt":
        msg = "the receipt is not signed by the control plane"
        raise UntrustedError(msg)
    receipt = Receipt.model_validate(document)
    if (receipt.device, receipt.epoch) != (ledger.device_id, sent.epoch):
        msg = "the receipt is for another device or epoch"
        raise UntrustedError(msg)
    own = ledger.head(tx, SYNCED, receipt.epoch)
    if receipt.acked > own.seq:
        _left_behind(ledger, tx, memory, receipt.epoch)
        return receipt, True
    held = ledger.hash_at(tx, SYNCED, receipt.epoch, receipt.acked)
    if held is not None and held.hex() != receipt.head:
        raise SyncError(code="fork", epoch=receipt.epoch, seq=receipt.acked)
    tx.conn.execute(
        "INSERT INTO sync_receipts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (epoch) DO UPDATE SET "
        "acked = excluded.acked, head = excluded.head, receipt = excluded.receipt, "
        "received_at = excluded.received_at",
        (
            ledger.tenant_id,
            receipt.epoch,
            receipt.acked,
            bytes.fromhex(receipt.head),
            orjson.dumps(document).decode(),
            stamp(receipt.server_time),
        ),
    )
    memory.acked = receipt.acked
    memory.last_receipt_at = receipt.server_time
    memory.refused_since = None
    if memory.learned and memory.enrolled is not None:
        save_enrolment(tx, ledger.tenant_id, memory.enrolled, joined=False)
        memory.learned = False
    save(tx, ledger.tenant_id, memory)
    return receipt, receipt.acked < own.seq or receipt.epoch < ledger.head(tx, SYNCED).epoch


def _left_behind(ledger: Ledger, tx: Transaction, memory: Memory, epoch: int) -> None:
    """Go on in a later epoch: the control plane holds more of this one than a backup did."""
    if epoch == ledger.head(tx, SYNCED).epoch:
        ledger.open_epoch(tx, memory.receipt, "restored")
    memory.epoch, memory.acked = epoch + 1, 0
    save(tx, ledger.tenant_id, memory)


def rewind(ledger: Ledger, tx: Transaction, memory: Memory, facts: dict[str, Any]) -> None:
    """Go on from where the control plane says it is. Raises SyncError fork if it cannot be.

    An own ledger that is shorter was restored from a backup, and goes on in a new epoch.
    """
    epoch, acked, head = int(facts["epoch"]), int(facts["acked"]), str(facts["head"])
    own = ledger.head(tx, SYNCED, epoch)
    if acked > own.seq:
        _left_behind(ledger, tx, memory, epoch)
        return
    held = ledger.hash_at(tx, SYNCED, epoch, acked)
    if held is None or held.hex() != head:
        raise SyncError(code="fork", epoch=epoch, seq=acked)
    memory.epoch, memory.acked = epoch, acked
    save(tx, ledger.tenant_id, memory)


def overtake(ledger: Ledger, tx: Transaction, memory: Memory, present: int) -> None:
    """Open an epoch after the control plane's latest, which this ledger does not know."""
    if ledger.head(tx, SYNCED).epoch <= present:
        ledger.open_epoch(tx, memory.receipt, "restored", least=present + 1)
    memory.epoch, memory.acked = ledger.head(tx, SYNCED).epoch, 0
    save(tx, ledger.tenant_id, memory)
