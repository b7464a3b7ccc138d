"""Compiles a JSON schema to a llama.cpp grammar, so that an answer has the shape asked for.

Objects write their properties in the schema's order and nothing else; there is no white space but
one blank after a comma or colon, and no raw control character inside a string. What a grammar
cannot say (``pattern``, ``minimum``...) is left to the validation afterwards.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match
from referencing import Registry

from .errors import BadRequestError, InvalidOutputError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RULES = 2000
MAX_REPEAT = 1000
"""llama.cpp unrolls a counted repetition: past this the count is left to the validation."""

BASE = r"""
ws ::= " "?
char ::= [^"\\\x00-\x1F\x7F] | "\\" (["\\/bfnrt] | "u" hex hex hex hex)
hex ::= [0-9a-fA-F]
digits ::= [0-9]{1,15}
int ::= "-"? ("0" | [1-9] [0-9]{0,14})
number ::= int ("." digits)? ([eE] [-+]? [0-9]{1,3})?
boolean ::= "true" | "false"
null ::= "null"
any ::= object | array | string | number | boolean | null
object ::= "{" (string ":" ws any ("," ws string ":" ws any)*)? "}"
array ::= "[" (any ("," ws any)*)? "]"
string ::= "\"" char* "\""
"""
_PLAIN = {"integer": "int", "number": "number", "boolean": "boolean", "null": "null"}


def to_grammar(schema: Mapping[str, Any]) -> str:
    """Return the grammar. Raises BadRequestError for a schema that is not one."""
    compiler = _Compiler(schema)
    try:
        Draft202012Validator.check_schema(dict(schema))
        root = compiler.rule(schema)
    except SchemaError as error:
        raise BadRequestError(field="json_schema", reason=error.message) from None
    except RecursionError:
        raise BadRequestError(field="json_schema", reason="it is nested too deeply") from None
    return f"root ::= {root}\n" + "\n".join(compiler.rules) + BASE


def parse(text: str, schema: Mapping[str, Any]) -> Any:
    """Read an answer. Raises InvalidOutputError with the first thing that does not match."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidOutputError(reason=f"not JSON: {error}") from None
    # A registry of our own: the default one would fetch a remote $ref.
    validator = Draft202012Validator(dict(schema), registry=Registry())
    problem = best_match(validator.iter_errors(value))
    if problem is not None:
        raise InvalidOutputError(reason=f"{problem.json_path}: {problem.message[:200]}")
    return value


class _Compiler:
    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._whole = schema
        self._references: dict[str, str] = {}
        self.rules: list[str] = []

    def rule(self, schema: Any) -> str:
        """Return an expression for a schema, adding the rules it needs."""
        if schema is False:
            raise BadRequestError(field="json_schema", reason="false allows no value")
        if schema is True or not schema:
            return "any"
        if (reference := schema.get("$ref")) is not None:
            return self._reference(str(reference))
        if "const" in schema:
            return _literal(schema["const"])
        if "enum" in schema:
            return _either([_literal(value) for value in schema["enum"]])
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return _either([self.rule(option) for option in schema[keyword]])
        return self._typed(schema)

    def _typed(self, schema: Mapping[str, Any]) -> str:
        kinds = schema.get("type", "object" if "properties" in schema else None)
        if isinstance(kinds, list):
            return _either([self._typed({**schema, "type": kind}) for kind in kinds])
        if kinds == "object" and schema.get("properties"):
            return self._object(schema)
        if kinds == "array":
            return self._array(schema)
        if kinds == "string":
            return _string(schema)
        return _PLAIN.get(str(kinds), "object" if kinds == "object" else "any")

    def _object(self, schema: Mapping[str, Any]) -> str:
        required = set(schema.get("required", ()))
        members = [
            (f'{_literal(name)} ":" ws {self.rule(part)}', name in required)
            for name, part in schema["properties"].items()
        ]
        # Built from the end: what may follow the i-th member, as the first one or a later one.
        first = later = '"}"'
        for member, needed in reversed(members):
            after = self._named(later)
            here_first, here_later = f"{member} {after}", f'"," ws {member} {after}'
            if not needed:
                here_first = _either([here_first, self._named(first)])
                here_later = _either([here_later, after])
            first, later = here_first, here_later
        return self._named(f'"{{" {first}')

    def _array(self, schema: Mapping[str, Any]) -> str:
        item = self._named(self.rule(schema.get("items", True)))
        least, most = int(schema.get("minItems", 0)), schema.get("maxItems")
        if most == 0:
            return '"[]"'
        rest = _repeat(f'("," ws {item})', max(least - 1, 0), None if most is None else most - 1)
        body = f"{item} {rest}"
        return self._named(f'"[" {body} "]"' if least else f'"[" ({body})? "]"')

    def _reference(self, reference: str) -> str:
        if reference not in self._references:
            # Named before it is compiled: a schema may contain itself.
            name = self._references[reference] = f"ref{len(self._references)}"
            self.rules.append("")
            place = len(self.rules) - 1
            self.rules[place] = f"{name} ::= {self.rule(self._resolve(reference))}"
        return self._references[reference]

    def _resolve(self, reference: str) -> Any:
        found: Any = self._whole
        try:
            for part in reference.removeprefix("#").strip("/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")] if part else found
        except (KeyError, TypeError, IndexError):
            raise BadRequestError(field="json_schema", reason=f"nothing at {reference}") from None
        return found

    def _named(self, expression: str) -> str:
        if len(self.rules) >= MAX_RULES:
            raise BadRequestError(field="json_schema", reason="it is too large")
        name = f"r{len(self.rules)}"
        self.rules.append(f"{name} ::= {expression}")
        return name


def _string(schema: Mapping[str, Any]) -> str:
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    return f'"\\"" {_repeat("char", least, most)} "\\""'


def _repeat(expression: str, least: int, most: int | None) -> str:
    if most is None or most > MAX_REPEAT:
        return f"{expression}*" if not least else f"{expression}{{{min(least, MAX_REPEAT)},}}"
    return f"{expression}{{{least},{most}}}" if most else ""


def _either(options: list[str]) -> str:
    return options[0] if len(options) == 1 else f"({' | '.join(options)})"


def _literal(value: Any) -> str:
    """Quote the JSON of a value as a grammar literal."""
    return json.dumps(json.dumps(value, ensure_ascii=False), ensure_ascii=False)
