"""How a run moves: answers, repairs, effects; and that it always comes to rest."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.daemon.flows.drawings import (
    BOOKING,
    NOW,
    Walker,
    ask,
    check,
    choose,
    drawing,
    end,
    say,
)


def test_a_whole_talk_fills_its_variables() -> None:
    walk = Walker(BOOKING)
    assert walk.texts == ["Olá! Vamos marcar.", "Qual é o seu nome?"]
    assert walk.hear("Ana Lima") == ["Qual é o seu e-mail?"]
    assert walk.hear("ana@exemplo.com.br") == ["Ana Lima, qual turno?"]
    assert walk.moved.said[0].options == ("Manhã", "Tarde")
    assert walk.hear("2") == ["Anotado: Ana Lima, ana@exemplo.com.br, Tarde."]
    assert (walk.run.state, walk.run.outcome) == ("ended", "completed")


def test_a_question_in_the_middle_is_answered_and_the_step_asked_again() -> None:
    walk = Walker(BOOKING)
    walk.hear("Ana")
    assert walk.hear("Vocês abrem no sábado?") == []
    assert dict(walk.run.effect or {})["question"] == "Vocês abrem no sábado?"
    assert walk.done(text="Sim, {{até}} 13h.") == ["Sim, {{até}} 13h.", "Qual é o seu e-mail?"]
    assert walk.run.state == "asking"


def test_an_answer_that_begins_like_a_question_is_an_answer() -> None:
    walk = Walker(drawing(ask("dia", "Que dia?", "date"), end(text="Dia {{dia}}.")))
    assert walk.hear("pode ser dia 12/05/2026?") == []
    assert walk.run.state == "working"
    walk.done(text="Pode.")
    assert walk.hear("pode ser dia 12/05/2026") == ["Dia 12/05/2026."]


def test_a_correction_changes_an_earlier_answer_and_goes_on() -> None:
    walk = Walker(BOOKING)
    walk.hear("Ana")
    walk.hear("ana@exemplo.com.br")
    said = walk.hear("na verdade meu e-mail é bia@exemplo.com.br")
    assert said == ["Pronto, corrigi o e-mail.", "Ana, qual turno?"]
    assert walk.run.variables["email"] == "bia@exemplo.com.br"


def test_a_correction_that_decides_the_way_walks_it_again() -> None:
    rule = {"id": "adulto", "comparisons": [
        {"variable": "idade", "op": "greater_or_equal", "value": "18"}]}  # fmt: skip
    walk = Walker(
        drawing(
            ask("idade", "Qual a sua idade?", "number"),
            {
                "id": "c",
                "kind": "condition",
                "rules": [rule],
                "to": {"adulto": "cnh", "else": "pais"},
            },
            ask("cnh", "Tem CNH?", to={"next": "fim"}),
            ask("pais", "Nome dos pais?", to={"next": "fim"}),
            end(),
        )
    )
    assert walk.hear("12") == ["Nome dos pais?"]
    assert walk.hear("errei, minha idade é 21") == ["Pronto, corrigi idade.", "Tem CNH?"]


def test_going_back_asks_the_question_before() -> None:
    walk = Walker(BOOKING)
    walk.hear("Ana")
    walk.hear("ana@exemplo.com.br")
    assert walk.hear("voltar") == ["Vamos voltar.", "Qual é o seu e-mail?"]
    assert walk.hear("voltar") == ["Vamos voltar.", "Qual é o seu nome?"]


def test_cancelling_ends_unless_it_is_an_option() -> None:
    walk = Walker(BOOKING)
    assert walk.hear("cancelar") == ["Tudo bem, cancelei."]
    assert walk.run.outcome == "cancelled"
    walk = Walker(
        drawing(choose("o", "O que deseja?", "Cancelar", "Falar com atendente"), end(text="{{o}}"))
    )
    assert walk.hear("cancelar") == ["Cancelar"]


def test_what_is_not_understood_three_times_goes_to_a_person() -> None:
    walk = Walker(BOOKING)
    walk.hear("Ana")
    for _ in range(2):
        assert walk.hear("não sei")[-1] == "Qual é o seu e-mail?"
    assert walk.hear("não sei")[0].startswith("Não consegui entender")
    assert walk.run.outcome == "handover"
    assert walk.moved.hands_over


def test_repairs_can_be_changed_by_flow_and_by_node() -> None:
    walk = Walker(
        drawing(
            ask("a", "A?", "number", repair={"tries": 1, "cancel": False},
                to={"next": "fim", "confused": "ajuda"}),
            say("ajuda", "Vou explicar.", to={"next": "fim"}),
            end(),
            repair={"cancelText": "Até mais!", "digression": False},
        )
    )  # fmt: skip
    assert walk.hear("cancelar") == ["Vou explicar."]
    walk = Walker(
        drawing(ask("a", "A?", "number"), end(), repair={"digression": False, "cancelText": "Ok!"})
    )
    assert walk.hear("quanto custa isso?")[-1] == "A?"
    assert walk.hear("sair") == ["Ok!"]


def test_nobody_answering_in_time_takes_the_drawn_way_or_ends() -> None:
    walk = Walker(BOOKING)
    walk.wake()
    assert walk.run.outcome == "expired"
    walk = Walker(
        drawing(
            ask("a", "A?", to={"next": "fim", "timeout": "tarde"}),
            {"id": "tarde", "kind": "handover", "text": "Chamei alguém."},
            end(),
        )
    )
    assert walk.wake() == ["Chamei alguém."]


def test_asking_for_a_person_hands_over_with_one_closing_message() -> None:
    walk = Walker(BOOKING)
    assert len(walk.hear("quero falar com um atendente", wants_person=True)) == 1
    assert (walk.run.outcome, walk.moved.hands_over) == ("handover", True)


HTTP = {
    "id": "h", "kind": "http", "method": "POST", "url": "https://api.exemplo.com/{{nome}}",
    "headers": {"X-A": "{{nome}}"}, "body": '{"nome": "{{nome}}"}',
    "map": [{"variable": "preco", "path": "data.itens[1].preco"}],
    "to": {"next": "fim", "error": "erro"},
}  # fmt: skip


def test_a_call_is_escaped_where_it_goes_and_its_answer_is_mapped() -> None:
    draft = drawing(
        ask("nome", "Nome?"),
        HTTP,
        end("erro", "Falhou."),
        end(text="Custa {{preco}}."),
        variables=[{"name": "preco", "value": ""}],
    )
    walk = Walker(draft)
    walk.hear('Ana "x"/y\r\nz')
    effect = dict(walk.run.effect or {})
    assert effect["url"] == "https://api.exemplo.com/Ana%20%22x%22%2Fy%0D%0Az"
    assert effect["body"] == '{"nome": "Ana \\"x\\"/y\\r\\nz"}'
    assert "\n" not in effect["headers"]["X-A"]
    data = {"data": {"itens": [{}, {"preco": 12.5}]}}
    assert walk.done(status=200, data=data) == ["Custa 12.5."]
    walk = Walker(draft)
    walk.hear("Ana")
    assert walk.done(ok=False, status=500) == ["Falhou."]


def test_a_charge_waits_for_its_payment() -> None:
    pix = {"amountCentavos": 4990, "description": "Sinal"}
    walk = Walker(
        drawing(
            say("c", "Segue o Pix.", pix=pix, to={"paid": "fim", "timeout": "nao"}),
            end("nao", "Não recebemos."),
            end(text="Recebido!"),
        )
    )
    assert dict(walk.run.effect or {})["amount"] == 4990
    assert walk.done(text="0002CODE", payment_id="p") == [
        "Pix de R$ 49,90 (Sinal). Copie o código abaixo:",
        "0002CODE",
    ]
    assert walk.run.state == "charging"
    paid = walk.engine.paid(walk.graph, walk.run, NOW)
    assert [one.text for one in paid.said] == ["Recebido!"]
    assert walk.wake() == ["Não recebemos."]


def test_set_and_condition_work_with_numbers_dates_and_lists() -> None:
    assign = [
        {"variable": "pontos", "op": "add", "value": "10,5"},
        {"variable": "pontos", "op": "subtract", "value": "0.5"},
        {"variable": "lista", "op": "append", "value": "a"},
        {"variable": "hoje", "op": "today"},
    ]
    compare = [
        {"variable": "pontos", "op": "equals", "value": "10"},
        {"variable": "lista", "op": "contains", "value": "A"},
        {"variable": "hoje", "op": "less", "value": "2026-12-31"},
        {"variable": "contact_name", "op": "matches", "value": "^an[aá]$"},
    ]
    walk = Walker(
        drawing(
            {"id": "s", "kind": "set", "assign": assign},
            {
                "id": "c",
                "kind": "condition",
                "rules": [{"id": "sim", "comparisons": compare}],
                "to": {"sim": "fim", "else": "nao"},
            },
            end("nao", "não"),
            end(text="sim {{pontos}}"),
        )
    )
    assert walk.texts == ["sim 10.0"]


# -- every graph that may be published comes to rest

WAYS: dict[str, list[str]] = {
    "say": ["next"],
    "ask": ["next"],
    "choice": ["o1", "o2"],
    "condition": ["r", "else"],
    "set": ["next"],
    "http": ["next", "error"],
    "ask_agent": ["next"],
    "wait": ["next"],
    "jump": [],
    "end": [],
}
RULE = {"id": "r", "comparisons": [{"variable": "contact_name", "op": "is_set"}]}
FIELDS: dict[str, dict[str, Any]] = {
    "say": {"text": "oi"},
    "condition": {"rules": [RULE]},
    "set": {"assign": [{"variable": "x", "op": "add", "value": "1"}]},
    "http": {"url": "https://a.b"},
    "wait": {"seconds": 5},
}


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw any graph, most of them broken."""
    kinds = draw(st.lists(st.sampled_from(list(WAYS)), min_size=1, max_size=7))
    ids = [f"n{place}" for place in range(len(kinds))]
    to = st.sampled_from(ids)
    nodes: list[dict[str, Any]] = []
    for number, kind in zip(ids, kinds, strict=True):
        node: dict[str, Any] = {"id": number, "kind": kind, **FIELDS.get(kind, {})}
        ways = WAYS[kind]
        if kind == "ask":
            node = ask(number, "?", draw(st.sampled_from(["text", "number", "email"])))
            ways = [*ways, *draw(st.sampled_from([[], ["timeout"], ["confused"]]))]
        elif kind == "choice":
            node = choose(number, "?", "Um", "Dois")
        elif kind == "jump":
            node["node"] = draw(to)
        if ways:
            node["to"] = {way: draw(to) for way in ways}
        nodes.append(node)
    return drawing(*nodes)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs(), st.lists(st.sampled_from(["1", "oi", "a@b.co", "", "voltar", "quanto é?"])))
def test_every_publishable_graph_ends_waits_or_asks_after_each_move(
    draft: dict[str, Any], inputs: list[str]
) -> None:
    checked = check(draft)
    if checked.graph is None:
        assert checked.problems
        assert all(one.pt and one.en and one.code for one in checked.problems)
        return
    walk = Walker(draft)
    for text in [*inputs, *["oi"] * 5]:
        assert walk.run.reason != "too_many_steps"
        match walk.run.state:
            case "asking":
                walk.hear(text)
            case "working":
                walk.done(text="resposta", status=200)
            case "sleeping":
                walk.wake()
            case _:
                assert walk.run.state == "ended"
                assert walk.run.outcome != "failed"
                return
