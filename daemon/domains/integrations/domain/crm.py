"""A CRM or an ERP behind HTTP: how our things become its requests."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson

from . import pointers, targets

Kind = Literal["contact", "deal", "invoice"]
KINDS: tuple[Kind, ...] = ("contact", "deal", "invoice")
Action = Literal["create", "update", "skip"]
SentOutcome = Literal["done", "failed", "retry"]

WAITS_S = (5, 60, 300, 1_800, 7_200, 21_600)
"""The wait after each failed try; after the last one the thing is left out until it is synced
again."""

RETRIED = frozenset({401, 403, 408, 409, 425, 429})
"""A wrong key or a busy server is mended over there: those are worth another try."""


@dataclass(frozen=True)
class Connector:
    """A CRM. `objects` maps each kind to its requests; `sealed` holds the headers' values."""

    id: str
    name: str
    base_url: str
    objects: dict[str, Any]
    header_names: list[str]
    sealed: bytes
    auto: bool
    status: Literal["active", "paused"]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Link:
    """What one of our things is over there; `agreed` is what was last seen there, by field."""

    id: str
    connector_id: str
    kind: str
    object_id: str
    external_id: str | None
    sent_hash: str | None
    tries: int
    synced_at: datetime | None
    agreed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """What became of one try to sync a thing."""

    id: str
    connector_id: str
    kind: str
    object_id: str
    action: Action
    outcome: SentOutcome
    status: int | None
    error: str | None
    ms: int
    external_id: str | None
    at: datetime
    response: str | None
    direction: Literal["out", "in"] = "out"
    lost: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Draft:
    """A request as it would go out, without the headers' values."""

    action: Action
    method: str
    url: str
    body: Any
    thing: Mapping[str, Any]
    missing: list[str] = field(default_factory=list)

    @property
    def raw(self) -> bytes | None:
        """Return the body's bytes."""
        return None if self.body is None else orjson.dumps(self.body)


def draft(connector: Connector, kind: str, thing: Mapping[str, Any], external: str | None) -> Draft:
    """Make the request for a thing: an update, if it is known over there and one is mapped."""
    mapping = connector.objects[kind]
    update = mapping.get("update") if external else None
    request = update or mapping["create"]
    source, missing = {**thing, "externalId": external}, set[str]()
    path = pointers.path(request["path"], source, missing)
    template = body_of(request)
    if template is None and update:
        template = body_of(mapping["create"])
    return Draft(
        action="update" if update else "create",
        method=request["method"],
        url=connector.base_url.rstrip("/") + path,
        body=pointers.value(template, source, missing),
        thing=thing,
        missing=sorted(missing),
    )


def body_of(request: Mapping[str, Any]) -> Any:
    """Return the template of a request's body, however it is written."""
    fields = request.get("fields")
    return request.get("body") if fields is None else targets.body(fields)


def version(connector: Connector, kind: str, thing: Mapping[str, Any]) -> str:
    """Return what changes when a thing does, or its mapping: nothing is sent twice for nothing."""
    mapping = {name: part for name, part in connector.objects[kind].items() if name != "pull"}
    plain = orjson.dumps([connector.base_url, mapping, thing])
    return hashlib.sha256(plain).hexdigest()


def key(link: Link, version: str) -> str:
    """Name one change of one thing: a try again has the same key, the next change another."""
    synced = link.synced_at.isoformat() if link.synced_at else ""
    words = f"{link.connector_id}|{link.kind}|{link.object_id}|{synced}|{version}"
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def external_id(mapping: Mapping[str, Any], raw: bytes) -> str | None:
    """Return the id that an answer tells, if it tells one."""
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    found = pointers.point(mapping.get("idPointer") or "/id", answer)
    return str(found)[:200] if isinstance(found, str | int) and found != "" else None


SAMPLES: dict[str, dict[str, Any]] = {
    "contact": {
        "id": "019a7b1c-2d00-7f44-9d00-3c2b1a0f9e8d",
        "name": "Marina Lopes",
        "phone": "+5511987654321",
        "phoneDigits": "5511987654321",
        "email": "marina@example.com",
        "tags": ["vip"],
        "fields": {"cidade": "Campinas"},
        "optIn": True,
        "createdAt": "2026-11-22T12:00:00+00:00",
    },
    "deal": {
        "id": "019a7b1c-5f00-7c3e-9a51-0c6f5d2b8e10",
        "title": "Plano anual",
        "value": "1500.00",
        "valueCentavos": 150_000,
        "currency": "BRL",
        "stage": "proposal",
        "contact": {"name": "Marina Lopes", "phone": "+5511987654321"},
        "createdAt": "2026-11-22T12:00:00+00:00",
    },
    "invoice": {
        "id": "019a7b1c-4e00-7d22-9b00-7a8c9e0f1d2c",
        "number": 42,
        "kind": "invoice",
        "period": "2026-11",
        "status": "open",
        "total": "249.00",
        "totalCentavos": 24_900,
        "currency": "BRL",
        "dueOn": "2026-12-10",
        "client": {"name": "Clínica Bela", "email": "contato@bela.example", "document": None},
    },
}
"""A thing of each kind, to try a mapping with before there is one."""
