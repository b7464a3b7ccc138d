"""Prompt, prefix and retry, over the real engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import InvalidOutputError
from models.language.answers import Answers
from models.language.loading import Loaded, Plan, load
from models.ports import ChatMessage, ChatRequest


@pytest.fixture(scope="module")
def loaded(made_once: Path) -> Iterator[Loaded]:
    loaded = load(Plan(made_once, context_tokens=1024, threads=1), lambda *_: None, lambda: None)
    yield loaded
    loaded.engine.close()
    loaded.weights.close()


@pytest.fixture
def answers(loaded: Loaded) -> Answers:
    return Answers(loaded)


def a_request(**options: object) -> ChatRequest:
    messages = (
        ChatMessage("system", "You answer questions about a bakery in one short sentence. " * 5),
        ChatMessage("user", "When do you open?"),
    )
    return ChatRequest(messages=messages, **{"max_tokens": 12, **options})  # type: ignore[arg-type]  # options of one test


async def test_the_prefix_is_what_all_chats_of_an_agent_share(answers: Answers) -> None:
    first = await answers.chat(a_request(prefix_messages=1), timeout_s=60)
    other = ChatRequest(
        (a_request().messages[0], ChatMessage("user", "Do you sell cakes?")),
        max_tokens=4,
        prefix_messages=1,
    )
    second = await answers.chat(other, timeout_s=60)

    assert first.usage.cached_tokens == 0
    assert 40 < second.usage.cached_tokens < second.usage.prompt_tokens


async def test_json_that_never_becomes_valid_is_refused_after_a_few_draws(
    answers: Answers,
) -> None:
    impossible = {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 10**30}},
        "required": ["n"],
    }

    with pytest.raises(InvalidOutputError):
        await answers.chat(a_request(json_schema=impossible, max_tokens=40), timeout_s=60)


async def test_earlier_attempts_count_towards_the_usage(answers: Answers) -> None:
    schema = {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 2}

    answer = await answers.chat(a_request(json_schema=schema, max_tokens=60), timeout_s=60)

    assert answer.text.startswith("[")
    assert answer.usage.completion_tokens >= 2


def test_a_context_larger_than_the_model_was_trained_for_is_not_made(made_once: Path) -> None:
    loaded = load(Plan(made_once, context_tokens=9000, threads=1), lambda *_: None, lambda: None)

    assert loaded.info.context_tokens == 8192
    loaded.engine.close()
    loaded.weights.close()
