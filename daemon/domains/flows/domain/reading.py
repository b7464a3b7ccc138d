"""What the nodes of a draft say: texts, names, patterns, ids inside them."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pydantic.alias_generators import to_camel

from .base import MAX_BYTES, Repair
from .nodes import Ask, Comparison, Condition, Http, Say, SetNode
from .texts import used

PATTERNS = frozenset({"matches", "not_matches"})


def size(draft: Mapping[str, Any]) -> int:
    """Return the bytes of a draft; what cannot be written down is too large."""
    try:
        return len(orjson.dumps(draft))
    except TypeError:
        return MAX_BYTES + 1


def names_in(node: Any) -> Iterable[tuple[str, str]]:
    """Return every variable that a node reads, each with the field that names it."""
    for field, text in texts_of(node):
        for name in used(text):
            yield field, name
    for field, one in _comparisons(node):
        yield f"{field}.variable", one.variable
    if isinstance(node, Say) and node.pix:
        for field in ("amount_variable", "document_variable", "name_variable"):
            if name := getattr(node.pix, field):
                yield f"pix.{to_camel(field)}", name


def texts_of(node: Any) -> Iterable[tuple[str, str]]:
    """Return every text of a node that may hold names between braces, with its field."""
    for field in ("text", "retry_text", "url", "body", "question"):
        if isinstance(text := getattr(node, field, None), str):
            yield to_camel(field), text
    if isinstance(node, Say) and node.pix:
        yield "pix.description", node.pix.description
    if isinstance(node, Ask):
        yield from repair_texts(node.repair)
    for text in node.headers.values() if isinstance(node, Http) else ():
        yield "headers", text
    for place, one in enumerate(node.assign if isinstance(node, SetNode) else ()):
        yield f"assign.{place}.value", one.value
    for field, compared in _comparisons(node):
        if compared.op not in PATTERNS:
            yield f"{field}.value", compared.value


def repair_texts(repair: Repair) -> Iterable[tuple[str, str]]:
    """Return what is said when something does not go as drawn."""
    for field in ("confused_text", "cancel_text", "handover_text", "timeout_text"):
        if text := getattr(repair, field):
            yield f"repair.{to_camel(field)}", text


def patterns_of(node: Any) -> Iterable[tuple[str, str]]:
    """Return the patterns that a node matches with, each with its field."""
    if isinstance(node, Ask) and node.check.pattern is not None:
        yield "check.pattern", node.check.pattern
    for field, one in _comparisons(node):
        if one.op in PATTERNS:
            yield f"{field}.value", one.value


def _comparisons(node: Any) -> Iterable[tuple[str, Comparison]]:
    for place, rule in enumerate(node.rules if isinstance(node, Condition) else ()):
        for line, one in enumerate(rule.comparisons):
            yield f"rules.{place}.comparisons.{line}", one


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
