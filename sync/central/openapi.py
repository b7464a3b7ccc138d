"""The OpenAPI 3.1 document of the office, from its table of routes, and of the boxes' routes."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from sync.protocol.messages import (
    AUDIT,
    BLOB,
    DESIRED,
    ENROLL,
    ROTATE,
    SYNC,
    VERSION,
    AuditAnswer,
    Enroll,
    Receipt,
    Rotate,
)
from sync.protocol.problems import PROBLEMS

REF = "#/components/schemas/{model}"
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
    def raw(self) -> bool:
        """Whether it reads or streams by itself."""

    @property
    def media(self) -> str:
        """What it answers."""


def document(table: Sequence[Operation]) -> dict[str, Any]:
    """Describe every route."""
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    paths: dict[str, Any] = {}
    for route in table:
        operation = _operation(route, schemas)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    for path, method, body, summary in BOXES:
        paths.setdefault(path, {})[method] = _box_operation(path, body, summary, schemas)
    _name(Receipt, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Control plane", "version": str(VERSION)},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


BOXES: list[tuple[str, str, type[BaseModel] | None, str]] = [
    (ENROLL, "post", Enroll, "Bind a box to the tenant of its token"),
    (SYNC, "post", None, "Take a batch (zstd) and answer with a signed receipt"),
    (DESIRED, "get", None, "Return the signed documents of a box, 304 if it has them"),
    (BLOB + "{sha256}", "get", None, "Return a file or a range of it"),
    (ROTATE, "post", Rotate, "Take a new key of a box"),
    (AUDIT, "post", AuditAnswer, "Compare raw events with what was received before"),
]


def _operation(route: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": str(route.handler.__doc__).strip(),
        "tags": ["office"],
        "security": [] if route.public else [{"bearer": []}],
        "parameters": _parameters(route),
        "responses": {str(route.status): _answer(route), "default": _problem()},
    }
    if route.raw and route.method == "PUT":
        operation["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        }
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _name(route.body, schemas)}},
        }
    return operation


def _answer(route: Operation) -> dict[str, Any]:
    if route.media == "application/json":
        return _json({"type": "object"})
    return {"description": "OK", "content": {route.media.partition(";")[0]: {}}}


def _box_operation(
    path: str, body: type[BaseModel] | None, summary: str, schemas: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": "box_" + re.sub(r"\W+", "_", path.removeprefix("/v1/")).strip("_"),
        "summary": summary,
        "tags": ["boxes"],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"\{(\w+)\}", path)
        ],
        "responses": {"200": {"description": "OK"}, "default": _problem()},
    }
    if body is not None:
        content = {"application/json": {"schema": _name(body, schemas)}}
        operation["requestBody"] = {"required": True, "content": content}
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


def _name(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, str]:
    schema = model.model_json_schema(ref_template=REF)
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema
    return {"$ref": REF.format(model=model.__name__)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "OK", "content": {"application/json": {"schema": schema}}}


def _problem() -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}}
    return {"description": "A documented refusal", "content": content}
