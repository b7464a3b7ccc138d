"""The words inside Typebot's blocks: rich text, expressions, requests."""

import re
from collections.abc import Mapping
from typing import Any

from .typebot import Source, entries

MAX_DEPTH = 12
_STEP = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}\s*([+-])\s*(\d+(?:\.\d+)?)")
_NOT_TEXT = re.compile(r"[();=<>`]|\breturn\b|\?\s*\S+\s*:")
_FIXED: dict[str, dict[str, Any]] = {
    "Empty": {"op": "clear"},
    "Now": {"op": "now"},
    "Today": {"op": "today"},
    "Phone number": {"op": "set", "value": "{{contact_phone}}"},
    "Contact name": {"op": "set", "value": "{{contact_name}}"},
}


def rich(content: Mapping[str, Any]) -> str:
    """Return rich text as WhatsApp writes it: *bold*, _italic_, a line for each paragraph."""
    blocks = content.get("richText")
    if not isinstance(blocks, list):
        return str(content.get("plainText") or "")
    return "\n".join(_line(block, 0) for block in blocks).strip()


def _line(node: Any, depth: int) -> str:
    if not isinstance(node, dict) or depth > MAX_DEPTH:
        return ""
    children = node.get("children")
    if not isinstance(children, list):
        text = str(node.get("text") or "")
        for mark, sign in (("bold", "*"), ("italic", "_"), ("strikethrough", "~")):
            if node.get(mark) and text.strip():
                text = f"{sign}{text}{sign}"
        return text
    kind = str(node.get("type") or "")
    inner = [_line(child, depth + 1) for child in children]
    if kind in {"ul", "ol"}:
        signs = [f"{place}. " if kind == "ol" else "- " for place in range(1, len(inner) + 1)]
        return "\n".join(f"{sign}{text}" for sign, text in zip(signs, inner, strict=True))
    text = "".join(inner)
    url = str(node.get("url") or "")
    return f"{text} ({url})" if kind == "a" and url and url not in text else text


def setting(
    source: Source, name: str, options: Mapping[str, Any]
) -> tuple[dict[str, Any], bool] | None:
    """Return how a variable changes, and whether that is exactly so; None where code is needed."""
    kind = str(options.get("type") or "Custom")
    if kind in _FIXED:
        return dict(_FIXED[kind]), True
    if kind == "Append value(s)":
        return {"op": "append", "value": source.text(options.get("item"))[:4000]}, True
    if kind != "Custom":
        return None
    text = str(options.get("expressionToEvaluate") or "").strip()
    if not text:
        return dict(_FIXED["Empty"]), True
    return _expression(source, name, text)


def _expression(source: Source, name: str, text: str) -> tuple[dict[str, Any], bool] | None:
    step = _STEP.fullmatch(text)
    if step is not None and source.named(step[1]) == name:
        return {"op": "add" if step[2] == "+" else "subtract", "value": step[3]}, True
    if _NOT_TEXT.search(text):
        return None
    plain = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
    return {"op": "set", "value": source.text(plain)[:4000]}, step is None


def call(source: Source, options: Mapping[str, Any]) -> tuple[dict[str, Any], bool] | None:
    """Return the fields of an http node, and whether nothing was left out; None without a URL."""
    found = options.get("webhook")
    webhook: Mapping[str, Any] = found if isinstance(found, dict) else {}
    url = source.text(webhook.get("url")).strip()
    host = url.partition("://")[2].split("/")[0]
    if not url.startswith(("http://", "https://")) or not host or "{{" in host:
        return None
    query = "&".join(
        f"{one['key']}={source.text(one.get('value'))}" for one in _pairs(webhook, "queryParams")
    )
    if query:
        url = f"{url}{'&' if '?' in url else '?'}{query}"
    method = str(webhook.get("method") or "POST").upper()
    known = method in {"GET", "POST", "PUT", "PATCH", "DELETE"}
    mapped = [
        {"variable": source.variables[str(one["variableId"])], "path": _path(one["bodyPath"])}
        for one in entries(options.get("responseVariableMapping"))
        if str(one.get("variableId")) in source.variables and one.get("bodyPath")
    ]
    fields = {
        "method": method if known else "POST",
        "url": url[:2048],
        "headers": {
            str(one["key"])[:200]: source.text(one.get("value"))[:4000]
            for one in _pairs(webhook, "headers")
        },
        "body": source.text(webhook.get("body"))[:20_000],
        "timeoutSeconds": 10,
        "map": mapped,
    }
    return fields, known


def _pairs(webhook: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [one for one in entries(webhook.get(name)) if one.get("key")]


def _path(text: Any) -> str:
    """Return a path of ours: theirs begin with `data` for the body of the answer."""
    return re.sub(r"^data\.?", "", str(text))[:200]
