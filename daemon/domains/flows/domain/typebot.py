"""Reads a Typebot v6 file: its shape, then each block as nodes of ours, with a report.

A file that is not well formed is refused whole, naming the block. What we have no equal for is
left out of the flow and said so; the talk goes on past it.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import ImportRefusedError, Problem

VERSIONS = ("6", "6.1")
MAX_BLOCKS = 250
_NAME = re.compile(r"\{\{\s*([^{}]{1,120}?)\s*\}\}")


@dataclass
class Source:
    """The file, read: blocks by id, edges by where they begin, names of variables."""

    name: str
    first: str | None
    blocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    group_of: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)  # the next block of the same group
    heads: dict[str, str] = field(default_factory=dict)  # the first block of each group
    titles: dict[str, str] = field(default_factory=dict)
    edges: dict[str, str] = field(default_factory=dict)  # edge id -> block it leads to
    variables: dict[str, str] = field(default_factory=dict)  # variable id -> our name
    names: dict[str, str] = field(default_factory=dict)  # its name there -> our name

    def text(self, text: Any) -> str:
        """Return a text with our names between the braces."""
        return _NAME.sub(lambda found: f"{{{{{self.named(found[1])}}}}}", str(text or ""))

    def named(self, name: str) -> str:
        """Return our name of a variable, made if the file does not declare it."""
        if name not in self.names:
            self.names[name] = slug(name, set(self.names.values()))
        return self.names[name]


def slug(name: str, taken: set[str]) -> str:
    """Return a name that ours may have: letters, digits, underscores; different from the others."""
    flat = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"\W+", "_", flat).strip("_")[:50] or "variavel"
    plain = f"v_{plain}" if plain[0].isdigit() else plain
    found, number = plain, 2
    while found in taken:
        found, number = f"{plain}_{number}", number + 1
    return found


def read(file: Mapping[str, Any]) -> Source:
    """Read the shape of a file; raises ImportRefusedError with all that is wrong with it."""
    wrong: list[Problem] = []
    version = str(file.get("version", ""))
    if version not in VERSIONS:
        _say(wrong, None, "version", "a versão deve ser 6 (exporte de novo no Typebot atual)",
             "the version must be 6 (export it again from a current Typebot)")  # fmt: skip
    source = Source(str(file.get("name") or "Typebot")[:120].strip() or "Typebot", None)
    _variables(source, file, wrong)
    _groups(source, file, wrong)
    if not wrong:
        _edges(source, file, wrong)
    if not wrong and source.first is None:
        _say(wrong, None, "events", "não há evento de início ligado a um grupo",
             "there is no start event that leads to a group")  # fmt: skip
    if wrong:
        raise ImportRefusedError(wrong, field="file")
    return source


def _variables(source: Source, file: Mapping[str, Any], wrong: list[Problem]) -> None:
    for place, one in enumerate(_listed(file, "variables", wrong)):
        if not isinstance(one, dict) or not _is_id(one.get("id")) or not one.get("name"):
            _say(wrong, None, f"variables.{place}", "variável sem id ou nome",
                 "a variable without id or name")  # fmt: skip
            continue
        source.variables[one["id"]] = source.named(str(one["name"]))


def _groups(source: Source, file: Mapping[str, Any], wrong: list[Problem]) -> None:
    for place, group in enumerate(_listed(file, "groups", wrong)):
        where = f"groups.{place}"
        if not isinstance(group, dict) or not _is_id(group.get("id")):
            _say(wrong, None, where, "grupo sem id", "a group without id")
            continue
        source.titles[group["id"]] = str(group.get("title") or "")[:200]
        blocks = group.get("blocks")
        if not isinstance(blocks, list):
            _say(wrong, group["id"], f"{where}.blocks", "deve ser uma lista", "must be a list")
            continue
        before = None
        for number, block in enumerate(blocks):
            spot = f"{where}.blocks.{number}"
            if (
                not isinstance(block, dict)
                or not _is_id(block.get("id"))
                or not isinstance(block.get("type"), str)
                or not isinstance(block.get("options", {}), dict)
                or not isinstance(block.get("items", []), list)
            ):
                named = block.get("id") if isinstance(block, dict) else None
                _say(wrong, str(named or f"{group['id']}#{number + 1}"), spot,
                     "bloco malformado (id, type, options, items)",
                     "malformed block (id, type, options, items)")  # fmt: skip
                continue
            if block["id"] in source.blocks:
                _say(wrong, block["id"], spot, "id de bloco repetido", "two blocks have this id")
                continue
            source.blocks[block["id"]] = block
            source.group_of[block["id"]] = group["id"]
            source.heads.setdefault(group["id"], block["id"])
            if before is not None:
                source.after[before] = block["id"]
            before = block["id"]
    if len(source.blocks) > MAX_BLOCKS:
        _say(wrong, None, "groups", f"mais de {MAX_BLOCKS} blocos",
             f"more than {MAX_BLOCKS} blocks")  # fmt: skip


def _edges(source: Source, file: Mapping[str, Any], wrong: list[Problem]) -> None:
    for place, edge in enumerate(_listed(file, "edges", wrong)):
        to = edge.get("to") if isinstance(edge, dict) else None
        if not isinstance(to, dict) or not _is_id(edge.get("id")):
            _say(wrong, None, f"edges.{place}", "aresta malformada", "malformed edge")
            continue
        block, group = to.get("blockId"), str(to.get("groupId"))
        target = str(block) if block is not None else source.heads.get(group)
        if target not in source.blocks:
            if group in source.titles and block is None:
                continue  # an empty group: nothing is done there
            _say(wrong, _begins(edge), f"edges.{place}.to",
                 f"a aresta {edge['id']} leva a um lugar que não existe",
                 f"edge {edge['id']} leads to a place that does not exist")  # fmt: skip
            continue
        source.edges[edge["id"]] = str(target)
    for event in _listed(file, "events", wrong):
        if isinstance(event, dict) and event.get("type") == "start":
            source.first = source.edges.get(str(event.get("outgoingEdgeId")))


def _listed(file: Mapping[str, Any], name: str, wrong: list[Problem]) -> list[Any]:
    found = file.get(name)
    if isinstance(found, list):
        return found
    _say(wrong, None, name, "deve ser uma lista", "must be a list")
    return []


def entries(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list; of anything else, none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 100  # noqa: PLR2004 - longer is no id


def _say(wrong: list[Problem], node: str | None, name: str, pt: str, en: str) -> None:
    wrong.append(Problem(node and node[:64], name, "malformed", f"{name}: {pt}", f"{name}: {en}"))


def _begins(edge: Mapping[str, Any]) -> str | None:
    begins = edge.get("from")
    found = begins.get("blockId") or begins.get("eventId") if isinstance(begins, dict) else None
    return None if found is None else str(found)
