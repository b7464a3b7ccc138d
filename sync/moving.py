"""A move to another tenant, finished even if the answer to the new enrolment was lost.

The token is kept until the enrolment is stored: asked again, the control plane says the same.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from sync.ledger import Ledger
from sync.ports import Database, Transaction
from sync.protocol.catalogue import EPOCH
from sync.protocol.chain import SYNCED
from sync.protocol.events import moment
from sync.protocol.messages import MAX_EVENTS
from sync.protocol.problems import SyncError
from sync.state import MOVE, Memory, drop, get, put

TAKEN_BACK = frozenset({"token_unknown", "token_expired"})


async def begin(db: Database, tenant: str, token: str) -> None:
    """Note that the box is on its way."""
    await db.write(lambda tx: put(tx, tenant, MOVE, token.encode()))


async def finish(db: Database, enroll: Callable[[str], Awaitable[Any]]) -> None:
    """Enrol with the token of a move, if there is one; one that was taken back is forgotten."""
    token = await db.read(lambda tx: get(tx, MOVE))
    if token is None:
        return
    try:
        await enroll(token.decode())
    except SyncError as error:
        if error.code not in TAKEN_BACK:
            raise
        await db.write(lambda tx: drop(tx, MOVE))


def carry(ledger: Ledger, tx: Transaction, memory: Memory) -> None:
    """Go on in the epoch just opened, with what the one before it had not sent yet."""
    old, seq = memory.epoch, memory.acked
    memory.epoch, memory.acked = ledger.head(tx, SYNCED).epoch, 0
    if not 0 < old < memory.epoch:
        return
    while rows := ledger.bodies(tx, SYNCED, old, seq + 1, MAX_EVENTS):
        for seq, body, _ in rows:  # noqa: B007 - the last one is where the next page begins
            event = orjson.loads(body)
            if event["type"] != EPOCH:
                ledger.append(tx, event["type"], event["data"], moment(event["time"]))
