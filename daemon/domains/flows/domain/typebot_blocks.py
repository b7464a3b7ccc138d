"""Typebot's blocks as nodes of ours."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from .converted import Block, Converted, Fate
from .typebot import Source, entries, read
from .typebot_questions import CHECKS, OPERATORS, QUESTIONS, bounds, lost_of
from .typebot_words import call, rich, setting

Nodes = list[dict[str, Any]]

END = "fim"


class Maker:
    """Makes nodes and edges, and keeps the report."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.report: list[Block] = []
        self._nodes: Nodes = []
        self._edges: list[dict[str, Any]] = []
        self._entries: dict[str, str] = {}
        self._extra = 0

    def draft(self) -> dict[str, Any]:
        """Return the graph. A question takes the text right before it as its own words."""
        plan = {block_id: self._make(block) for block_id, block in self.source.blocks.items()}
        self._merge(plan)
        for block_id, (nodes, _) in plan.items():
            self._entries[block_id] = nodes[0]["id"] if nodes else ""
        for block_id, (nodes, handles) in plan.items():
            self._nodes += nodes
            for node in nodes:
                if node["kind"] == "jump":
                    node["node"] = self._entry(node["node"])
            for one, following in pairwise(nodes):
                self._join(one["id"], "next", following["id"])
            for handle, edge_id in handles.items():
                target = self.source.edges.get(str(edge_id)) or self.source.after.get(block_id)
                if nodes:
                    self._join(nodes[-1]["id"], handle, self._entry(target))
        start = self._entry(self.source.first)
        known = [{"name": name, "value": ""} for name in sorted(set(self.source.names.values()))]
        led = [edge["target"] for edge in self._edges] + [one.get("node") for one in self._nodes]
        if END in [start, *led]:
            self._nodes.append({"id": END, "kind": "end"})
        return {
            "start": start,
            "nodes": self._nodes,
            "edges": self._edges,
            "variables": known,
            "triggers": [],
        }

    def _merge(self, plan: dict[str, tuple[Nodes, dict[str, str | None]]]) -> None:
        """Let a question take the text right before it as its own words, to be asked again with."""
        for block_id, following in self.source.after.items():
            said, asked = plan[block_id][0], plan[following][0]
            alone = len(said) == 1 and said[0]["kind"] == "say"
            leaves = self.source.blocks[block_id].get("outgoingEdgeId")
            if not alone or leaves or not asked or asked[0]["kind"] != "ask":
                continue
            asked[0]["text"] = said[0]["text"]
            plan[block_id] = ([], {})
            self.report = [
                replace(one, nodes=[asked[0]["id"]]) if one.block == block_id else one
                for one in self.report
            ]

    def _entry(self, block_id: str | None) -> str:
        """Return the node that a block begins with; past blocks that became nothing."""
        for _ in range(len(self.source.blocks) + 1):
            if block_id is None:
                return END
            if self._entries[block_id]:
                return self._entries[block_id]
            block = self.source.blocks[block_id]
            leads = self.source.edges.get(str(block.get("outgoingEdgeId")))
            block_id = leads or self.source.after.get(block_id)
        return END

    def _join(self, source: str, handle: str, target: str) -> None:
        number = f"e{len(self._edges) + 1}"
        self._edges.append({"id": number, "source": source, "handle": handle, "target": target})

    def _make(self, block: Mapping[str, Any]) -> tuple[Nodes, dict[str, str | None]]:
        make = _MAKERS.get(block["type"])
        if make is None and block["type"] in CHECKS:
            make = Maker._ask
        if make is None:
            self._tell(block, "not_mapped", [], "sem equivalente: o fluxo segue adiante",
                       "no equal: the flow goes on past it")  # fmt: skip
            return [], {}
        return make(self, block)

    def _tell(
        self, block: Mapping[str, Any], fate: Fate, nodes: Nodes, pt: str = "", en: str = ""
    ) -> None:
        ids = [node["id"] for node in nodes]
        group = self.source.titles.get(self.source.group_of[block["id"]], "")
        self.report.append(Block(block["id"], group, block["type"][:80], fate, ids, pt, en))

    def _node(self, block: Mapping[str, Any], kind: str, **fields: Any) -> dict[str, Any]:
        self._extra += 1
        title = self.source.titles.get(self.source.group_of[block["id"]], "")
        return {"id": f"n{self._extra}", "kind": kind, "title": title, **fields}

    def _next(self, block: Mapping[str, Any]) -> dict[str, str | None]:
        return {"next": block.get("outgoingEdgeId")}

    # -- bubbles

    def _text(self, block: Mapping[str, Any]) -> tuple[Nodes, dict[str, str | None]]:
        content = block.get("content")
        text = self.source.text(rich(content if isinstance(content, dict) else {})).strip()
        if not text:
            self._tell(block, "not_mapped", [], "texto vazio", "empty text")
            return [], {}
        nodes = [self._node(block, "say", text=text[:4000])]
        self._tell(block, "mapped", nodes)
        return nodes, self._next(block)

    def _link(self, block: Mapping[str, Any]) -> tuple[Nodes, dict[str, str | None]]:
        content = block.get("content")
        found = content if isinstance(content, dict) else block.get("options") or {}
        url = self.source.text(found.get("url") or found.get("id"))
        if not url:
            self._tell(block, "not_mapped", [], "sem endereço", "without an address")
            return [], {}
        nodes = [self._node(block, "say", text=url[:4000])]
        self._tell(block, "approximated", nodes, "vai como link: envie o arquivo e troque",
                   "goes as a link: upload the file and replace it")  # fmt: skip
        return nodes, self._next(block)

    # -- questions

    def _ask(self, block: Mapping[str, Any]) -> tuple[Nodes, dict[str, str | None]]:
        options: Mapping[str, Any] = block.get("options") or {}
        kind = CHECKS[block["type"]]
        check: dict[str, Any] = {"type": kind, **bounds(block["type"], options)}
        labels = options.get("labels")
        hint = labels.get("placeholder") if isinstance(labels, dict) else ""
        handles = self._next(block)
        if kind == "choice":
            check["options"], branches = self._options(block)
            if len(check["options"]) < 2:  # noqa: PLR2004 - one is no choice
                self._tell(
                    block,
                    "not_mapped",
                    [],
                    "menos de duas opções fixas",
                    "fewer than two fixed options",
                )
                return [], {}
            handles = {**handles, **branches}
        variable = self.source.variables.get(str(options.get("variableId")))
        node = self._node(
            block,
            "ask",
            text=(self.source.text(hint).strip() or QUESTIONS[kind])[:4000],
            check=check,
            variable=variable or self.source.named(f"resposta {block['id'][:8]}"),
        )
        if retry := self.source.text(options.get("retryMessageContent")).strip():
            node["retryText"] = retry[:4000]
        lost = lost_of(block["type"], options)
        self._tell(block, "approximated" if lost else "mapped", [node], *lost)
        return [node], handles

    def _options(
        self, block: Mapping[str, Any]
    ) -> tuple[list[dict[str, str]], dict[str, str | None]]:
        found: list[dict[str, str]] = []
        branches: dict[str, str | None] = {}
        for item in entries(block.get("items")):
            label = self.source.text(item.get("content") or item.get("title")).strip()[:100]
            if not label or label.casefold() in [one["label"].casefold() for one in found]:
                continue
            number = f"o{len(found) + 1}"
            found.append({"id": number, "label": label})
            if str(item.get("outgoingEdgeId")) in self.source.edges:
                branches[number] = str(item["outgoingEdgeId"])
        return found, branches

    # -- logic

    def _condition(self, block: Mapping[str, Any]) -> tuple[Nodes, dict[str, str | None]]:
        rules: list[dict[str, Any]] = []
        handles: dict[str, str | None] = {}
        exact = True
        for item in entries(block.get("items")):
            found = item.get("content")
            content: Mapping[str, Any] = found if isinstance(found, dict) else {}
            compared = []
            for one in entries(content.get("comparisons")):
                name = self.source.variables.get(str(one.get("variableId")))
                op = OPERATORS.get(str(one.get("comparisonOperator", "Equal to")))
                if name is None or op is None:
                    exact = False
                    continue
                value = self.source.text(one.get("value"))[:200]
                compared.append({"variable": name, "op": op, "value": value})
            if not compared:
                exact = False
                continue
            either = str(content.get("logicalOperator", "AND")).upper() == "OR"
            rule = f"r{len(rules) + 1}"
            rules.append({"id": rule, "match": "any" if either else "all", "comparisons": compared})
            handles[rule] = item.get("outgoingEdgeId")
        if not rules:
            self._tell(block, "not_mapped", [], "sem comparação que se possa ler",
                       "without a comparison that can be read")  # fmt: skip
            return [], {}
        handles["else"] = block.get("outgoingEdgeId")
        node = self._node(block, "condition", rules=rules)
        lost = () if exact else ("faltou uma comparação", "a comparison is missing")
        self._tell(block, "mapped" if exact else "approximated", [node], *lost)
        return [node], handles

    def _set(self, block: Mapping[str, Any]) -> tuple[Nodes, dict[str, str | None]]:
        options = block.get("options") or {}
        name = self.source.variables.get(str(options.get("variableId")))
        change = None if name is None else setting(self.source, name, options)
        if name is None or change is None:
            self._tell(block, "not_mapped", [], "expressão em código não é executada",
                       "an expression in code is not run")  # fmt: skip
            return [], {}
        assign, exact = change
        node = self._node(block, "set", assign=[{"variable": name, **assign}])
        self._tell(block, "mapped" if exact else "approximated", [node])
        return [node], self._next(block)

    def _wait(self, block: Mapping[str, Any]) -> tuple[Nodes, dict[str, str | None]]:
        text = str((block.get("options") or {}).get("secondsToWaitFor") or "")
        if not text.isdecimal() or not 1 <= int(text[:9]) <= 30 * 24 * 3600:
            self._tell(block, "not_mapped", [], "a espera não é um número fixo de segundos",
                       "the wait is no fixed number of seconds")  # fmt: skip
            return [], {}
        node = self._node(block, "wait", seconds=int(text))
        self._tell(block, "mapped", [node])
        return [node], self._next(block)

    def _jump(self, block: Mapping[str, Any]) -> tuple[Nodes, dict[str, str | None]]:
        options = block.get("options") or {}
        target = str(options.get("blockId") or self.source.heads.get(str(options.get("groupId"))))
        if target not in self.source.blocks:
            self._tell(block, "not_mapped", [], "o destino não existe", "the target is missing")
            return [], {}
        node = self._node(block, "jump", node=target)  # a block until its node is known
        self._tell(block, "mapped", [node])
        return [node], {}

    def _http(self, block: Mapping[str, Any]) -> tuple[Nodes, dict[str, str | None]]:
        made = call(self.source, block.get("options") or {})
        if made is None:
            self._tell(block, "not_mapped", [], "sem endereço fixo", "without a fixed address")
            return [], {}
        fields, exact = made
        node = self._node(block, "http", **fields)
        out = block.get("outgoingEdgeId")
        words = "em erro, segue pelo mesmo caminho", "on an error, goes on the same way"
        self._tell(block, "mapped" if exact else "approximated", [node], *words)
        return [node], {"next": out, "error": out}


_MAKERS: dict[str, Callable[[Maker, Mapping[str, Any]], tuple[Nodes, dict[str, str | None]]]] = {
    "text": Maker._text,  # noqa: SLF001 - the table of its own methods
    **dict.fromkeys(("image", "video", "embed", "audio", "Redirect"), Maker._link),  # noqa: SLF001 - as above
    "Condition": Maker._condition,  # noqa: SLF001 - as above
    "Set variable": Maker._set,  # noqa: SLF001 - as above
    "Wait": Maker._wait,  # noqa: SLF001 - as above
    "Jump": Maker._jump,  # noqa: SLF001 - as above
    **dict.fromkeys(("Webhook", "HTTP request"), Maker._http),  # noqa: SLF001 - as above
}


def convert(file: Mapping[str, Any]) -> Converted:
    """Make a draft of a file; raises ImportRefusedError."""
    source = read(file)
    maker = Maker(source)
    draft = maker.draft()
    order = {block_id: place for place, block_id in enumerate(source.blocks)}
    found = sorted(maker.report, key=lambda one: order[one.block])
    return Converted(source.name, draft, tuple(found))
