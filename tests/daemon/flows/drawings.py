"""Graphs for tests, and a box that walks them in memory."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.flows.domain.checks import Checked
from daemon.domains.flows.domain.engine import Engine
from daemon.domains.flows.domain.run import Moved, Result, Run

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Sao_Paulo")


def drawing(*nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A graph whose nodes follow one another, unless they say otherwise by `to`."""
    edges, plain = [], []
    for place, node in enumerate(nodes):
        ways = dict(node.get("to", {}))
        last = place + 1 == len(nodes)
        if not ways and not last and node["kind"] not in {"end", "handover", "jump"}:
            ways = {"next": nodes[place + 1]["id"]}
        plain.append({name: value for name, value in node.items() if name != "to"})
        edges += [
            {"id": f"{node['id']}-{handle}", "source": node["id"], "handle": handle, "target": to}
            for handle, to in ways.items()
        ]
    return {"start": nodes[0]["id"], "nodes": plain, "edges": edges, **more}


def say(number: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "kind": "say", "text": text, **more}


def ask(number: str, text: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    check = {"type": kind, **more.pop("check", {})}
    return {"id": number, "kind": "ask", "text": text, "variable": number, "check": check, **more}


def choose(number: str, text: str, *labels: str, **more: Any) -> dict[str, Any]:
    options = [{"id": f"o{place}", "label": label} for place, label in enumerate(labels, 1)]
    return ask(number, text, "choice", check={"options": options}, **more)


def end(number: str = "fim", text: str = "") -> dict[str, Any]:
    return {"id": number, "kind": "end", "text": text}


BOOKING = drawing(
    say("oi", "Olá! Vamos marcar."),
    ask("nome", "Qual é o seu nome?"),
    ask("email", "Qual é o seu e-mail?", "email"),
    choose("turno", "{{nome}}, qual turno?", "Manhã", "Tarde"),
    end(text="Anotado: {{nome}}, {{email}}, {{turno}}."),
    triggers=[{"kind": "keyword", "words": ["marcar"]}],
)

# A deposit that whoever charges needs a CPF for.
SIGNAL = drawing(
    ask("cpf", "Qual é o seu CPF?", "cpf"),
    say(
        "c",
        "Vamos ao sinal.",
        pix={"amountCentavos": 5000, "description": "Sinal", "documentVariable": "cpf"},
        to={"paid": "fim", "timeout": "nao"},
    ),
    end("nao", "Sem pagamento."),
    end(text="Pago!"),
    triggers=[{"kind": "keyword", "words": ["pix"]}],
)


def check(draft: dict[str, Any]) -> Checked:
    return Checked(draft, flow=lambda _: False, file=lambda _: False, cron=lambda _: True)


def codes(draft: dict[str, Any]) -> set[tuple[str | None, str]]:
    return {(one.node, one.code) for one in check(draft).problems}


class Walker:
    """A customer and a flow, without a box around them."""

    def __init__(self, draft: dict[str, Any], **values: Any) -> None:
        checked = check(draft)
        assert checked.graph is not None, checked.problems
        self.graph = checked.graph
        self.engine = Engine(ZONE, lambda _: None)
        self.moved: Moved = self.engine.begin(
            self.graph,
            Run("r", "f", 1, "a", "api", "working", "", NOW, NOW, contact_name="Ana", **values),
            NOW,
        )

    @property
    def run(self) -> Run:
        return self.moved.run

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.moved.said]

    def hear(self, text: str, *, wants_person: bool = False) -> list[str]:
        self.moved = self.engine.heard(self.graph, self.run, text, NOW, wants_person=wants_person)
        return self.texts

    def done(self, **result: Any) -> list[str]:
        result = {"ok": True, **result}
        self.moved = self.engine.done(self.graph, self.run, Result(**result), NOW)
        return self.texts

    def wake(self) -> list[str]:
        self.moved = self.engine.woke(self.graph, self.run, NOW)
        return self.texts
