"""The OpenAPI 3.1 document, made from the routes themselves."""

import inspect
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from daemon.kernel.errors import (
    ConflictError,
    ForbiddenError,
    NextAgentError,
    NotFoundError,
    UnauthorizedError,
)
from daemon.kernel.pages import Page

from .routing import TENANT_HEADER, Route
from .schema import PageView, Problem

REF = "#/components/schemas/{model}"
PARAMETER = re.compile(r"\{(\w+)(?::[^}]*)?\}")


def document(
    routes: Sequence[Route], *, title: str, version: str, tenant_id: str
) -> dict[str, Any]:
    """Describe every route. `tenant_id` is the example of the tenant header."""
    models = {model for route in routes for model in _models(route)} | {Problem}
    inputs = [(model, "validation") for model in models if _is_input(model, routes)]
    outputs = [(model, "serialization") for model in models if not _is_input(model, routes)]
    ordered = sorted([*inputs, *outputs], key=lambda pair: (pair[0].__name__, pair[1]))
    names, definitions = models_json_schema(
        ordered,  # type: ignore[arg-type]  # the mode is a Literal there
        ref_template=REF,
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = PARAMETER.sub(r"{\1}", route.path)
        operation = _operation(route, {key[0]: value for key, value in names.items()})
        paths.setdefault(path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "tags": [{"name": tag} for tag in sorted({route.tag for route in routes})],
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "nextagent_session"},
            },
            "parameters": {
                "Tenant": {
                    "name": TENANT_HEADER,
                    "in": "header",
                    "required": True,
                    "schema": {"type": "string", "examples": [tenant_id]},
                }
            },
        },
    }


def _is_input(model: type[BaseModel], routes: Sequence[Route]) -> bool:
    return any(model in (route.body, route.reads, route.query) for route in routes)


def _models(route: Route) -> list[type[BaseModel]]:
    found = [one for one in (route.body, route.reads, route.query) if one is not None]
    returned = _returned(route.returns)
    return [*found, returned] if returned is not None else found


def _returned(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) is Page:
        return cast("type[BaseModel]", PageView.__class_getitem__(get_args(annotation)[0]))
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _operation(route: Route, names: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.tag}_{getattr(route.handler, '__name__', 'handler')}",
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": _parameters(route),
        "responses": _responses(route, names),
    }
    if route.description:
        operation["description"] = route.description
    if not route.public:
        operation["security"] = [{"bearer": []}, {"session": []}]
    if (body := route.body or route.reads) is not None:
        content: dict[str, Any] = {"schema": names[body]}
        if examples := route.examples or _examples_of(body):
            content["examples"] = {name: {"value": value} for name, value in examples.items()}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    if route.upload:
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": UPLOAD}}
    return operation


def _examples_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the examples that a model carries itself."""
    extra = model.model_config.get("json_schema_extra")
    found = extra.get("examples", []) if isinstance(extra, dict) else []
    return {f"example{number}": one for number, one in enumerate(cast("list[Any]", found), 1)}


UPLOAD = {
    "schema": {
        "type": "object",
        "required": ["files"],
        "properties": {
            "files": {
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "contentMediaType": "application/octet-stream"},
            }
        },
    }
}


def _parameters(route: Route) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in PARAMETER.findall(route.path)
    ]
    if not route.public:
        parameters.append({"$ref": "#/components/parameters/Tenant"})
    parameters += [
        {
            "name": name,
            "in": "header",
            "required": True,
            "description": words,
            "schema": {"type": "string"},
        }
        for name, words in route.headers.items()
    ]
    if route.query is not None:
        schema = route.query.model_json_schema(ref_template=REF)
        required = set(schema.get("required", ()))
        for name, field in schema["properties"].items():
            parameter = {"name": name, "in": "query", "required": name in required, "schema": field}
            if "description" in field:
                parameter["description"] = field["description"]
            parameters.append(parameter)
    return parameters


def _responses(route: Route, names: dict[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if (returned := _returned(route.returns)) is not None:
        success["content"] = {route.media: {"schema": names[returned]}}
    elif route.media != "application/json":
        success["content"] = {media: {} for media in route.media.split(", ")}
    responses: dict[str, Any] = {
        str(status): {**success, "description": HTTPStatus(status).phrase}
        for status in (route.status, *route.also)
    }
    errors: list[type[NextAgentError]] = [*route.errors]
    if not route.public:
        errors += [UnauthorizedError, ForbiddenError]
    if PARAMETER.search(route.path):
        errors += [NotFoundError]
    if route.method != "GET":
        errors += [ConflictError]
    statuses = {error.status for error in errors} | {400}
    if route.body is not None or route.reads is not None or route.upload:
        statuses |= {413, 422}
    for status in sorted(statuses):
        responses.setdefault(
            str(status),
            {
                "description": HTTPStatus(status).phrase,
                "content": {"application/problem+json": {"schema": names[Problem]}},
            },
        )
    return responses
