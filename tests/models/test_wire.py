from typing import Any

import pytest

from models.errors import BadRequestError
from models.ports import ChatMessage, ChatRequest, ChatResult, ModelInfo, Usage
from models.wire import (
    info_from_wire,
    info_to_wire,
    request_from_wire,
    request_to_wire,
    result_from_wire,
    result_to_wire,
)

REQUEST = ChatRequest(
    messages=(ChatMessage("system", "Seja breve."), ChatMessage("user", "Olá")),
    max_tokens=10,
    temperature=0.5,
    top_p=0.9,
    seed=3,
    stop=("\n",),
    json_schema={"type": "string"},
    prefix_messages=1,
    priority="batch",
)


def test_requests_answers_and_descriptions_survive_the_journey() -> None:
    result = ChatResult("Oi", "length", Usage(5, 1, 2), "m", {"total": 1.5})
    info = ModelInfo("m", "M", ("pt",), "chat", 4096, "ab", 12, license="MIT")

    assert request_from_wire(request_to_wire(REQUEST)) == REQUEST
    assert result_from_wire(result_to_wire(result)) == result
    assert info_from_wire(info_to_wire(info)) == info


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [{"role": "robot", "content": ""}]}, r"messages\[0\].role"),
        ({"messages": [{"role": "user", "content": None}]}, r"messages\[0\].content"),
        ({"maxTokens": 0}, "maxTokens"),
        ({"maxTokens": True}, "maxTokens"),
        ({"temperature": "hot"}, "temperature"),
        ({"topP": 1.5}, "topP"),
        ({"seed": -1}, "seed"),
        ({"stop": "x"}, "stop"),
        ({"jsonSchema": []}, "json_schema"),
        ({"prefixMessages": 3}, "prefixMessages"),
        ({"priority": "vip"}, "priority"),
    ],
)
def test_a_bad_field_is_refused_by_its_name(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRequestError, match=field):
        request_from_wire(request_to_wire(REQUEST) | change)
