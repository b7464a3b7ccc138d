"""What keeps a graph from being published: everything that is wrong, at once, with its place."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from daemon.kernel.complaints import complaint

from .base import MAX_BYTES
from .errors import Problem
from .graph import Graph, ScheduleTrigger, handles, sets
from .nodes import KINDS, Ask, Condition, Http, Jump, Say
from .paths import input_free_loop, reached, setters_before
from .patterns import fault
from .reading import (
    inner_ids,
    named_in,
    names_in,
    patterns_of,
    repair_texts,
    size,
    texts_of,
)
from .secret_words import secret_of
from .texts import BUILT_IN, used

WAYS = {
    "next": "seguinte",
    "paid": "pago",
    "timeout": "tempo esgotado",
    "error": "erro",
    "else": "senão",
}
ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

Exists = Callable[[str], bool]
"""Says whether there is a published flow, a file, a secret of this id."""


class Checked:
    """Reads a draft; `graph` is there only when nothing is wrong with it."""

    def __init__(
        self,
        draft: Mapping[str, Any],
        *,
        flow: Exists,
        file: Exists,
        cron: Exists,
        secret: Exists = lambda _: True,
    ) -> None:
        self.problems: list[Problem] = []
        self.graph: Graph | None = None
        self._broken: set[str] = set()
        self._given: set[str] = set()
        self._flow, self._file, self._cron, self._secret = flow, file, cron, secret
        if size(draft) > MAX_BYTES:
            limit = MAX_BYTES // 1024
            self._say(None, "draft", "too_large", f"passa de {limit} KB", f"is over {limit} KB")
            return
        graph = self._shape(draft)
        if graph is None:
            return
        self._meaning(graph)
        if not self.problems:
            self.graph = graph

    # -- the shape

    def _shape(self, draft: Mapping[str, Any]) -> Graph | None:
        nodes = draft.get("nodes")
        listed = nodes if isinstance(nodes, list) else []
        try:
            readable = [self._readable(node, place) for place, node in enumerate(listed)]
            graph = Graph.model_validate(
                {**draft, **({"nodes": readable} if isinstance(nodes, list) else {})}
            )
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                self._misshapen(None, item)
            return None
        except RecursionError:
            self._say(None, "draft", "too_deep", "tem níveis demais", "is nested too deeply")
            return None
        return graph

    def _readable(self, node: Any, place: int) -> Any:
        """Return a node, or one that stands in its place so that the others can be checked."""
        named = node if isinstance(node, dict) else {}
        number = str(named.get("id", f"#{place + 1}"))[:64]
        if named.get("kind") not in KINDS:
            kind = str(named.get("kind"))[:40]
            self._say(
                number,
                "kind",
                "unknown_kind",
                f"tipo de nó desconhecido: {kind}",
                f"unknown kind of node: {kind}",
            )
        else:
            try:
                KINDS[named["kind"]].model_validate(node)
            except ValidationError as error:
                for item in error.errors(include_url=False, include_input=False):
                    self._misshapen(number, item)
            else:
                return node
        self._broken.add(number)
        self._given |= named_in(named)
        known = ID.fullmatch(number) is not None
        return {"kind": "handover", "id": number if known else f"broken-{place}"}

    def _misshapen(self, node: str | None, item: Any) -> None:
        field = ".".join(str(part) for part in item["loc"] if part not in KINDS) or "graph"
        english = complaint(item, "en")
        portuguese = complaint(item, "pt-BR")
        self._say(node, field, str(item["type"]), f"{field}: {portuguese}", f"{field}: {english}")

    # -- the meaning

    def _meaning(self, graph: Graph) -> None:
        self._ids(graph)
        if graph.start not in graph.by_id:
            self._say(None, "start", "no_start", f"o nó inicial {graph.start} não existe",
                      f"the first node {graph.start} does not exist")  # fmt: skip
            return
        self._edges(graph)
        self._ways_out(graph)
        self._targets(graph)
        met = reached(graph)
        for node in graph.by_id.values():
            if node.id not in met:
                self._say(node.id, "id", "unreachable", "não há caminho até este nó",
                          "nothing leads to this node")  # fmt: skip
        if loop := input_free_loop(graph):
            way = " → ".join(loop)
            self._say(loop[0], "id", "loop", f"laço sem resposta do cliente: {way}",
                      f"a loop in which the customer is never asked: {way}")  # fmt: skip
        self._names(graph)
        self._secrets(graph)
        self._patterns(graph)
        self._schedules(graph)

    def _ids(self, graph: Graph) -> None:
        for what, ids in (
            ("nó", [node.id for node in graph.nodes]),
            ("aresta", [edge.id for edge in graph.edges]),
        ):
            english = "node" if what == "nó" else "edge"
            for one, times in Counter(ids).items():
                if times > 1:
                    place = one if english == "node" else None
                    self._say(place, "id", "duplicate_id", f"id de {what} repetido: {one}",
                              f"two {english}s have the id {one}")  # fmt: skip
        for node in graph.nodes:
            for one, times in Counter(inner_ids(node)).items():
                if times > 1:
                    self._say(
                        node.id,
                        "id",
                        "duplicate_id",
                        f"id repetido no nó: {one}",
                        f"the id {one} is used twice in the node",
                    )

    def _edges(self, graph: Graph) -> None:
        seen: set[tuple[str, str]] = set()
        for edge in graph.edges:
            here = (edge.source, edge.handle)
            source = graph.by_id.get(edge.source)
            if source is None or edge.target not in graph.by_id:
                gone = edge.source if source is None else edge.target
                self._say(edge.source if source else None, "edges", "unknown_node",
                          f"a aresta {edge.id} liga ao nó {gone}, que não existe",
                          f"edge {edge.id} joins node {gone}, which does not exist")  # fmt: skip
                continue
            must, may = handles(source)
            if edge.source in self._broken:
                continue
            if edge.handle not in (*must, *may):
                self._say(edge.source, "edges", "unknown_handle",
                          f"este nó não tem a saída {edge.handle} (aresta {edge.id})",
                          f"this node has no way out {edge.handle} (edge {edge.id})")  # fmt: skip
            elif here in seen:
                self._say(edge.source, "edges", "two_edges",
                          f"duas arestas na saída {edge.handle}",
                          f"two edges at the way out {edge.handle}")  # fmt: skip
            seen.add(here)

    def _ways_out(self, graph: Graph) -> None:
        for node in graph.nodes:
            must, _ = handles(node)
            if isinstance(node, Ask) and (node.id, "next") in graph.ways:
                continue  # options without an edge of their own go there
            missing = [handle for handle in must if (node.id, handle) not in graph.ways]
            named = ", ".join(_way_out(node, handle) for handle in missing)
            if missing and len(missing) == len(must):
                self._say(node.id, "edges", "dead_end",
                          f"beco sem saída: nenhum caminho sai deste nó (falta {named})",
                          f"dead end: nothing leads on from here (missing {', '.join(missing)})",
                          )  # fmt: skip
            elif missing:
                self._say(node.id, "edges", "missing_edge",
                          f"falta ligar a saída {named}",
                          f"the way out {', '.join(missing)} leads nowhere")  # fmt: skip

    def _targets(self, graph: Graph) -> None:
        for node in graph.nodes:
            if isinstance(node, Jump):
                if node.node is not None and node.node not in graph.by_id:
                    self._say(node.id, "node", "unknown_node", f"o nó {node.node} não existe",
                              f"node {node.node} does not exist")  # fmt: skip
                if node.flow is not None and not self._flow(node.flow):
                    self._say(node.id, "flow", "unknown_flow",
                              f"não há fluxo publicado {node.flow}",
                              f"there is no published flow {node.flow}")  # fmt: skip
            if isinstance(node, Say) and node.media and not self._file(node.media.id):
                self._say(node.id, "media", "unknown_file", "o arquivo não foi enviado",
                          "the file was never uploaded")  # fmt: skip
            if isinstance(node, Http) and "{{" in node.url.split("://")[-1].split("/")[0]:
                self._say(node.id, "url", "variable_host",
                          "o endereço do servidor não pode vir de uma variável",
                          "the host must not come from a variable")  # fmt: skip

    def _names(self, graph: Graph) -> None:
        given = self._given | {known.name for known in graph.variables if known.value is not None}
        declared = {known.name for known in graph.variables}
        settable = {name for node in graph.nodes for name in sets(node)}
        for name in declared & BUILT_IN:
            self._say(None, "variables", "reserved", f"{name} é um nome reservado",
                      f"{name} is a reserved name")  # fmt: skip
        before = setters_before(graph)
        for node in graph.nodes:
            seen: set[str] = set()
            for field, name in names_in(node):
                if name in BUILT_IN or name in given or name in seen or secret_of(name) is not None:
                    continue
                seen.add(name)
                if name not in settable:
                    code = "never_set" if name in declared else "unknown_variable"
                    self._never_set(node.id, field, code, name)
                elif name not in before.get(node.id, frozenset()):
                    self._say(node.id, field, "never_set",
                              f"a variável {name} ainda não tem valor neste ponto",
                              f"the variable {name} has no value yet at this node")  # fmt: skip
        for field, text in repair_texts(graph.repair):
            for name in used(text):
                if name not in BUILT_IN | given | settable and secret_of(name) is None:
                    self._never_set(None, field, "unknown_variable", name)

    def _never_set(self, node: str | None, field: str, code: str, name: str) -> None:
        self._say(node, field, code, f"a variável {name} nunca recebe um valor",
                  f"the variable {name} is never given a value")  # fmt: skip

    def _secrets(self, graph: Graph) -> None:
        """Let secrets stand in headers and bodies only, and only those that were supplied."""
        placed = [(node, field, text) for node in graph.nodes for field, text in texts_of(node)]
        for node, field, text in placed:
            for name in dict.fromkeys(map(secret_of, used(text))):
                if name is None:
                    continue
                if not isinstance(node, Http) or field not in {"headers", "body"}:
                    self._say(node.id, field, "secret_exposed",
                              f"o segredo {name} só pode estar em cabeçalhos ou no corpo "
                              "de uma chamada",
                              f"the secret {name} may only stand in headers or the body "
                              "of a call")  # fmt: skip
                elif not self._secret(name):
                    self._say(node.id, field, "missing_secret",
                              f"falta informar o segredo {name}",
                              f"the secret {name} was not supplied yet")  # fmt: skip

    def _patterns(self, graph: Graph) -> None:
        for node in graph.nodes:
            for field, pattern in patterns_of(node):
                if (wrong := fault(pattern)) is not None:
                    self._say(node.id, field, "bad_pattern",
                              f"expressão regular inválida (RE2): {wrong}",
                              f"bad regular expression (RE2): {wrong}")  # fmt: skip

    def _schedules(self, graph: Graph) -> None:
        for trigger in graph.triggers:
            if isinstance(trigger, ScheduleTrigger) and not self._cron(trigger.cron):
                self._say(None, "triggers", "bad_cron",
                          f"horário inválido: {trigger.cron} (use cron de cinco campos)",
                          f"bad schedule: {trigger.cron} (use a five-field cron)")  # fmt: skip

    def _say(self, node: str | None, field: str, code: str, pt: str, en: str) -> None:
        self.problems.append(Problem(node, field, code, pt, en))


def _way_out(node: Any, handle: str) -> str:
    """Return how a Brazilian calls a way out, with the id by which an edge names it."""
    options = node.check.options if isinstance(node, Ask) else ()
    labels = {**WAYS, **{option.id: option.label for option in options}}
    rules = node.rules if isinstance(node, Condition) else ()
    labels |= {rule.id: f"da regra {place}" for place, rule in enumerate(rules, 1)}
    return f"{labels[handle]} ({handle})" if handle in labels else handle
