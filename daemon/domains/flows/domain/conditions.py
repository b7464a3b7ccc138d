"""Comparisons of a condition node, changes of a set node, and paths into JSON answers."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from .nodes import Assign, Comparison, Rule
from .patterns import fits
from .texts import plain
from .values import decimal

_PART = re.compile(r"\.?([^.\[\]]+)|\[(\d{1,6})\]")
MAX_LIST = 100

ValueOf = Callable[[str], Any]
Fill = Callable[[str], str]


def holds(rule: Rule, value_of: ValueOf, fill: Fill) -> bool:
    """Say whether a rule holds."""
    found = (compare(one, value_of(one.variable), fill(one.value)) for one in rule.comparisons)
    return all(found) if rule.match == "all" else any(found)


def compare(one: Comparison, value: Any, other: str) -> bool:
    """Compare a variable's value; numbers as numbers, texts without regard to case and accents."""
    if one.op in {"is_set", "is_empty"}:
        empty = value is None or value in ("", [], {})
        return empty is (one.op == "is_empty")
    if one.op in {"matches", "not_matches"}:
        return fits(one.value, plain(value)) is (one.op == "matches")
    if one.op in _ORDERS:
        left, right = number(value), number(other)
        if left is None or right is None:
            # ISO dates order as texts do.
            mine, yours = ("", "") if value is None else (plain(value), other)
            return bool(mine and yours) and _ORDERS[one.op](mine, yours)
        return _ORDERS[one.op](left, right)
    return _worded(one.op, value, other)


def _worded(op: str, value: Any, other: str) -> bool:
    mine, yours = folded(plain(value) if value is not None else ""), folded(other)
    if op in {"equals", "not_equals"}:
        left, right = number(value), number(other)
        same = left == right if left is not None and right is not None else mine == yours
        return same is (op == "equals")
    if op in {"contains", "not_contains"}:
        inside = (
            yours in [folded(plain(item)) for item in value]
            if isinstance(value, list)
            else yours in mine
        )
        return inside is (op == "contains")
    return mine.startswith(yours) if op == "starts_with" else mine.endswith(yours)


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "greater": lambda left, right: bool(left > right),
    "greater_or_equal": lambda left, right: bool(left >= right),
    "less": lambda left, right: bool(left < right),
    "less_or_equal": lambda left, right: bool(left <= right),
}


def number(value: Any) -> Decimal | None:
    """Return a value as a number, if it is one."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    if not re.fullmatch(r"-?[\d.,]{1,30}", text):
        return None
    # What we stored has a point; what a person typed into the editor may have a comma.
    read = text if re.fullmatch(r"-?\d+(\.\d+)?", text) else decimal(text)
    try:
        return None if read is None else Decimal(read)
    except InvalidOperation:
        return None


def assign(one: Assign, value: Any, text: str, *, today: str, now: str) -> Any:
    """Return the new value of a variable."""
    if one.op == "clear":
        return None
    if one.op in {"today", "now"}:
        return today if one.op == "today" else now
    if one.op == "append":
        before = value if isinstance(value, list) else [] if value in (None, "") else [value]
        return [*before, text][-MAX_LIST:]
    if one.op in {"add", "subtract"}:
        left, right = number(value) or Decimal(0), number(text) or Decimal(0)
        return f"{left + right if one.op == 'add' else left - right:f}"
    return text


def dig(data: Any, path: str) -> Any:
    """Return what lies at a path (`data.items[0].name`, with or without `$.`), None if nothing."""
    rest = path.strip().removeprefix("$").removeprefix(".")
    while rest:
        found = _PART.match(rest)
        if found is None:
            return None
        rest = rest[found.end() :]
        if found[2] is not None:
            place = int(found[2])
            data = data[place] if isinstance(data, list) and place < len(data) else None
        else:
            data = data.get(found[1]) if isinstance(data, dict) else None
        if data is None:
            return None
    return data


def folded(text: str) -> str:
    """Return a text without case, accents and doubled spaces."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in flat if not unicodedata.combining(sign)).split())
