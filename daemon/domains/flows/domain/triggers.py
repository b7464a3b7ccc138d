"""Which flow a message starts."""

import re
from collections.abc import Sequence
from typing import Any

from .conditions import folded

Known = Sequence[tuple[str, Sequence[dict[str, Any]]]]
"""Flows by id with their triggers, in the order in which they are asked."""

_SIGNS = re.compile(r"[^\w\s]+")


def by_words(known: Known, text: str, *, first: bool) -> str | None:
    """Return the flow that a message starts by its words, or by being the first."""
    said = _bare(text)
    for flow_id, triggers in known:
        for trigger in triggers:
            if trigger["kind"] == "keyword" and said and _fits(trigger, said):
                return flow_id
    if first:
        for flow_id, triggers in known:
            if any(trigger["kind"] == "first_message" for trigger in triggers):
                return flow_id
    return None


def phrases_of(known: Known) -> list[tuple[str, list[str]]]:
    """Return the phrases by which the agent may choose a flow."""
    found = []
    for flow_id, triggers in known:
        phrases = [
            phrase
            for trigger in triggers
            if trigger["kind"] == "agent"
            for phrase in trigger["phrases"]
        ]
        if phrases:
            found.append((flow_id, phrases))
    return found


def _fits(trigger: dict[str, Any], said: str) -> bool:
    for word in (_bare(one) for one in trigger["words"]):
        if not word:
            continue
        if trigger.get("match") == "starts" and (said == word or said.startswith(f"{word} ")):
            return True
        if trigger.get("match") == "contains" and f" {word} " in f" {said} ":
            return True
        if said == word:
            return True
    return False


def _bare(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", folded(text[:500])).split())
