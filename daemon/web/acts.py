"""Acts: what a state-changing request is, in the words of the audit log.

The routing layer describes each act and hands it to a `Trail`; who keeps the trail is another
part's business. Values are kept only of fields that cannot hold a person's words or a secret:
switches, numbers and choices among fixed words. Of everything else only the name is.
"""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, Protocol, get_args, get_origin

import structlog
from aiohttp import web
from pydantic import BaseModel

from .auth import Identity

Audited = Literal["before", "after", "no"]
"""When the entry is written: before the handler (an act), before the answer (a sign-in), never."""

MAX_FIELDS = 100
MAX_DEPTH = 4
# A number may be a secret, too: a code, a PIN, a telephone.
TELLING = ("password", "secret", "token", "code", "pin", "phone", "key", "cpf", "cnpj", "document")
Note = Callable[[Any, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Deed:
    """One act: who does what to which thing, from where."""

    act: str
    who: Identity | None
    object: str | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    values: Mapping[str, bool | int | float | str | None] = field(default_factory=dict)
    address: str = ""
    request_id: str = ""


class Trail(Protocol):
    """Who keeps the acts."""

    async def begin(self, deed: Deed) -> str:
        """Keep an act that is about to happen; returns once it is on the disk."""

    async def end(
        self, number: str, *, status: int, made: str | None, facts: Mapping[str, Any]
    ) -> None:
        """Keep how an act went; `made` is the id of the thing it created."""

    async def whole(self, deed: Deed, *, status: int, facts: Mapping[str, Any]) -> None:
        """Keep an act together with its outcome."""


def describe(
    act: str, request: web.Request, who: Identity | None, body: BaseModel | None, address: str
) -> Deed:
    """Say what a request is about to do."""
    path = dict(request.match_info)
    names, values = list[str](), dict[str, Any]()
    if body is not None:
        _look(body, "", names, values, MAX_DEPTH)
    return Deed(
        act=act,
        who=who,
        object=next(reversed(path.values()), None),
        path=path,
        fields=tuple(names[:MAX_FIELDS]),
        values=values,
        address=address,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )


def made_by(result: Any) -> str | None:
    """Return the id of what a handler created and shows."""
    number = getattr(result, "id", None)
    return number if isinstance(number, str) else None


def _look(
    model: BaseModel, prefix: str, names: list[str], values: dict[str, Any], depth: int
) -> None:
    for name in type(model).model_fields:
        if name not in model.model_fields_set:
            continue
        info = type(model).model_fields[name]
        value, shown = getattr(model, name), prefix + (info.alias or name)
        if isinstance(value, BaseModel) and depth > 1:
            _look(value, f"{shown}.", names, values, depth - 1)
            continue
        names.append(shown)
        if len(values) < MAX_FIELDS and _is_harmless(name, info.annotation, value):
            values[shown] = value.value if isinstance(value, Enum) else value


def _is_harmless(name: str, annotation: Any, value: Any) -> bool:
    if any(word in name.lower() for word in TELLING):
        return False
    if value is None or isinstance(value, bool | int | float):
        return True
    return isinstance(value, Enum) or (isinstance(value, str) and _is_choice(annotation))


def _is_choice(annotation: Any) -> bool:
    """Say whether every text of this type is one of fixed words."""
    origin = get_origin(annotation)
    if origin is Literal:
        return True
    if origin in {typing.Union, types.UnionType}:
        return all(
            _is_choice(item) or item in {type(None), bool, int, float}
            for item in get_args(annotation)
        )
    return origin is typing.Annotated and _is_choice(get_args(annotation)[0])
