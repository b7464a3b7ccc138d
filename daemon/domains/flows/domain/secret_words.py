"""Secrets of a flow: where a graph names them, and how they get into a request.

A graph says `{{secret.name}}` in the headers or the body of a call, and nowhere else. Until the
call is made the name stands in a part of its own, so that nothing a customer writes becomes one.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .texts import VARIABLE, in_json

PREFIX = "secret."
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
MIN_HIDDEN = 4  # a shorter value is in every text by chance
HIDDEN = "***"
# Headers by which one proves who one is. What stands in them is not kept as it was written.
_CREDENTIAL = re.compile(
    r"(?:proxy-)?authorization|cookie|.*(?:secret|token|password|api-?_?key|access-?_?key)",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?P<scheme>(?:Bearer|Basic|Token|ApiKey)\s+)?(?P<value>\S.*)", re.IGNORECASE)

Pieces = str | list[str | dict[str, str]]
"""A filled text; where it names secrets, its parts in order, each secret as {"secret": name}."""


def secret_of(name: str) -> str | None:
    """Return the secret that a name between braces means, if it means one."""
    return name.removeprefix(PREFIX) if name.startswith(PREFIX) else None


def pieces(text: str, fill: Callable[[str], str]) -> Pieces:
    """Fill a text, leaving its secrets apart."""
    parts: list[str | dict[str, str]] = []
    last = 0
    for found in VARIABLE.finditer(text):
        name = secret_of(found[1])
        if name is None:
            continue
        parts += [fill(text[last : found.start()]), {"secret": name}]
        last = found.end()
    rest = fill(text[last:])
    return [part for part in (*parts, rest) if part != ""] if parts else rest


def named(effect: Mapping[str, Any]) -> set[str]:
    """Return the secrets that a request needs."""
    texts: list[Any] = [effect.get("body"), *dict(effect.get("headers") or {}).values()]
    return {
        part["secret"]
        for text in texts
        if isinstance(text, list)
        for part in text
        if isinstance(part, dict)
    }


def revealed(effect: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return the request as it is sent."""
    as_json = bool(effect.get("json"))
    headers = dict(effect.get("headers") or {})
    return {
        **effect,
        "headers": {name: _whole(text, secrets, str) for name, text in headers.items()},
        "body": _whole(effect.get("body") or "", secrets, in_json if as_json else str),
    }


def hidden(value: Any, secrets: Iterable[str]) -> Any:
    """Return what came back without the secrets, in case the other side repeats them."""
    if isinstance(value, str):
        for one in secrets:
            if len(one) >= MIN_HIDDEN:
                value = value.replace(one, HIDDEN)
        return value
    if isinstance(value, list):
        return [hidden(one, secrets) for one in value]
    if isinstance(value, dict):
        return {hidden(name, secrets): hidden(one, secrets) for name, one in value.items()}
    return value


def drawn_out(draft: Mapping[str, Any], keep: Callable[[str, str], str]) -> dict[str, Any]:
    """Return a draft without the credentials in its headers.

    `keep` takes a name that would do and the value, and returns the name of the secret.
    """
    nodes = draft.get("nodes")
    if not isinstance(nodes, list):
        return dict(draft)
    return {**draft, "nodes": [_without(node, keep) for node in nodes]}


def used_in(draft: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the secrets that a draft names, each with the nodes that name it."""
    found: dict[str, list[str]] = {}
    nodes = draft.get("nodes")
    for node in nodes if isinstance(nodes, list) else []:
        if not isinstance(node, dict):
            continue
        for text in _texts(node):
            for name in map(secret_of, VARIABLE.findall(text)):
                if name is not None and NAME.fullmatch(name):
                    places = found.setdefault(name, [])
                    number = str(node.get("id", ""))[:64]
                    if number not in places:
                        places.append(number)
    return found


def _texts(node: Mapping[str, Any]) -> Iterable[str]:
    headers = node.get("headers")
    own = headers.values() if isinstance(headers, dict) else ()
    return (text for text in (node.get("body"), *own) if isinstance(text, str))


def _without(node: Any, keep: Callable[[str, str], str]) -> Any:
    headers = node.get("headers") if isinstance(node, dict) else None
    if not isinstance(headers, dict) or node.get("kind") != "http":
        return node
    changed = dict(headers)
    for header, text in headers.items():
        plain = isinstance(text, str) and "{{" not in text and _CREDENTIAL.fullmatch(str(header))
        match = _SCHEME.fullmatch(text.strip()) if plain else None
        if match is None:
            continue
        stem = re.sub(r"[^A-Za-z0-9_]", "_", f"{node.get('id', '')}_{header}".lower())[:50]
        name = keep(stem if NAME.fullmatch(stem) else f"_{stem}", match["value"])
        changed[header] = f"{match['scheme'] or ''}{{{{{PREFIX}{name}}}}}"
    return {**node, "headers": changed}


def _whole(text: Any, secrets: Mapping[str, str], written: Callable[[str], str]) -> str:
    if not isinstance(text, list):
        return str(text)
    return "".join(
        written(secrets[part["secret"]]) if isinstance(part, dict) else str(part) for part in text
    )
