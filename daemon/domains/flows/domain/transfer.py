"""A flow as a file, and back."""

from typing import Any

from .errors import ImportRefusedError, Problem
from .secret_words import drawn_out, used_in

FORMAT, VERSION = "nextagent.flow", 1
MAX_NAME, MAX_DESCRIPTION = 120, 500


def exported(name: str, description: str, draft: dict[str, Any]) -> dict[str, Any]:
    """Return the file of a flow; `secrets` names what whoever imports it has to supply."""
    cleaned = drawn_out(draft, lambda name, _: name)
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": name,
        "description": description,
        "graph": cleaned,
        "secrets": sorted(used_in(cleaned)),
    }


def imported(file: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Return name, description and draft of a file; raises ImportRefusedError."""
    problems: list[Problem] = []
    if file.get("format") != FORMAT:
        _say(problems, "format", f"deve ser {FORMAT}", f"must be {FORMAT}")
    if file.get("version") != VERSION:
        _say(problems, "version", f"deve ser {VERSION}", f"must be {VERSION}")
    graph, name = file.get("graph"), file.get("name")
    if not isinstance(graph, dict):
        _say(problems, "graph", "deve ser um objeto", "must be an object")
    else:
        for place, node in enumerate(_listed(graph, "nodes", problems)):
            known = isinstance(node, dict) and all(
                isinstance(node.get(one), str) for one in ("id", "kind")
            )
            if not known:
                where = str(node.get("id", ""))[:64] if isinstance(node, dict) else ""
                problems.append(
                    Problem(
                        where or f"#{place + 1}",
                        f"graph.nodes.{place}",
                        "malformed",
                        "o nó precisa de id e kind",
                        "a node needs id and kind",
                    )
                )
        _listed(graph, "edges", problems)
    if problems:
        raise ImportRefusedError(problems, field="file")
    description = str(file.get("description") or "")[:MAX_DESCRIPTION]
    return str(name or "Fluxo")[:MAX_NAME].strip() or "Fluxo", description, dict(graph or {})


def _listed(graph: dict[str, Any], name: str, problems: list[Problem]) -> list[Any]:
    found = graph.get(name)
    if isinstance(found, list):
        return found
    _say(problems, f"graph.{name}", "deve ser uma lista", "must be a list")
    return []


def _say(problems: list[Problem], field: str, pt: str, en: str) -> None:
    problems.append(Problem(None, field, "malformed", f"{field}: {pt}", f"{field}: {en}"))
