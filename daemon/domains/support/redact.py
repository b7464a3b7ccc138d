"""Takes out of facts what support need not know: words of people, phones, secrets."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, SecretStr

SET, UNSET, HIDDEN = "(set)", "(not set)", "(hidden)"
MAX_TEXT = 160
MAX_DEPTH = 6
# The only facts of a log line whose texts are shown; of all others only numbers and switches are.
TELLING = frozenset(
    {
        "state", "reason", "reason_code", "mode", "model", "code", "status", "kind",
        "author", "because", "from", "to", "level", "note", "error", "channel", "part",
        "id", "agentId", "sessionId", "conversationId", "messageId", "traceId", "jobId",
        "auditId", "at", "until", "event",
    }
)  # fmt: skip
_MASKS = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "***@***"),
    (re.compile(r"\b(na|nr|sk|whsec|pk)_[A-Za-z0-9_\-.]+"), HIDDEN),
    (re.compile(r"(?i)\bbearer\s+\S+"), HIDDEN),
    (re.compile(r"//[^/\s:@]+:[^/\s@]+@"), "//***@"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"), HIDDEN),
    (re.compile(r"\b[A-Za-z0-9+/_]{40,}={0,2}"), HIDDEN),
)
_DIGITS = re.compile(r"\+?\(?\d[\d\s().-]{6,}\d")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)?)?")
_KEPT = re.compile(f"{_UUID.pattern}|{_TIME.pattern}")
_FEW_DIGITS = 8


def masked(text: str) -> str:
    """Return a text with phones, documents of persons, addresses and tokens blanked."""
    out, last = [], 0
    for kept in _KEPT.finditer(text):  # ids and times are digits that may stay
        out += [_mask(text[last : kept.start()]), kept.group()]
        last = kept.end()
    return "".join([*out, _mask(text[last:])])[:MAX_TEXT]


def facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a log line that may be shown."""
    shown: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, bool | int | float) or value is None:
            shown[name] = value if not _is_long(value) else HIDDEN
        elif isinstance(value, str):
            shown[name] = masked(value) if name in TELLING else HIDDEN
        else:
            shown[name] = HIDDEN
    return shown


def settings(part: BaseModel, depth: int = MAX_DEPTH) -> dict[str, Any]:
    """Return settings without secrets, and without what names a person or an account."""
    shown: dict[str, Any] = {}
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        if isinstance(value, BaseModel) and depth > 0:
            shown[name] = settings(value, depth - 1)
        elif isinstance(value, SecretStr):
            shown[name] = SET if value.get_secret_value() else UNSET
        elif isinstance(value, bool | int | float) or value is None:
            shown[name] = value
        elif value == info.default or name in _PLAIN:
            shown[name] = masked(str(value))
        else:
            shown[name] = SET if value else UNSET
    return shown


# Texts of the settings that say nothing of a person; of all others only "set" is told.
_PLAIN = frozenset(
    {
        "host", "level", "format", "engine", "model", "timezone", "currency", "embedder",
        "language", "provider", "version", "security", "accent",
    }
)  # fmt: skip


def _mask(text: str) -> str:
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return _DIGITS.sub(_phone, text)


def _phone(found: re.Match[str]) -> str:
    digits = [sign for sign in found.group() if sign.isdigit()]
    return found.group() if len(digits) < _FEW_DIGITS else "***" + "".join(digits[-2:])


def _is_long(value: Any) -> bool:
    """Say whether a number could be a phone or a document of a person."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**9
