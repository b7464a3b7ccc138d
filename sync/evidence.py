"""The evidence of both sides, as support looks at it: chain ends, receipts, why nothing moves."""

from dataclasses import dataclass
from typing import Any

from sync.ledger import STREAMS, Head, Ledger
from sync.ports import Transaction
from sync.protocol.chain import RAW, SYNCED
from sync.state import Memory


@dataclass(frozen=True)
class Evidence:
    """Where the chains end, and what the control plane signed for."""

    heads: tuple[Head, ...]
    rolled: int  # raw events that roll-ups cover, in the present epoch
    receipts: tuple[dict[str, Any], ...]
    frozen: str
    key: str
    rotating: bool


def look(ledger: Ledger, tx: Transaction, memory: Memory, receipts: int) -> Evidence:
    """Return the ends of the present epochs, and the last receipts of as many epochs."""
    heads = tuple(ledger.head(tx, stream) for stream in STREAMS)
    rows = tx.conn.execute(
        "SELECT epoch, acked, head, received_at FROM sync_receipts ORDER BY epoch DESC LIMIT ?",
        (receipts,),
    )
    return Evidence(
        heads=heads,
        rolled=ledger.rolled(tx, heads[0].epoch),
        receipts=tuple(
            {
                "epoch": row["epoch"],
                "acked": row["acked"],
                "head": bytes(row["head"]).hex(),
                "receivedAt": row["received_at"],
            }
            for row in rows
        ),
        frozen=memory.frozen,
        key=memory.key.id,
        rotating=memory.next_key is not None,
    )


def waiting(ledger: Ledger, tx: Transaction, memory: Memory) -> int:
    """Return how many events wait to be sent, facts that no roll-up covers yet among them."""
    head, raw = ledger.head(tx, SYNCED), ledger.head(tx, RAW)
    sent = memory.acked if memory.epoch == head.epoch else 0
    return head.seq - sent + raw.seq - ledger.rolled(tx, raw.epoch)
