"""The routes of boxes, as the OpenAPI document describes them; PROTOCOL.md says how to sign."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from sync.protocol.messages import (
    AUDIT,
    BLOB,
    DESIRED,
    ENROLL,
    PACKED_TYPE,
    ROTATE,
    SYNC,
    AuditAnswer,
    Batch,
    Enroll,
    Rotate,
)

from .answers import boxes as answers


@dataclass(frozen=True)
class BoxOperation:
    """One operation of a box; `packed` is the type of a body that is compressed."""

    path: str
    method: str
    summary: str
    body: type[BaseModel] | None = None
    returns: type[BaseModel] | None = None
    packed: str = ""
    signed: bool = True
    parameters: tuple[dict[str, Any], ...] = ()
    others: dict[str, Any] = field(default_factory=dict)


def _header(name: str, text: str, example: str) -> dict[str, Any]:
    schema = {"type": "string", "examples": [example]}
    return {"name": name, "in": "header", "required": True, "description": text, "schema": schema}


SIGNED = (
    _header("na-device", "The box's id", "0195ab5e-7b1c-7c3a-9b0e-4f1d2a6c8e90"),
    _header("na-seq", "A number that only rises; a used one is `replayed`", "17"),
    _header(
        "content-digest",
        "SHA-256 of the body (RFC 9530)",
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
    ),
    _header(
        "signature-input",
        "What is signed (RFC 9421), in exactly the form of PROTOCOL.md",
        'na=("@method" "@path" "na-device" "na-seq" "content-digest");created=1772452800;'
        'keyid="3f0b2c9d6a7e41585e0d9c8b7a6f5e4d";alg="ed25519";tag="nextagent-1"',
    ),
    _header("signature", "Ed25519 by the box's key", "na=:MEUCIQ...==:"),
)
"""The headers of an enrolled box."""

_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_HAVE = {
    "name": "have",
    "in": "query",
    "required": False,
    "description": "The set of documents that the box has",
    "schema": {"type": "string"},
}
_RANGE = {
    "name": "range",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "examples": ["bytes=700000-"]},
}

BOXES = (
    BoxOperation(
        ENROLL,
        "post",
        "Bind a box to the tenant of its token; asked again with the same key, say the same",
        Enroll,
        answers.Enrolment,
        signed=False,
    ),
    BoxOperation(
        SYNC,
        "post",
        "Take a batch and answer with a signed receipt, once it is on the disk",
        Batch,
        answers.SyncReceipt,
        packed=PACKED_TYPE,
    ),
    BoxOperation(
        DESIRED,
        "get",
        "Return the signed documents of a box",
        returns=answers.DesiredAnswer,
        parameters=(_HAVE,),
        others={"304": {"description": "The box has them"}},
    ),
    BoxOperation(
        BLOB + "{sha256}",
        "get",
        "Return a file or a range of it; its name is its hash",
        parameters=(_RANGE,),
        others={
            "200": {"description": "The file", "content": _FILE},
            "206": {"description": "The range of it", "content": _FILE},
        },
    ),
    BoxOperation(
        ROTATE,
        "post",
        "Take a new key of a box; the old one stays good for thirty days",
        Rotate,
        answers.KeyRotation,
    ),
    BoxOperation(
        AUDIT,
        "post",
        "Compare raw events with what was received before",
        AuditAnswer,
        answers.AuditVerdict,
    ),
)
