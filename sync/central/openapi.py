"""The OpenAPI 3.1 document of the office, from its table of routes, and of the boxes' routes."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from sync.central.openapi_boxes import BOXES, SIGNED, BoxOperation
from sync.central.openapi_parts import Schemas, example_of, ref
from sync.central.operations import contents
from sync.protocol.contents import MODELS
from sync.protocol.messages import MAX_SMALL_BODY, VERSION
from sync.protocol.problems import PROBLEMS

JSON = "application/json"
WHO = (
    "Office: `Authorization: Bearer nac_...`, or the cookie of `POST /api/login`. What lies "
    "outside one's reseller is 404 `not_found`. Boxes: requests and answers are signed; see "
    "PROTOCOL.md. Refusals are `application/problem+json`; `code` says which, `detail` is in "
    "pt-BR or English by `Accept-Language`."
)
PROBLEM = {
    "type": "object",
    "required": ["type", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(PROBLEMS)},
        "detail": {"type": "string"},
        "field": {"type": "string"},
        "facts": {"type": "object"},
    },
    "example": {
        "type": "urn:nextagent:problem:not_found",
        "title": "not_found",
        "status": 404,
        "code": "not_found",
        "detail": "There is no tenant acme.",
        "facts": {"kind": "tenant", "id": "acme", "server_time": "2026-03-02T12:00:00+00:00"},
    },
}


class Operation(Protocol):
    """What a route says of itself."""

    @property
    def method(self) -> str:
        """The verb."""

    @property
    def path(self) -> str:
        """The path."""

    @property
    def handler(self) -> Any:
        """The function; its docstring is the summary."""

    @property
    def body(self) -> type[BaseModel] | None:
        """What it takes."""

    @property
    def query(self) -> type[BaseModel] | None:
        """Its parameters."""

    @property
    def public(self) -> bool:
        """Whether it needs no key."""

    @property
    def status(self) -> int:
        """The status of success."""

    @property
    def returns(self) -> type[BaseModel] | None:
        """What it answers, or each of what it answers."""

    @property
    def many(self) -> bool:
        """Whether it answers a list."""

    @property
    def paged(self) -> bool:
        """Whether the list comes in pages."""

    @property
    def raw(self) -> bool:
        """Whether it reads or streams by itself."""

    @property
    def media(self) -> str:
        """What it answers."""


def document(table: Sequence[Operation]) -> dict[str, Any]:
    """Describe every route."""
    schemas = Schemas({"Problem": PROBLEM})
    by_kind = {kind: schemas.asked(model) for kind, model in MODELS.items()}
    by_kind["config"] = schemas.named("RemoteSettings", contents.settings_schema())
    paths: dict[str, Any] = {}
    for route in table:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    for box in BOXES:
        paths.setdefault(box.path, {})[box.method] = _box_operation(box, schemas)
    if "NewDocument" in schemas.found:
        schemas.found["NewDocument"]["allOf"] = [
            {"if": {"properties": {"kind": {"const": kind}}}, "then": {"properties": {"body": one}}}
            for kind, one in by_kind.items()
        ]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Control plane", "version": str(VERSION), "description": WHO},
        "paths": paths,
        "components": {
            "schemas": schemas.found,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Operation, schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": str(route.handler.__doc__).strip(),
        "tags": ["office"],
        "security": [] if route.public else [{"bearer": []}],
        "parameters": _parameters(route),
        "responses": {str(route.status): _answer(route, schemas), "default": _problem()},
    }
    if route.raw and route.method == "PUT":
        operation["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        }
    if route.body is not None:
        operation["requestBody"] = _body(route.body, schemas)
    return operation


def _body(model: type[BaseModel], schemas: Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schemas.asked(model)}
    stated = model.model_config.get("json_schema_extra")
    examples = stated.get("examples") if isinstance(stated, dict) else None
    if isinstance(examples, list):
        content["examples"] = {
            f"example{n or ''}": {"value": one} for n, one in enumerate(examples)
        }
    return {
        "required": True,
        "description": f"At most {MAX_SMALL_BODY} bytes.",
        "content": {JSON: content},
    }


def _answer(route: Operation, schemas: Schemas) -> dict[str, Any]:
    if route.media != JSON or route.returns is None:
        media = route.media.partition(";")[0]
        return {"description": "OK", "content": {media: {}}}
    schema: dict[str, Any] = schemas.answered(route.returns)
    if route.many or route.paged:
        properties: dict[str, Any] = {"items": {"type": "array", "items": schema}}
        if route.paged:
            properties["nextCursor"] = {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "description": "Go on with `?cursor=`; null at the end",
                "examples": [None],
            }
        schema = {
            "type": "object",
            "required": list(properties),
            "properties": properties,
            "additionalProperties": False,
        }
    return _json(schema, schemas)


def _box_operation(box: BoxOperation, schemas: Schemas) -> dict[str, Any]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", box.path)
    ]
    if box.signed:
        found += SIGNED
    operation: dict[str, Any] = {
        "operationId": "box_" + re.sub(r"\W+", "_", box.path.removeprefix("/v1/")).strip("_"),
        "summary": box.summary,
        "tags": ["boxes"],
        "parameters": [*found, *box.parameters],
        "responses": {**box.others, "default": _problem()},
    }
    if box.returns is not None:
        operation["responses"]["200"] = _json(schemas.answered(box.returns), schemas)
    if box.body is not None:
        schema: dict[str, Any] = schemas.asked(box.body)
        if box.packed:  # what is inside, once it is unpacked
            schema = {"type": "string", "contentMediaType": JSON, "contentSchema": schema}
        media = box.packed or JSON
        operation["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    return operation


def _parameters(route: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    if route.query is not None:
        schema = route.query.model_json_schema()
        needed = schema.get("required", [])
        found += [
            {"name": name, "in": "query", "required": name in needed, "schema": value}
            for name, value in schema["properties"].items()
        ]
    return found


def _json(schema: dict[str, Any], schemas: Schemas) -> dict[str, Any]:
    content = {"schema": schema, "example": example_of(schema, schemas.found)}
    return {"description": "OK", "content": {JSON: content}}


def _problem() -> dict[str, Any]:
    content = {"application/problem+json": {"schema": ref("Problem")}}
    return {"description": "A documented refusal", "content": content}
