"""Choices: how they are put, and what an answer chose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.kernel.choices import chosen, show
from daemon.kernel.errors import BadInputError

TIMES = ["Manhã", "Tarde", "Noite"]


def test_a_few_short_options_are_a_poll_that_reads_as_a_list() -> None:
    shown = show("Qual horário?", TIMES)
    assert shown.kind == "poll"
    assert shown.text == "Qual horário?\n- Manhã\n- Tarde\n- Noite"
    assert shown.extra["poll"] == {"name": "Qual horário?", "options": TIMES, "selectable": 1}
    assert shown.extra["choice"]["options"] == TIMES


@pytest.mark.parametrize(
    ("question", "options", "polls"),
    [
        ("Qual horário?", TIMES, False),
        ("Qual horário?", [f"Opção {place}" for place in range(13)], True),
        ("Qual horário?", ["Manhã", "x" * 101], True),
        ("Qual horário? " * 20, TIMES, True),
    ],
    ids=["no polls here", "too many", "too long", "long question"],
)
def test_what_fits_no_poll_is_numbered_text(
    question: str, options: list[str], *, polls: bool
) -> None:
    shown = show(question, options, polls=polls)
    assert shown.kind == "text"
    assert f"1. {options[0]}\n2. {options[1]}" in shown.text
    assert shown.text.endswith("Responda com o número ou o nome da opção.")
    assert "poll" not in shown.extra
    assert shown.extra["choice"]["options"] == options


def test_the_hint_speaks_the_language_of_the_agent() -> None:
    assert "Reply with the number" in show("Which?", TIMES, polls=False, language="en").text


@pytest.mark.parametrize(
    ("question", "options", "field"),
    [
        ("", TIMES, "text"),
        ("Qual?", ["Sim"], "options"),
        ("Qual?", ["Sim"] * 51, "options"),
        ("Qual?", ["Sim", " "], "options[1]"),
        ("Qual?", ["Manhã", "Tarde", "MANHA!"], "options[2]"),
    ],
)
def test_a_choice_nobody_could_make_is_refused_by_field(
    question: str, options: list[str], field: str
) -> None:
    with pytest.raises(BadInputError) as refused:
        show(question, options)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("Tarde", 1),
        ("MANHA", 0),
        ("  manhã!  ", 0),
        ("2", 1),
        ("2)", 1),
        ("2️⃣", 1),
        ("n. 3", 2),
        ("opção 2", 1),
        ("a segunda", 1),
        ("Quero a tarde, por favor", 1),
        ("noi", 2),
        ("o terceiro", 2),
        ("the first one", 0),
        ("4", None),
        ("0", None),
        ("", None),
        ("talvez", None),
        ("tem estacionamento de manhã?", None),
        ("manhã ou tarde", None),
    ],
)
def test_an_answer_is_read_by_label_number_or_beginning(said: str, place: int | None) -> None:
    assert chosen(TIMES, said) == place


def test_a_beginning_that_two_labels_share_chooses_none() -> None:
    assert chosen(["Corte feminino", "Corte masculino"], "corte") is None
    assert chosen(["Corte feminino", "Corte masculino"], "corte m") == 1


def test_a_label_wins_over_the_number_of_another() -> None:
    assert chosen(["2", "1"], "1") == 1
    assert chosen(["9h", "14h", "18h"], "18") == 2


def test_labels_of_signs_alone_can_be_chosen() -> None:
    assert show("Gostou?", ["👍", "👎"]).kind == "poll"
    assert chosen(["👍", "👎"], "👎") == 1


LABELS = st.lists(st.text(min_size=1, max_size=30).filter(str.strip), min_size=2, max_size=12)


@given(LABELS, st.data())
def test_every_option_is_chosen_by_its_own_label(labels: list[str], data: st.DataObject) -> None:
    try:
        options = show("Qual?", labels).extra["choice"]["options"]
    except BadInputError:
        return
    place = data.draw(st.integers(0, len(options) - 1))
    assert chosen(options, options[place]) == place
