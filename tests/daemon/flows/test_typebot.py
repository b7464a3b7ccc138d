"""Typebot v6 files: what maps, what is near, what is not there; and malformed ones refused."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.domains.flows.domain.errors import ImportRefusedError
from daemon.domains.flows.domain.typebot_blocks import convert

from .drawings import Walker, check


def text(number: str, words: str) -> dict[str, Any]:
    rich = [{"type": "p", "children": [{"text": words}]}]
    return {"id": number, "type": "text", "content": {"richText": rich}}


def compared(variable: str, operator: str, value: str) -> dict[str, Any]:
    one = {"id": "c", "variableId": variable, "comparisonOperator": operator, "value": value}
    return {"comparisons": [one], "logicalOperator": "AND"}


def edge(number: str, group: str, block: str | None = None, **begins: str) -> dict[str, Any]:
    to = {"groupId": group} | ({"blockId": block} if block else {})
    return {"id": number, "from": begins, "to": to}


LEAD: dict[str, Any] = {
    "version": "6",
    "id": "bot",
    "name": "Lead",
    "events": [{"id": "ev", "type": "start", "outgoingEdgeId": "e0"}],
    "variables": [
        {"id": "v1", "name": "Nome do Cliente"},
        {"id": "v2", "name": "E-mail"},
        {"id": "v3", "name": "Pontos"},
        {"id": "v4", "name": "Cidade"},
    ],
    "groups": [
        {
            "id": "g1",
            "title": "Dados",
            "blocks": [
                {
                    "id": "oi",
                    "type": "text",
                    "content": {
                        "richText": [
                            {"type": "p", "children": [
                                {"text": "Olá", "bold": True}, {"text": "! Veja "},
                                {"type": "a", "url": "https://x.br",
                                 "children": [{"text": "aqui"}]}]},
                            {"type": "ul", "children": [
                                {"type": "li", "children": [{"text": "um"}]},
                                {"type": "li", "children": [{"text": "dois"}]}]},
                        ]
                    },
                },
                text("q1", "Qual é o seu nome?"),
                {"id": "nome", "type": "text input", "options": {"variableId": "v1"}},
                text("q2", "{{Nome do Cliente}}, seu e-mail?"),
                {"id": "mail", "type": "email input",
                 "options": {"variableId": "v2", "retryMessageContent": "E-mail ruim."}},
                {"id": "zera", "type": "Set variable",
                 "options": {"variableId": "v3", "expressionToEvaluate": "0"}},
                {"id": "soma", "type": "Set variable",
                 "options": {"variableId": "v3", "expressionToEvaluate": "{{Pontos}} + 10"}},
                {"id": "codigo", "type": "Set variable",
                 "options": {"variableId": "v4", "isCode": True,
                             "expressionToEvaluate": "return fetch('x')"}},
                text("q3", "Qual turno?"),
                {
                    "id": "turno",
                    "type": "choice input",
                    "outgoingEdgeId": "e3",
                    "items": [
                        {"id": "i1", "content": "Manhã", "outgoingEdgeId": "e1"},
                        {"id": "i2", "content": "Tarde"},
                    ],
                },
            ],
        },
        {
            "id": "g2",
            "title": "Fim",
            "blocks": [
                {
                    "id": "cond",
                    "type": "Condition",
                    "items": [
                        {"id": "k", "content": compared("v3", "Greater than", "5"),
                         "outgoingEdgeId": "e2"}
                    ],
                },
                text("menos", "Poucos pontos."),
            ],
        },
        {
            "id": "g3",
            "title": "Chamada",
            "blocks": [
                {
                    "id": "http",
                    "type": "Webhook",
                    "options": {
                        "webhook": {"method": "POST", "url": "https://crm.exemplo.com/leads",
                                    "headers": [{"id": "h", "key": "X-A", "value": "1"}],
                                    "body": '{"n": "{{Nome do Cliente}}"}'},
                        "responseVariableMapping": [
                            {"id": "m", "variableId": "v4", "bodyPath": "data.cidade"}],
                    },
                },
                {"id": "planilha", "type": "Google Sheets", "options": {}},
                {"id": "foto", "type": "image", "content": {"url": "https://x.br/a.png"}},
                {"id": "espera", "type": "Wait", "options": {"secondsToWaitFor": "2"}},
                text("tchau", "Obrigado, {{Nome do Cliente}} de {{Cidade}}!"),
            ],
        },
    ],
    "edges": [
        edge("e0", "g1", eventId="ev"),
        edge("e1", "g2", blockId="turno", itemId="i1"),
        edge("e2", "g3", blockId="cond", itemId="k"),
        edge("e3", "g3", "foto", blockId="turno"),
    ],
}  # fmt: skip


def test_a_file_becomes_a_flow_that_can_be_published_and_talked_through() -> None:
    made = convert(LEAD)
    assert check(made.draft).problems == []
    walk = Walker(made.draft)
    assert walk.texts == ["*Olá*! Veja aqui (https://x.br)\n- um\n- dois", "Qual é o seu nome?"]
    assert walk.hear("Ana") == ["Ana, seu e-mail?"]
    assert walk.hear("nada disso")[0] == "E-mail ruim."
    assert walk.hear("ana@x.com.br") == ["Qual turno?"]
    walk.hear("manhã")
    effect = dict(walk.run.effect or {})
    assert (effect["url"], effect["body"]) == ("https://crm.exemplo.com/leads", '{"n": "Ana"}')
    assert walk.done(status=200, data={"cidade": "Recife"}) == ["https://x.br/a.png"]
    assert walk.wake() == ["Obrigado, Ana de Recife!"]
    assert walk.run.outcome == "completed"


def test_the_report_names_every_block_and_what_became_of_it() -> None:
    made = convert(LEAD)
    fates = {one.block: one.outcome for one in made.blocks}
    assert fates == {
        **dict.fromkeys(
            ["oi", "q1", "nome", "q2", "mail", "zera", "soma", "q3", "turno", "cond", "menos"],
            "mapped",
        ),
        **dict.fromkeys(["http", "espera", "tchau"], "mapped"),
        "foto": "approximated",
        "codigo": "not_mapped",
        "planilha": "not_mapped",
    }
    [code] = [one for one in made.blocks if one.block == "codigo"]
    assert (code.group, code.note_pt != "", code.note_en != "") == ("Dados", True, True)


def broken(change: Any) -> dict[str, Any]:
    file = copy.deepcopy(LEAD)
    change(file)
    return file


@pytest.mark.parametrize(
    ("change", "node", "field"),
    [
        (lambda f: f.update(version="5"), None, "version"),
        (lambda f: f.update(groups=None), None, "groups"),
        (lambda f: f["groups"][0]["blocks"].append({"id": "x"}), "x", "groups.0.blocks.10"),
        (lambda f: f["groups"][0]["blocks"].append(7), "g1#11", "groups.0.blocks.10"),
        (lambda f: f["groups"][1]["blocks"].append(text("oi", "x")), "oi", "groups.1.blocks.2"),
        (lambda f: f["edges"].append(edge("e9", "gx", blockId="menos")), "menos", "edges.4.to"),
        (lambda f: f.update(events=[]), None, "events"),
        (lambda f: f["variables"].append({"id": "v9"}), None, "variables.4"),
    ],
)
def test_a_malformed_file_is_refused_whole_with_its_place(
    change: Any, node: str | None, field: str
) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        convert(broken(change))
    assert (node, field) in {(one.node, one.field) for one in refused.value.problems}


PLACES = st.lists(st.integers(min_value=0, max_value=30), min_size=1, max_size=8)
JUNK: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({})
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLACES, JUNK)
def test_a_damaged_file_is_refused_or_becomes_a_checked_draft(
    places: list[int], junk: object
) -> None:
    """Put junk somewhere into a good file: nothing breaks but the file."""
    file: Any = copy.deepcopy(LEAD)
    here: Any = file
    for place in places:
        inner = list(here.keys() if isinstance(here, dict) else range(len(here)))
        key = inner[place % len(inner)]
        if not isinstance(here[key], dict | list) or not here[key] or place is places[-1]:
            here[key] = junk
            break
        here = here[key]
    try:
        made = convert(file)
    except ImportRefusedError:
        return
    assert {one.outcome for one in made.blocks} <= {"mapped", "approximated", "not_mapped"}
    check(made.draft)
