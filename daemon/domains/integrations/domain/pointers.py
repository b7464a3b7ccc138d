"""Mappings as data: JSON pointers (RFC 6901), alone or inside a text.

`"/customer/phone"` is the value itself, with its type; `"Hi {{/customer/name|you}}"` is a text,
where what stands after the bar is said when there is nothing to point at.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

PLACE = re.compile(r"\{\{\s*(/[^{}|]*?)\s*(?:\|([^{}]*))?\}\}")
POINTER = re.compile(r"(/[^/~{}\s]*(~[01][^/~{}\s]*)*)+")
INDEX = re.compile(r"0|[1-9]\d{0,8}")
MAX_DEPTH = 20


class _Missing:
    """Nothing is there."""


MISSING = _Missing()


def point(pointer: str, source: Any) -> Any:
    """Return what a pointer points at, or MISSING."""
    found = source
    for raw in pointer.split("/")[1:]:
        part = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and part in found:
            found = found[part]
        elif isinstance(found, list) and INDEX.fullmatch(part) and int(part) < len(found):
            found = found[int(part)]
        else:
            return MISSING
    return found


def value(template: Any, source: Any, missing: set[str]) -> Any:
    """Fill a JSON template; what is not there becomes None (in a text: nothing) and is noted."""
    if isinstance(template, dict):
        return {name: value(item, source, missing) for name, item in template.items()}
    if isinstance(template, list):
        return [value(item, source, missing) for item in template]
    if not isinstance(template, str):
        return template
    if POINTER.fullmatch(template):
        found = point(template, source)
        if found is MISSING:
            missing.add(template)
            return None
        return found
    return text(template, source, missing)


def text(template: str, source: Any, missing: set[str], spell: Callable[[str], str] = str) -> str:
    """Fill a text; each value is spelt by `spell`."""

    def fill(place: re.Match[str]) -> str:
        found, fallback = point(place[1], source), place[2]
        if found is MISSING or found is None:
            if fallback is None:
                missing.add(place[1])
            return spell(fallback or "")
        return spell(plain(found))

    return PLACE.sub(fill, template)


def path(template: str, source: Any, missing: set[str]) -> str:
    """Fill a path of an address; a value never adds a segment or a query of its own."""
    return text(template, source, missing, lambda words: quote(words, safe=""))


def plain(found: Any) -> str:
    """Spell a value as text, as JSON would."""
    if isinstance(found, bool):
        return "true" if found else "false"
    return found if isinstance(found, str) else str(found)


def depth(template: Any) -> int:
    """Return how deep a template goes."""
    if isinstance(template, dict):
        return 1 + max((depth(item) for item in template.values()), default=0)
    if isinstance(template, list):
        return 1 + max((depth(item) for item in template), default=0)
    return 0
