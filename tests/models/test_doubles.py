import json

import pytest

from models.doubles import ScriptedLanguageModel
from models.errors import ModelTimeoutError, ModelUnavailableError
from models.ports import ChatMessage, ChatRequest, ChatResult
from models.schema import parse

QUESTION = ChatRequest((ChatMessage("system", "x"), ChatMessage("user", "Quanto custa?\nO pão?")))


async def test_it_says_its_lines_and_then_echoes() -> None:
    model = ScriptedLanguageModel("R$ 2,00", ModelUnavailableError(reason="away"))

    assert (await model.chat(QUESTION, timeout_s=30)).text == "R$ 2,00"
    with pytest.raises(ModelUnavailableError, match="away"):
        await model.chat(QUESTION, timeout_s=30)
    assert (await model.chat(QUESTION, timeout_s=30)).text == "Resposta: O pão?"
    assert model.requests == [QUESTION] * 3


async def test_its_stream_adds_up_to_the_result() -> None:
    model = ScriptedLanguageModel("Uma resposta um pouco mais longa, em pedaços.")

    items = [item async for item in model.stream(QUESTION, timeout_s=30)]

    assert isinstance(items[-1], ChatResult)
    assert "".join(str(item) for item in items[:-1]) == items[-1].text


async def test_it_can_be_slow_and_away() -> None:
    model = ScriptedLanguageModel(delay_s=30)

    with pytest.raises(ModelTimeoutError):
        await model.chat(QUESTION, timeout_s=0.01)
    model.available = False
    with pytest.raises(ModelUnavailableError):
        await model.chat(QUESTION, timeout_s=30)
    assert model.info() is None


async def test_its_json_matches_the_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "kind": {"enum": ["a", "b"]},
            "who": {"$ref": "#/$defs/person"},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
            "maybe": {"anyOf": [{"type": "null"}, {"type": "integer"}]},
        },
        "required": ["kind", "who", "tags", "maybe"],
        "$defs": {
            "person": {
                "type": "object",
                "properties": {"age": {"type": "integer", "minimum": 18}},
                "required": ["age"],
            }
        },
    }

    answer = await ScriptedLanguageModel().chat(
        ChatRequest(QUESTION.messages, json_schema=schema), timeout_s=1
    )

    assert parse(answer.text, schema) == json.loads(answer.text)
    assert json.loads(answer.text)["who"] == {"age": 18}
