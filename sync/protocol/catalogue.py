"""Every kind of event there is: which stream it goes to and what its data may hold.

Facts of the day (`RAW`) stay on the box and are rolled up; the rest is synced as it is. Names and
shapes are closed, so that no text of a customer can slip into the ledger.
"""

import re
from dataclasses import dataclass
from typing import Any

from sync.protocol.canonical import MAX_SAFE_INTEGER
from sync.protocol.chain import HASH_BYTES, RAW, SYNCED
from sync.protocol.problems import LedgerInputError

METERS = frozenset(
    {
        "messages_in",
        "messages_out",
        "answers",
        "tokens_in",
        "tokens_out",
        "voice_seconds_in",
        "voice_seconds_out",
        "sessions",
        "documents",
        "documents_pages",
        "charges",
    }
)
MOST_OF_A_METER = 10**12  # of one event: sums of years stay within 64 bits
ROLLUP = "usage.rollup"
EPOCH = "ledger.epoch"

# Codes, ids, hashes and hours: no blanks, no "@", nothing a person would write.
WORD = re.compile(r"[A-Za-z0-9._:/+=-]{1,200}\Z")
PHONE = re.compile(r"\+?\d{10,15}\Z")


@dataclass(frozen=True)
class Kind:
    """One type of event. `ids` and `numbers` are the names its data may have."""

    stream: str
    ids: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    meters: bool = False
    lines: bool = False


def _kind(
    stream: str, ids: str = "", numbers: str = "", *, meters: bool = False, lines: bool = False
) -> Kind:
    return Kind(stream, frozenset(ids.split()), frozenset(numbers.split()), meters, lines)


KINDS: dict[str, Kind] = {
    "message.received": _kind(RAW, "agent contact kind message session", meters=True),
    "message.sent": _kind(RAW, "agent contact kind message session", meters=True),
    "turn.answered": _kind(RAW, "agent contact trace mode", meters=True),
    "voice.transcribed": _kind(RAW, "agent contact message", meters=True),
    "voice.spoken": _kind(RAW, "agent contact message", meters=True),
    "session.opened": _kind(RAW, "agent session", meters=True),
    "document.indexed": _kind(RAW, "agent document", meters=True),
    "charge.created": _kind(RAW, "charge contact", "total_centavos", meters=True),
    "payment.received": _kind(
        SYNCED, "payment invoice client currency method period", "total_centavos"
    ),
    "invoice.issued": _kind(
        SYNCED, "invoice client currency period due", "total_centavos", lines=True
    ),
    "kpi.closed": _kind(
        SYNCED,
        "period currency definition_version",
        "mrr_centavos revenue_centavos new_centavos expansion_centavos contraction_centavos "
        "churn_centavos reactivation_centavos clients",
    ),
    "security.alarm": _kind(SYNCED, "code", "count"),
    "audit.entry": _kind(SYNCED, "action actor target"),
    "device.updated": _kind(SYNCED, "from to channel"),
    ROLLUP: _kind(SYNCED, "hour", "raw_epoch", meters=True),
    EPOCH: _kind(SYNCED, "reason previous_head", "previous_epoch previous_seq"),
}


def check(kind_name: str, data: dict[str, Any]) -> Kind:
    """Return the kind, or raise LedgerInputError naming the field that does not belong."""
    kind = KINDS.get(kind_name)
    if kind is None:
        msg = f"type: there is no event type {kind_name!r}"
        raise LedgerInputError(msg)
    for name, value in data.items():
        _check_field(kind_name, kind, name, value)
    missing = [
        name
        for name, needed in (("meters", kind.meters), ("covers", kind_name == ROLLUP))
        if needed and name not in data
    ]
    if missing:
        msg = f"{missing[0]}: {kind_name} needs it"
        raise LedgerInputError(msg)
    return kind


def _check_field(kind_name: str, kind: Kind, name: str, value: Any) -> None:
    if name == "meters" and kind.meters:
        _check_meters(value)
    elif name == "covers" and kind_name == ROLLUP:
        _check_covers(value)
    elif name == "lines" and kind.lines:
        _check_lines(value)
    elif name in kind.ids:
        _check_word(name, value)
    elif name in kind.numbers:
        _check_number(name, value)
    else:
        msg = f"{name}: {kind_name} has no such field"
        raise LedgerInputError(msg)


def _check_meters(value: Any) -> None:
    if not isinstance(value, dict):
        msg = "meters: must be an object"
        raise LedgerInputError(msg)
    for name, quantity in value.items():
        if name not in METERS:
            msg = f"meters.{name}: there is no such meter"
            raise LedgerInputError(msg)
        if type(quantity) is not int or not 0 <= quantity <= MOST_OF_A_METER:
            msg = f"meters.{name}: must be a whole number from 0 to {MOST_OF_A_METER}"
            raise LedgerInputError(msg)


def _check_covers(value: Any) -> None:
    match value:
        case [int(first), int(last), str(head)] if 0 < first <= last and re.fullmatch(
            f"[0-9a-f]{{{2 * HASH_BYTES}}}", head
        ):
            return
    msg = "covers: must be [first, last, head]"
    raise LedgerInputError(msg)


def _check_lines(value: Any) -> None:
    if not isinstance(value, list):
        msg = "lines: must be a list"
        raise LedgerInputError(msg)
    for position, line in enumerate(value):
        if not isinstance(line, dict) or set(line) - {"code", "quantity", "total_centavos"}:
            msg = f"lines.{position}: holds code, quantity and total_centavos only"
            raise LedgerInputError(msg)
        _check_word(f"lines.{position}.code", line.get("code"))
        _check_number(f"lines.{position}.quantity", line.get("quantity"))
        _check_number(f"lines.{position}.total_centavos", line.get("total_centavos"))


def _check_word(name: str, value: Any) -> None:
    if not isinstance(value, str) or not WORD.match(value):
        msg = f"{name}: must be an id or a code, without blanks"
        raise LedgerInputError(msg)
    if PHONE.match(value):
        msg = f"{name}: looks like a telephone number; use Ledger.contact()"
        raise LedgerInputError(msg)


def _check_number(name: str, value: Any) -> None:
    if type(value) is not int or abs(value) > MAX_SAFE_INTEGER:
        msg = f"{name}: must be a whole number"
        raise LedgerInputError(msg)
