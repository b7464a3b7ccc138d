"""What the client remembers, in the box's own database and transactions."""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from uuid_utils import uuid7

from sync.ledger import Ledger
from sync.ports import Clock, Database, Sealer, Transaction
from sync.protocol.canonical import canonical
from sync.protocol.events import moment, stamp
from sync.protocol.messages import Enrolled, Parameters
from sync.signing import PrivateKey, ServerKeys, b64, unb64
from sync.timekeeping import Anchor, TrustedTime

BOOT_FILE = Path("/proc/sys/kernel/random/boot_id")
KEY_CONTEXT = "sync/device-key"
NEXT_KEY_CONTEXT = "sync/next-device-key"
LEDGER_CONTEXT = "sync/ledger-key"
RESTORED = "restored"
MOVE = "move"


@dataclass
class Memory:
    """Everything but the ledger and the receipts, as read at the start and kept up to date."""

    device_id: str
    key: PrivateKey
    next_key: PrivateKey | None = None
    enrolled: Enrolled | None = None
    na_seq: int = 0
    epoch: int = 0
    acked: int = 0
    frozen: str = ""
    refused_since: datetime | None = None
    anchor: Anchor | None = None
    high_water: datetime | None = None
    desired_have: str = ""
    last_receipt_at: datetime | None = None
    learned: bool = False  # server keys that are not saved yet

    @property
    def server(self) -> ServerKeys:
        """The control plane's keys."""
        keys = self.enrolled.server_keys if self.enrolled else {}
        return ServerKeys({name: unb64(key) for name, key in keys.items()})

    def learn(self, header: str) -> None:
        """Take in the keys that those we trust certify; old ones stay, old receipts need them."""
        if not header or self.enrolled is None:
            return
        known = {name: b64(key) for name, key in self.server.extended(header).keys.items()}
        if known != self.enrolled.server_keys:
            self.enrolled = self.enrolled.model_copy(update={"server_keys": known})
            self.learned = True

    @property
    def receipt(self) -> bytes:
        """The enrolment receipt, which seeds the chains."""
        return canonical(self.enrolled.receipt) if self.enrolled else b""

    @property
    def parameters(self) -> Parameters:
        """How the control plane wants to be spoken to."""
        return self.enrolled.parameters if self.enrolled else Parameters.model_validate({})


@dataclass(frozen=True)
class Opened:
    """What a start finds or makes."""

    ledger: Ledger
    memory: Memory
    boot: str
    time: TrustedTime


async def open_ledger(db: Database, sealer: Sealer, clock: Clock, tenant_id: str) -> Opened:
    """Read the box's identity and open its ledger; the first start makes both."""
    boot = await _boot()

    def commit(tx: Transaction) -> Opened:
        device_id = get(tx, "device_id")
        if device_id is None:
            device_id = str(uuid7()).encode()
            put(tx, tenant_id, "device_id", device_id)
            seed = PrivateKey.generate().seed
            put(tx, tenant_id, "device_key", sealer.seal(seed, context=KEY_CONTEXT))
            secret = sealer.seal(os.urandom(32), context=LEDGER_CONTEXT)
            put(tx, tenant_id, "ledger_key", secret)
        ledger = Ledger(
            tenant_id=tenant_id,
            device_id=device_id.decode(),
            key=sealer.open(get(tx, "ledger_key") or b"", context=LEDGER_CONTEXT),
            boot=boot,
            clock=clock,
        )
        ledger.begin(tx)
        memory = _remember(tx, sealer, device_id.decode())
        if get(tx, RESTORED) is not None:
            if memory.enrolled is not None:
                ledger.open_epoch(tx, memory.receipt, "restored")
            drop(tx, RESTORED)
        time = TrustedTime(clock, boot, memory.anchor, memory.high_water)
        return Opened(ledger, memory, boot, time)

    return await db.write(commit)


