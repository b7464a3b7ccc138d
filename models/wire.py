"""Requests, answers and descriptions as they travel over the link to the language child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import BadRequestError
from .ports import PRIORITIES, ChatMessage, ChatRequest, ChatResult, ModelInfo, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES = ("system", "user", "assistant")


def request_to_wire(request: ChatRequest) -> dict[str, Any]:
    """Write a request as JSON values."""
    return {
        "messages": [{"role": one.role, "content": one.content} for one in request.messages],
        "maxTokens": request.max_tokens,
        "temperature": request.temperature,
        "topP": request.top_p,
        "seed": request.seed,
        "stop": list(request.stop),
        "jsonSchema": None if request.json_schema is None else dict(request.json_schema),
        "prefixMessages": request.prefix_messages,
        "priority": request.priority,
    }


def request_from_wire(data: Mapping[str, Any]) -> ChatRequest:
    """Read a request and check every field. Raises BadRequestError naming the first bad one."""
    seed = data.get("seed")
    schema = data.get("jsonSchema")
    if schema is not None and not isinstance(schema, dict):
        raise BadRequestError(field="json_schema", reason="must be an object")
    priority = data.get("priority", "live")
    if priority not in PRIORITIES:
        raise BadRequestError(field="priority", reason=f"must be one of {', '.join(PRIORITIES)}")
    stop = data.get("stop") or []
    if not isinstance(stop, list) or not all(isinstance(text, str) for text in stop):
        raise BadRequestError(field="stop", reason="must be a list of texts")
    messages = _messages(data.get("messages"))
    return ChatRequest(
        messages=messages,
        max_tokens=int(_number(data, "maxTokens", 256, 1, 1_000_000)),
        temperature=_number(data, "temperature", 0.2, 0, 5),
        top_p=_number(data, "topP", 0.95, 0, 1),
        seed=None if seed is None else int(_number(data, "seed", 0, 0, 2**32 - 1)),
        stop=tuple(stop),
        json_schema=schema,
        prefix_messages=int(_number(data, "prefixMessages", 0, 0, len(messages))),
        priority=priority,
    )


def _messages(found: Any) -> tuple[ChatMessage, ...]:
    if not isinstance(found, list) or not found:
        raise BadRequestError(field="messages", reason="must be a list with at least one message")
    messages = []
    for place, one in enumerate(found):
        if not isinstance(one, dict) or one.get("role") not in ROLES:
            raise BadRequestError(
                field=f"messages[{place}].role", reason=f"must be one of {', '.join(ROLES)}"
            )
        if not isinstance(one.get("content"), str):
            raise BadRequestError(field=f"messages[{place}].content", reason="must be text")
        messages.append(ChatMessage(one["role"], one["content"]))
    return tuple(messages)


def _number(
    data: Mapping[str, Any], field: str, default: float, least: float, most: float
) -> float:
    found = data.get(field, default)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not least <= found <= most:
        raise BadRequestError(field=field, reason=f"must be a number from {least} to {most}")
    return found


def result_to_wire(result: ChatResult) -> dict[str, Any]:
    """Write an answer as JSON values."""
    usage = result.usage
    return {
        "text": result.text,
        "finish": result.finish,
        "model": result.model,
        "timingsMs": dict(result.timings_ms),
        "usage": {
            "promptTokens": usage.prompt_tokens,
            "completionTokens": usage.completion_tokens,
            "cachedTokens": usage.cached_tokens,
        },
    }


def result_from_wire(data: Mapping[str, Any]) -> ChatResult:
    """Read an answer."""
    usage = data["usage"]
    return ChatResult(
        text=data["text"],
        finish=data["finish"],
        model=data["model"],
        timings_ms=data.get("timingsMs", {}),
        usage=Usage(usage["promptTokens"], usage["completionTokens"], usage["cachedTokens"]),
    )


def info_to_wire(info: ModelInfo) -> dict[str, Any]:
    """Write a description as JSON values."""
    return {
        "id": info.id,
        "name": info.name,
        "languages": list(info.languages),
        "capability": info.capability,
        "contextTokens": info.context_tokens,
        "sha256": info.sha256,
        "sizeBytes": info.size_bytes,
        "engine": info.engine,
        "license": info.license,
    }


def info_from_wire(data: Mapping[str, Any]) -> ModelInfo:
    """Read a description."""
    return ModelInfo(
        id=data["id"],
        name=data["name"],
        languages=tuple(data["languages"]),
        capability=data["capability"],
        context_tokens=data["contextTokens"],
        sha256=data.get("sha256"),
        size_bytes=data.get("sizeBytes"),
        engine=data.get("engine", "llama.cpp"),
        license=data.get("license"),
    )
