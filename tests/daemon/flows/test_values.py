"""What customers type, as Brazilians type it."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.domains.flows.domain.nodes import Check
from daemon.domains.flows.domain.repair import asks, corrects, meaning, value_in
from daemon.domains.flows.domain.values import Understood, decimal, understand

TODAY = date(2026, 3, 10)
TYPES = ["text", "email", "cpf", "cnpj", "cpf_cnpj", "phone", "date", "number"]


def value(kind: str, text: str, **check: object) -> object:
    got = understand(Check.model_validate({"type": kind, **check}), text, "pt", TODAY)
    return got.value if isinstance(got, Understood) else None


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("email", "meu e-mail é ana.lima@exemplo.com.br, ok?", "ana.lima@exemplo.com.br"),
        ("email", "ana@", None),
        ("cpf", "529.982.247-25", "529.982.247-25"),
        ("cpf", "o meu é 52998224725", "529.982.247-25"),
        ("cpf", "529.982.247-24", None),
        ("cpf", "111.111.111-11", None),
        ("cnpj", "11222333000181", "11.222.333/0001-81"),
        ("cnpj", "12.ABC.345/01DE-35", "12.ABC.345/01DE-35"),
        ("cnpj", "12abc34501de35", "12.ABC.345/01DE-35"),
        ("cnpj", "12.ABC.345/01DE-36", None),
        ("cpf_cnpj", "cnpj 11.222.333/0001-81", "11.222.333/0001-81"),
        ("phone", "(11) 98765-4321", "+5511987654321"),
        ("phone", "pode ligar no 11 98765 4321", "+5511987654321"),
        ("phone", "+351 912 345 678", "+351912345678"),
        ("phone", "1234", None),
        ("date", "31/12/2026", "2026-12-31"),
        ("date", "2026-12-31", "2026-12-31"),
        ("date", "dia 5 de março", "2026-03-05"),
        ("date", "5/3/90", "1990-03-05"),
        ("date", "amanhã", "2026-03-11"),
        ("date", "pode ser amanhã de manhã", "2026-03-11"),
        ("date", "31/02/2026", None),
        ("number", "1.234,56", "1234.56"),
        ("number", "1,234.56", "1234.56"),
        ("number", "1.500", "1500"),
        ("number", "3,5", "3.5"),
        ("number", "R$ 20", "20"),
        ("number", "2 ou 3", None),
        ("number", "muitos", None),
    ],
)
def test_answers_are_read_as_people_type_them(kind: str, text: str, expected: object) -> None:
    assert value(kind, text) == expected


def test_a_number_out_of_range_says_the_range() -> None:
    check = Check(type="number", min=1, max=10)
    got = understand(check, "11", "pt", TODAY)
    assert not isinstance(got, Understood)
    assert got.text == "Envie um valor entre 1 e 10."
    assert understand(check, "10", "pt", TODAY) == Understood("10")


def test_a_pattern_must_match_the_whole_answer() -> None:
    assert value("text", "AB-12", pattern=r"[a-z]{2}-\d+") == "AB-12"
    assert value("text", "xx AB-12", pattern=r"[a-z]{2}-\d+") is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2", "o2"),
        ("tarde", "o2"),
        ("manha", "o1"),
        ("TAR", "o2"),
        ("a segunda", "o2"),
        ("x", None),
    ],
)
def test_a_choice_is_heard_by_number_label_or_beginning(said: str, expected: str | None) -> None:
    options = [{"id": "o1", "label": "Manhã"}, {"id": "o2", "label": "Tarde"}]
    check = Check.model_validate({"type": "choice", "options": options})
    got = understand(check, said, "pt", TODAY)
    assert (got.handle if isinstance(got, Understood) else None) == expected


@settings(deadline=None)
@given(st.sampled_from(TYPES), st.text(max_size=300))
def test_no_answer_breaks_a_reader(kind: str, text: str) -> None:
    understand(Check.model_validate({"type": kind}), text, "en", TODAY)
    meaning(text)
    corrects(text)
    asks(text, strict=False)
    value_in(text)


@settings(deadline=None)
@given(st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=2))
def test_a_number_survives_both_ways_of_writing_it(number: object) -> None:
    english = f"{number:,.2f}"
    brazilian = english.translate(str.maketrans(",.", ".,"))
    assert decimal(english) == decimal(brazilian) == f"{number:.2f}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cancelar", "cancel"), ("Quero cancelar!", "cancel"), ("deixa pra lá", "cancel"),
        ("voltar", "back"), ("quero voltar uma pergunta", "back"), ("stop", "cancel"),
        ("quero cancelar meu pedido de ontem", None), ("Ana", None),
    ],
)  # fmt: skip
def test_wishes_are_told_from_answers(text: str, expected: str | None) -> None:
    assert meaning(text) == expected
