"""What a publication may say, told before boxes hear it: its fields, and what is wrong with them.

The models are the ones that boxes judge by (`sync.protocol.contents`); the ranges of settings are
those of this version's settings file. A box of another version may still judge otherwise.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from config.settings import Settings
from sync.central.desired import LEAST_REPORTS, MOST_FAILING, STAGE_LASTS, STAGES
from sync.central.routing import Row
from sync.protocol.contents import CAPS, MODELS, MOST_PICTURE, REMOTE

FEATURES = ("generative", "flows", "schedules", "webhooks", "crm", "models")
"""The paid extras that boxes know; other names do no harm."""

SHAPES = {
    "sha256": ("64 dígitos hexadecimais", "64 hexadecimal digits"),
    "logo": ("64 dígitos hexadecimais", "64 hexadecimal digits"),
    "favicon": ("64 dígitos hexadecimais", "64 hexadecimal digits"),
    "accent": ("uma cor como #0a7f96", "a colour such as #0a7f96"),
    "id": ("letras minúsculas, números, ponto e hífen", "lower-case letters, digits, dot, hyphen"),
    "languages": ("códigos de duas letras, como pt", "codes of two letters, such as pt"),
    "version": ("uma versão como 1.4.2", "a version such as 1.4.2"),
}
WORD = ("letras, números e . _ : -, sem espaço", "letters, digits and . _ : -, without a space")
SAID: Mapping[str, tuple[str, str]] = {
    "missing": ("falta preencher", "is missing"),
    "extra_forbidden": ("este campo não existe aqui", "there is no such field here"),
    "string_too_short": ("falta preencher", "is missing"),
    "string_too_long": ("no máximo {max_length} caracteres", "{max_length} characters at most"),
    "greater_than_equal": ("no mínimo {ge}", "{ge} at least"),
    "less_than_equal": ("no máximo {le}", "{le} at most"),
    "int_type": ("deve ser um número inteiro", "must be a whole number"),
    "string_type": ("deve ser um texto", "must be a text"),
    "bool_type": ("deve ser true ou false", "must be true or false"),
    "list_type": ("deve ser uma lista", "must be a list"),
    "tuple_type": ("deve ser uma lista", "must be a list"),
    "dict_type": ("deve ser um objeto", "must be an object"),
    "model_type": ("deve ser um objeto", "must be an object"),
    "literal_error": ("deve ser um destes: {expected}", "must be one of: {expected}"),
    "too_long": ("no máximo {max_length} itens", "{max_length} items at most"),
    "value_error": (
        "deve ser um momento com fuso, como 2027-04-01T00:00:00Z",
        "must be a moment with a zone, such as 2027-04-01T00:00:00Z",
    ),
    "afar": ("não pode ser mudado de longe", "may not be changed from afar"),
}


def problems(kind: str, body: dict[str, Any]) -> list[Row]:
    """Return what boxes would refuse in a content, by field; nothing if they would take it."""
    if kind == "config":
        return _of_settings(body)
    return _wrong(MODELS[kind], body, ())


def described() -> Row:
    """Return what forms need to know of contents, and the rules of a roll-out."""
    return {
        "features": list(FEATURES),
        "limits": [{"name": name, **_number(*place)} for name, place in CAPS.items()],
        "settings": [
            _setting(branch, field) for branch in REMOTE for field in sorted(REMOTE[branch])
        ],
        "pictureBytes": MOST_PICTURE,
        "stages": list(STAGES),
        "stageHours": int(STAGE_LASTS.total_seconds() // 3600),
        "leastReports": LEAST_REPORTS,
        "mostFailingPercent": round(MOST_FAILING * 100),
    }


def settings_schema() -> Row:
    """Return the schema of a remote configuration: a few settings of a box, by part."""
    own, parts, found = Settings.model_construct(), {}, {}
    for branch, fields in REMOTE.items():
        schema = type(getattr(own, branch)).model_json_schema()
        found.update(schema.get("$defs", {}))
        properties = {name: schema["properties"][name] for name in sorted(fields)}
        parts[branch] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
    return {
        "type": "object",
        "description": "Settings that may be changed from afar; what is left out stays",
        "properties": parts,
        "additionalProperties": False,
        **({"$defs": found} if found else {}),
    }


def _of_settings(body: dict[str, Any]) -> list[Row]:
    own, found = Settings.model_construct(), []
    for branch, values in body.items():
        if branch not in REMOTE:
            found.append(_said((branch,), "afar", {}))
            continue
        if not isinstance(values, dict):
            found.append(_said((branch,), "dict_type", {}))
            continue
        strange = sorted(set(values) - REMOTE[branch])
        found += [_said((branch, name), "afar", {}) for name in strange]
        known = {name: value for name, value in values.items() if name in REMOTE[branch]}
        found += _wrong(type(getattr(own, branch)), known, (branch,))
    return found


def _wrong(model: type[BaseModel], body: dict[str, Any], place: tuple[str, ...]) -> list[Row]:
    try:
        model.model_validate_json(orjson.dumps(body), strict=True)
    except ValidationError as error:
        return [
            _said((*place, *item["loc"]), item["type"], item.get("ctx", {}))
            for item in error.errors(include_url=False, include_input=False)
        ]
    return []


def _said(place: tuple[str | int, ...], code: str, facts: Mapping[str, Any]) -> Row:
    texts = SAID.get(code, ("não vale aqui", "is not valid here"))
    if code == "literal_error":
        facts = {"expected": str(facts["expected"]).replace(" or ", ", ")}
    if code == "string_pattern_mismatch":
        named = next((str(part) for part in reversed(place) if isinstance(part, str)), "")
        texts = SHAPES.get(next((str(p) for p in reversed(place) if p in SHAPES), named), WORD)
    portuguese, english = (text.format_map(facts) for text in texts)
    where = ".".join(map(str, place)) or "body"
    return {"field": where, "problem": english, "problemPt": portuguese}


def _number(branch: str, field: str) -> Row:
    info = type(getattr(Settings.model_construct(), branch)).model_fields[field]
    marks = {name: getattr(mark, name) for mark in info.metadata for name in ("ge", "le")
             if hasattr(mark, name)}  # fmt: skip
    return {"least": marks.get("ge"), "most": marks.get("le"), "default": info.default}


def _setting(branch: str, field: str) -> Row:
    info = type(getattr(Settings.model_construct(), branch)).model_fields[field]
    choices = list(getattr(info.annotation, "__args__", ()))
    return {"part": branch, "key": field, "choices": choices, **_number(branch, field)}
