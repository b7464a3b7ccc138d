"""What the nodes of a draft say: texts, names, patterns, ids inside them."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from .base import MAX_BYTES
from .nodes import Ask, AskAgent, Condition, End, Handover, Http, Say, SetNode
from .texts import used


def size(draft: Mapping[str, Any]) -> int:
    """Return the bytes of a draft; what cannot be written down is too large."""
    try:
        return len(orjson.dumps(draft))
    except TypeError:
        return MAX_BYTES + 1


def names_in(node: Any) -> Iterable[str]:
    """Return every variable that a node reads."""
    for text in _texts_of(node):
        yield from used(text)
    if isinstance(node, Condition):
        for rule in node.rules:
            yield from (one.variable for one in rule.comparisons)
    if isinstance(node, Say) and node.pix and node.pix.amount_variable:
        yield node.pix.amount_variable


def _texts_of(node: Any) -> Iterable[str]:
    if isinstance(node, Say):
        yield from (node.text, node.pix.description if node.pix else "")
    elif isinstance(node, Ask):
        yield from (node.text, node.retry_text)
    elif isinstance(node, End | Handover):
        yield node.text
    elif isinstance(node, Condition):
        yield from (one.value for rule in node.rules for one in rule.comparisons
                    if one.op not in {"matches", "not_matches"})  # fmt: skip
    elif isinstance(node, Http):
        yield from (node.url, node.body, *node.headers.values())
    elif isinstance(node, SetNode):
        yield from (one.value for one in node.assign)
    elif isinstance(node, AskAgent):
        yield node.question


def patterns_of(node: Any) -> Iterable[str]:
    """Return the patterns that a node matches with."""
    if isinstance(node, Ask) and node.check.pattern is not None:
        yield node.check.pattern
    if isinstance(node, Condition):
        yield from (one.value for rule in node.rules for one in rule.comparisons
                    if one.op in {"matches", "not_matches"})  # fmt: skip


def inner_ids(node: Any) -> list[str]:
    """Return the ids of options and rules."""
    if isinstance(node, Ask):
        return [option.id for option in node.check.options]
    return [rule.id for rule in node.rules] if isinstance(node, Condition) else []


def named_in(node: Mapping[str, Any]) -> set[str]:
    """Return the variables that a node would set if it could be read."""
    inner = [one for name in ("map", "assign") for one in listed(node.get(name))]
    found = [node.get("variable"), *(one.get("variable") for one in inner if isinstance(one, dict))]
    return {name for name in found if isinstance(name, str)}


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and anything else as an empty one."""
    return value if isinstance(value, list) else []
