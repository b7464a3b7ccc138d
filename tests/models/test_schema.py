import json
from typing import Any

import pytest

from models.errors import BadRequestError, InvalidOutputError
from models.schema import parse, to_grammar

MENU: dict[str, Any] = {
    "type": "object",
    "properties": {
        "action": {"enum": ["answer", "transfer"]},
        "text": {"type": "string", "maxLength": 20},
        "amount": {"type": "integer", "minimum": 1},
    },
    "required": ["action"],
}


def test_members_keep_their_order_and_optional_ones_may_be_missing() -> None:
    grammar = to_grammar(MENU)

    assert grammar.startswith("root ::= ")
    assert '"\\"answer\\"" | "\\"transfer\\""' in grammar
    assert "char{0,20}" in grammar


def test_strings_hold_no_raw_control_characters() -> None:
    assert r'char ::= [^"\\\x00-\x1F\x7F]' in to_grammar({"type": "string"})


def test_a_schema_may_contain_itself() -> None:
    tree = {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
            }
        },
    }

    assert "ref0" in to_grammar(tree)
    assert parse('{"children":[{"children":[]}]}', tree)["children"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strange"},
        {"$ref": "#/$defs/missing"},
        {"$ref": "http://127.0.0.1:1/schema.json"},
        {"type": "object", "properties": {"a": False}},
        {"type": "array", "minItems": -1},
    ],
)
def test_a_schema_that_is_none_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError, match="json_schema"):
        to_grammar(schema)


def test_a_bottomless_schema_is_refused() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(3000):
        deep = {"type": "array", "items": deep}

    with pytest.raises(BadRequestError, match="json_schema"):
        to_grammar(deep)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"action": "answer"', "not JSON"),
        ('{"action": "dance"}', "is not one of"),
        ('{"action": "answer", "amount": 0}', "minimum"),
        ("[]", "is not of type"),
    ],
)
def test_what_a_grammar_cannot_promise_is_checked_afterwards(text: str, reason: str) -> None:
    with pytest.raises(InvalidOutputError, match=reason):
        parse(text, MENU)


def test_a_valid_answer_is_read() -> None:
    assert parse(json.dumps({"action": "transfer"}), MENU) == {"action": "transfer"}
