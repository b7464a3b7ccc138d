"""Typebot's questions and comparisons in our words."""

from collections.abc import Mapping
from typing import Any

OPERATORS = {
    "Equal to": "equals", "Not equal": "not_equals", "Contains": "contains",
    "Does not contain": "not_contains", "Greater than": "greater", "Less than": "less",
    "Greater or equal to": "greater_or_equal", "Less or equal to": "less_or_equal",
    "Is set": "is_set", "Is empty": "is_empty", "Starts with": "starts_with",
    "Ends with": "ends_with", "Matches regex": "matches", "Does not match regex": "not_matches",
}  # fmt: skip
CHECKS = {
    "text input": "text", "number input": "number", "email input": "email",
    "phone number input": "phone", "date input": "date", "url input": "text",
    "rating input": "number", "choice input": "choice", "picture choice input": "choice",
}  # fmt: skip
QUESTIONS = {
    "text": "Sua resposta?", "number": "Qual número?", "email": "Qual é o seu e-mail?",
    "phone": "Qual é o seu telefone?", "date": "Qual data?", "choice": "Escolha uma opção:",
}  # fmt: skip


def bounds(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the limits of an answer."""
    if kind == "rating input":
        top = options.get("length")
        return {"min": 0, "max": top if isinstance(top, int | float) else 10}
    if kind == "url input":
        return {"pattern": r"https?://\S+"}
    known = [one for one in ("min", "max") if isinstance(options.get(one), int | float)]
    return {one: options[one] for one in known} if kind == "number input" else {}


def lost_of(kind: str, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a question loses on the way, in both languages; nothing if nothing."""
    if kind == "url input":
        return "texto com padrão de URL", "text with the pattern of a URL"
    if options.get("isMultipleChoice") or options.get("dynamicVariableId"):
        return "uma escolha só, das opções fixas", "a single choice, of the fixed options"
    if options.get("isRange") or options.get("hasTime"):
        return "só a data", "the date only"
    return ()
