from string import Formatter

import pytest

from models import errors
from models.errors import EngineError, ModelError, PromptTooLongError, from_wire


def every_error() -> list[type[ModelError]]:
    return [
        cls
        for cls in vars(errors).values()
        if isinstance(cls, type) and issubclass(cls, ModelError)
    ]


@pytest.mark.parametrize("cls", every_error(), ids=lambda cls: cls.__name__)
def test_every_error_speaks_both_languages_from_the_same_facts(cls: type[ModelError]) -> None:
    facts = [
        {name for _, name, _, _ in Formatter().parse(template) if name}
        for template in (cls.template, cls.template_pt)
    ]

    assert facts[0] == facts[1]
    if "template" in vars(cls):
        assert cls.template != cls.template_pt or cls.template == "{field}: {reason}."


def test_codes_are_unique() -> None:
    codes = [cls.code for cls in every_error()]

    assert len(codes) == len(set(codes))


def test_an_error_survives_the_link() -> None:
    sent = PromptTooLongError(prompt_tokens=9000, max_tokens=256, context_tokens=4096)

    heard = from_wire(sent.code, str(sent), sent.facts)

    assert type(heard) is PromptTooLongError
    assert heard.facts == sent.facts
    assert heard.words("pt-BR").startswith("O prompt tem 9000 tokens")


def test_an_unknown_code_keeps_its_message() -> None:
    heard = from_wire("something_new", "the roof is on fire")

    assert isinstance(heard, EngineError)
    assert "the roof is on fire" in str(heard)


def test_a_missing_fact_shows_as_a_question_mark() -> None:
    assert str(PromptTooLongError(prompt_tokens=1)).startswith(
        "The prompt has 1 tokens and asks for ?"
    )
