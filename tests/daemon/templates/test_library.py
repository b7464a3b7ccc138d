"""The library: whole, bilingual, and ready for a business."""

import orjson
import pytest

from daemon.domains.agents.domain import effective
from daemon.domains.flows.domain import checks
from daemon.domains.templates.domain import CATEGORIES, Template, fill, flat, texts_of
from tests.daemon.templates.rigging import SHIPPED


def test_every_category_is_there_in_both_languages() -> None:
    found = {(one.template.category, one.template.language) for one in SHIPPED.values()}
    wanted = {(name, lang) for name in CATEGORIES if name != "other" for lang in ("pt-BR", "en")}
    assert found == wanted


@pytest.mark.parametrize("number", SHIPPED)
def test_a_shipped_template_is_ready_for_a_business(number: str) -> None:
    template = SHIPPED[number].template
    effective({}, template.settings)
    assert len(template.faqs) >= 10
    assert len(template.golden) >= 6
    assert template.flow is not None
    assert len(template.persona.instructions) > 400
    assert [blank.name for blank in template.blanks if blank.required] == ["business_name"]
    questions = [flat(pair.question) for pair in template.faqs]
    assert len(set(questions)) == len(questions)
    assert any(one.expect.refusal for one in template.golden)


@pytest.mark.parametrize("number", SHIPPED)
def test_every_golden_fact_stands_in_an_answer_of_the_seed(number: str) -> None:
    """What the template itself promises to answer must be in its own FAQ."""
    template = SHIPPED[number].template
    values = {blank.name: blank.example or "X" for blank in template.blanks}
    filled = fill(template, "Ana", values)
    answers = flat(" ".join(pair.answer for pair in filled.faqs))
    for golden in filled.golden:
        for word in golden.expect.words:
            assert flat(word) in answers, (golden.question, word)


@pytest.mark.parametrize("number", [one for one in SHIPPED if one.endswith(".pt-BR")])
def test_the_sister_in_english_has_the_same_blanks_steps_and_pairs(number: str) -> None:
    here, there = SHIPPED[number].template, SHIPPED[number.replace("pt-BR", "en")].template
    assert [b.name for b in here.blanks] == [b.name for b in there.blanks]
    assert (len(here.faqs), len(here.golden)) == (len(there.faqs), len(there.golden))
    assert here.flow is not None
    assert there.flow is not None
    assert [n["id"] for n in here.flow.graph["nodes"]] == [
        n["id"] for n in there.flow.graph["nodes"]
    ]
    assert not {text for _, text in texts_of(there)} & {
        pair.answer for pair in here.faqs if len(pair.answer) > 20
    }


@pytest.mark.parametrize("number", SHIPPED)
def test_every_shipped_flow_can_be_published(number: str) -> None:
    template = SHIPPED[number].template
    filled = fill(template, "Ana", {"business_name": "Empresa"})
    assert filled.flow is not None
    found = checks.Checked(
        filled.flow.graph, flow=lambda _: False, file=lambda _: False, cron=lambda _: False
    )
    assert [(one.node, one.en) for one in found.problems] == []


def test_what_a_blank_leaves_empty_is_not_said_at_all() -> None:
    template = SHIPPED["clinic.pt-BR"].template
    filled = fill(template, "Clara", {"business_name": "Clínica Vida", "price": "R$ 300"})
    answers = [pair.answer for pair in filled.faqs]
    assert "A consulta particular custa R$ 300." in answers
    assert not [text for text in answers if "[[" in text or "convênios atendidos são" in text]
    assert "Clínica Vida" in filled.instructions
    assert "[[" not in orjson.dumps(filled.flow.graph if filled.flow else {}).decode()


def test_a_template_says_which_blank_may_not_stay_empty() -> None:
    file = SHIPPED["gym.en"].template.model_dump(mode="json", by_alias=True)
    file["persona"]["instructions"] = "[[plans]]"
    with pytest.raises(ValueError, match="may stay empty"):
        Template.model_validate(file)
