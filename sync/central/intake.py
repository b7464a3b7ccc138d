"""What a batch means, before it touches a store: chain, schema, sums. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sync.protocol.canonical import NotCanonicalError, canonical
from sync.protocol.catalogue import KINDS, ROLLUP, check
from sync.protocol.chain import SYNCED, leaf, link
from sync.protocol.events import moment
from sync.protocol.messages import Batch, malformed
from sync.protocol.problems import LedgerInputError, SyncError
from sync.signing import batch_base, unb64, verified

RETENTION = timedelta(days=396)
MAX_TYPE = 200
FIRST_YEAR, LAST_YEAR = 1970, 2200


@dataclass(frozen=True)
class Rollup:
    """The sums of one hour, and the raw events they stand for."""

    seq: int
    raw_epoch: int
    first: int
    last: int
    head: bytes
    hour: datetime
    meters: dict[str, int]


@dataclass(frozen=True)
class Entry:
    """One event, with the chain's hash after it, and what is wrong with it, if anything."""

    seq: int
    id: str
    type: str
    at: datetime
    body: bytes
    hash: bytes
    fault: str | None = None


@dataclass(frozen=True)
class Intake:
    """A batch that adds up, ready to be stored in one call."""

    device: str
    epoch: int
    first: int
    to: int
    prev: bytes
    head: bytes
    signature: bytes
    entries: list[Entry] = field(default_factory=list)
    rollups: list[Rollup] = field(default_factory=list)


def take(batch: Batch, public: bytes, now: datetime) -> Intake:
    """Check a batch against itself. Raises batch_signature or chain_broken.

    An event that is unknown or odd is marked and goes on: it must not hold up those behind it.
    """
    signature = unb64(batch.signature)
    base = batch_base(batch.device, batch.epoch, batch.to, batch.head)
    if not verified(public, signature, base):
        raise SyncError(code="batch_signature")
    previous = bytes.fromhex(batch.prev)
    entries: list[Entry] = []
    rollups: list[Rollup] = []
    for event in batch.events:
        entry, rollup = _entry(batch, event, previous, now)
        previous = entry.hash
        entries.append(entry)
        if rollup is not None:
            rollups.append(rollup)
    if previous.hex() != batch.head:
        raise SyncError(code="chain_broken")
    return Intake(
        device=batch.device,
        epoch=batch.epoch,
        first=batch.first,
        to=batch.to,
        prev=bytes.fromhex(batch.prev),
        head=previous,
        signature=signature,
        entries=entries,
        rollups=rollups,
    )


def _entry(
    batch: Batch, event: dict[str, Any], previous: bytes, now: datetime
) -> tuple[Entry, Rollup | None]:
    try:
        body = canonical(event)
    except NotCanonicalError as error:
        raise malformed(
            field=f"events.{event['seq'] - batch.first}", problem="has no canonical form"
        ) from error
    fault = _fault(batch, event)
    rollup = None
    if fault is None and event["type"] == ROLLUP:
        rollup = _rollup(event, now)
        fault = "too_old" if rollup.hour < now - RETENTION else None
    entry = Entry(
        seq=event["seq"],
        id=_printable(event.get("id")),
        type=_printable(event.get("type")),
        at=_time(event.get("time")) or now,
        body=body,
        hash=link(previous, leaf(body)),
        fault=fault,
    )
    return entry, rollup if fault is None else None


def _fault(batch: Batch, event: dict[str, Any]) -> str | None:
    kind, data = event.get("type"), event.get("data")
    if not isinstance(kind, str) or kind not in KINDS:
        return "unknown_type"
    if event.get("source") != f"/devices/{batch.device}/{SYNCED}/{batch.epoch}":
        return "wrong_source"
    if _time(event.get("time")) is None or not isinstance(data, dict):
        return "bad_schema"
    if KINDS[kind].stream != SYNCED:
        return "wrong_stream"
    return None if _fits(kind, data) else "bad_schema"


def _fits(kind: str, data: dict[str, Any]) -> bool:
    try:
        check(kind, data)
    except LedgerInputError:
        return False
    return kind != ROLLUP or _whole(data)


def _whole(data: dict[str, Any]) -> bool:
    """Say whether a roll-up names its hour and its epoch."""
    return _time(data.get("hour")) is not None and data.get("raw_epoch", -1) >= 0


def _time(text: Any) -> datetime | None:
    try:
        found = moment(text)
    except (TypeError, ValueError):
        return None
    return found if FIRST_YEAR <= found.year < LAST_YEAR else None


def _printable(value: Any) -> str:
    """Return a text that every store can hold; the event's own bytes are kept as they came."""
    text = str(value)[:MAX_TYPE]
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def _rollup(event: dict[str, Any], now: datetime) -> Rollup:
    data = event["data"]
    first, last, head = data["covers"]
    hour = min(moment(data["hour"]), now).astimezone(UTC)  # a clock ahead of us bills no future
    return Rollup(
        seq=event["seq"],
        raw_epoch=data["raw_epoch"],
        first=first,
        last=last,
        head=bytes.fromhex(head),
        hour=hour.replace(minute=0, second=0, microsecond=0),
        meters=data["meters"],
    )
