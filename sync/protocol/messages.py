"""The wire between a box and its control plane, version 1: messages, limits, packing.

Requests of enrolled boxes are signed (RFC 9421); every response to them carries `na-signature`.
A refusal is `application/problem+json` with a `code` of `problems.PROBLEMS` and its facts.
"""

from datetime import datetime
from typing import Any, TypeVar

import orjson
import zstandard
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.protocol.problems import SyncError
from sync.signing import PrivateKey, b64, batch_base

VERSION = 1
MAX_EVENTS = 1_000
MAX_PACKED = 1024 * 1024
MAX_UNPACKED = 8 * 1024 * 1024
MAX_SMALL_BODY = 64 * 1024
MAX_AUDIT = 5_000
CREATED_WINDOW_S = 600
KEY_OVERLAP_DAYS = 30

ENROLL = "/v1/enroll"
SYNC = "/v1/sync"
DESIRED = "/v1/desired"
BLOB = "/v1/blob/"
ROTATE = "/v1/keys/rotate"
AUDIT = "/v1/audit/answer"
LIVE = "/health/live"

PACKED_TYPE = "application/zstd"
UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
HASH = r"^[0-9a-f]{64}$"
BASE64 = r"^[A-Za-z0-9+/]+={0,2}$"

M = TypeVar("M", bound=BaseModel)


class Message(BaseModel):
    """Base of what is sent; strange names are let through, so that a newer peer is understood."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Enroll(Message):
    """A box asks to belong to a tenant. `proof` is its key's signature over `enroll_base`."""

    v: int
    token: str = Field(min_length=1, max_length=128)
    device: str = Field(pattern=UUID)
    public_key: str = Field(pattern=BASE64, max_length=64)
    version: str = Field(pattern=r"^[A-Za-z0-9_.+-]{1,64}$")
    proof: str = Field(pattern=BASE64, max_length=128)


class Parameters(Message):
    """How the control plane wants to be spoken to."""

    interval_s: int = Field(900, ge=1, le=86_400)
    max_events: int = Field(MAX_EVENTS, ge=1, le=MAX_EVENTS)


class Enrolled(Message):
    """The answer to `Enroll`. `receipt` is signed, and seeds the chains of the box."""

    device: str
    tenant: str
    server_keys: dict[str, str]
    parameters: Parameters
    receipt: dict[str, Any]
    epoch: int


class WallClock(Message):
    """The box's clocks as the batch was made."""

    wall: str = Field(max_length=40)
    boot: str = Field(max_length=64)
    mono_ms: int


class Batch(Message):
    """Events `from..to` of one epoch; `prev` and `head` are the chain before and after them."""

    v: int
    device: str = Field(pattern=UUID)
    epoch: int = Field(ge=1, le=2**31)
    first: int = Field(alias="from", ge=1, le=2**53)
    to: int = Field(ge=0, le=2**53)
    prev: str = Field(pattern=HASH)
    head: str = Field(pattern=HASH)
    events: list[dict[str, Any]] = Field(max_length=MAX_EVENTS)
    clock: WallClock
    health: dict[str, Any] = Field(default_factory=dict)
    desired_have: str = Field("", pattern=r"^[0-9a-f]{0,64}$")
    signature: str = Field(pattern=BASE64, max_length=128)


class AuditOrder(Message):
    """The control plane wants to see raw events `first..last`."""

    id: str
    raw_epoch: int
    first: int
    last: int


class Receipt(Message):
    """What the control plane holds of an epoch; signed, and kept by the box as evidence."""

    v: int
    device: str
    epoch: int
    acked: int
    head: str
    server_time: datetime
    next_after_s: int
    desired_ver: str = ""
    audit: AuditOrder | None = None
    rotate: bool = False  # change your key
    move: str = ""  # hand in everything, then enrol with this token of another tenant


class Rotate(Message):
    """A new device key, under the signatures of the new one; the request has the old one's."""

    public_key: str = Field(pattern=BASE64, max_length=64)
    proof: str = Field(pattern=BASE64, max_length=128)


class AuditAnswer(Message):
    """Raw events that an audit asked for."""

    id: str = Field(max_length=64)
    events: list[dict[str, Any]] = Field(max_length=MAX_AUDIT)


def enroll_base(token: str, device: str, public_key: str) -> bytes:
    """Return what a box signs to prove that it has the key."""
    return f"na-enroll|{token}|{device}|{public_key}".encode()


def rotate_base(device: str, public_key: str) -> bytes:
    """Return what a new key signs to prove that the box has it."""
    return f"na-rotate|{device}|{public_key}".encode()


def parse(model: type[M], body: bytes) -> M:
    """Return the message in a JSON body. Raises SyncError malformed, naming the field."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise malformed(field="body", problem="is not valid JSON") from error
    return _read(model, content)


def _read(model: type[M], content: Any) -> M:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise malformed(field=field, problem=str(first["msg"])) from error


def malformed(*, field: str, problem: str) -> SyncError:
    """Return the refusal of a field."""
    return SyncError(code="malformed", field=field, problem=problem)


def pack(data: dict[str, Any]) -> bytes:
    """Return a batch as it travels."""
    return zstandard.ZstdCompressor(level=6).compress(orjson.dumps(data))


def unpack(body: bytes) -> bytes:
    """Return what a batch unpacks to; the limit holds while unpacking, not after."""
    if len(body) > MAX_PACKED:
        raise SyncError(code="too_large", what="batch", limit=f"{MAX_PACKED} bytes")
    reader = zstandard.ZstdDecompressor(max_window_size=MAX_UNPACKED).stream_reader(body)
    try:
        data = reader.read(MAX_UNPACKED + 1)
    except zstandard.ZstdError as error:
        raise malformed(field="body", problem="is not zstd") from error
    if len(data) > MAX_UNPACKED:
        raise SyncError(code="too_large", what="unpacked batch", limit=f"{MAX_UNPACKED} bytes")
    return data


def parse_batch(body: bytes) -> Batch:
    """Return the batch in a packed body, its own numbers checked."""
    data = unpack(body)
    try:
        content = orjson.loads(data)
        version = content.get("v")
    except (orjson.JSONDecodeError, AttributeError) as error:
        raise malformed(field="body", problem="is not a JSON object") from error
    if version != VERSION:
        raise SyncError(code="unknown_version", version=version)
    batch = _read(Batch, content)
    if batch.to - batch.first + 1 != len(batch.events):
        raise malformed(field="to", problem="does not match the number of events")
    for number, event in enumerate(batch.events, start=batch.first):
        if event.get("seq") != number:
            raise malformed(field=f"events.{number - batch.first}.seq", problem=f"must be {number}")
    return batch


def sign_batch(key: PrivateKey, content: dict[str, Any]) -> dict[str, Any]:
    """Return the batch with the device's signature."""
    base = batch_base(content["device"], content["epoch"], content["to"], content["head"])
    return {**content, "signature": b64(key.sign(base))}