def read_ledger(
    tx: Transaction, sealer: Sealer, clock: Clock, tenant_id: str
) -> tuple[Ledger, Memory]:
    """Return the ledger there is, for a program that only reads. Raises LookupError for none."""
    device_id, secret = get(tx, "device_id"), get(tx, "ledger_key")
    if device_id is None or secret is None:
        msg = "this box has no ledger yet"
        raise LookupError(msg)
    ledger = Ledger(
        tenant_id=tenant_id,
        device_id=device_id.decode(),
        key=sealer.open(secret, context=LEDGER_CONTEXT),
        boot="",
        clock=clock,
    )
    return ledger, _remember(tx, sealer, device_id.decode())


def note_restore(tx: Transaction, tenant_id: str) -> None:
    """Say in a database just restored that it is one: its ledger goes on in a new epoch.

    To be called before anything is appended; `open_ledger` acts on it.
    """
    put(tx, tenant_id, RESTORED, b"1")


async def _boot() -> str:
    """Return an id of this start of the machine, or of this program where there is none."""
    try:
        return (await asyncio.to_thread(BOOT_FILE.read_text)).strip()
    except OSError:
        return str(uuid7())


def get(tx: Transaction, name: str) -> bytes | None:
    """Return what is kept under a name."""
    row = tx.conn.execute("SELECT value FROM sync_state WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])


def put(tx: Transaction, tenant_id: str, name: str, value: bytes) -> None:
    """Keep a value under a name."""
    tx.conn.execute(
        "INSERT INTO sync_state (tenant_id, name, value) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (tenant_id, name, value),
    )


def drop(tx: Transaction, name: str) -> None:
    """Forget a name."""
    tx.conn.execute("DELETE FROM sync_state WHERE name = ?", (name,))


def save(tx: Transaction, tenant_id: str, memory: Memory) -> None:
    """Keep what changes from cycle to cycle."""
    anchor = memory.anchor
    data = {
        "na_seq": memory.na_seq,
        "epoch": memory.epoch,
        "acked": memory.acked,
        "frozen": memory.frozen,
        "refused_since": _text(memory.refused_since),
        "anchor": None if anchor is None else [stamp(anchor.at), anchor.boot, anchor.mono_ms],
        "high_water": _text(memory.high_water),
        "desired_have": memory.desired_have,
        "last_receipt_at": _text(memory.last_receipt_at),
    }
    put(tx, tenant_id, "progress", orjson.dumps(data))


def save_enrolment(
    tx: Transaction, tenant_id: str, enrolled: Enrolled, *, joined: bool = True
) -> None:
    """Keep the answer of the control plane; the box has `joined` anew, or learned a key."""
    if joined:
        drop(tx, MOVE)
    put(tx, tenant_id, "enrolment", enrolled.model_dump_json().encode())


def _remember(tx: Transaction, sealer: Sealer, device_id: str) -> Memory:
    key = PrivateKey(sealer.open(get(tx, "device_key") or b"", context=KEY_CONTEXT))
    memory = Memory(device_id, key)
    if (sealed := get(tx, "next_key")) is not None:
        memory.next_key = PrivateKey(sealer.open(sealed, context=NEXT_KEY_CONTEXT))
    if (answer := get(tx, "enrolment")) is not None:
        memory.enrolled = Enrolled.model_validate_json(answer)
    if (progress := get(tx, "progress")) is not None:
        _recall(memory, orjson.loads(progress))
    return memory


def _recall(memory: Memory, data: dict[str, Any]) -> None:
    for name in ("na_seq", "epoch", "acked", "frozen", "desired_have"):
        setattr(memory, name, data[name])
    for name in ("refused_since", "high_water", "last_receipt_at"):
        setattr(memory, name, None if data[name] is None else moment(data[name]))
    if data["anchor"] is not None:
        at, boot, mono_ms = data["anchor"]
        memory.anchor = Anchor(moment(at), boot, mono_ms)


def _text(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)
