"""Answers to boxes: each is signed, in the header of the response and in itself."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sync.protocol.messages import AuditOrder

from .base import Base64, Count, Hash, Id, Kind, Moment, Slug

KeyName = Field(description="Name of the key that signed", examples=["3f0b2c9d6a7e41585e0d9c8b"])


class Signed(BaseModel):
    """Base of a document of the control plane. A newer one may say more."""

    model_config = ConfigDict(extra="allow")

    key: str = KeyName
    signature: Base64


class SyncParameters(BaseModel):
    """How the control plane wants to be spoken to."""

    interval_s: int = Field(examples=[900])
    max_events: int = Field(examples=[1000])


class EnrolmentReceipt(Signed):
    """What seeds the chains of a box."""

    kind: Literal["enrolment"]
    device: Id
    tenant: Slug
    public_key: Base64
    at: Moment


class Enrolment(BaseModel):
    """The answer to an enrolment."""

    device: Id
    tenant: Slug
    server_keys: dict[str, str] = Field(
        description="Public keys by name", examples=[{"3f0b2c9d6a7e4158": "gqJHxMZLBT2AUnM9K2b0="}]
    )
    parameters: SyncParameters
    receipt: EnrolmentReceipt
    epoch: Count = Field(description="The latest epoch opened here; 0 before the first")


class SyncReceipt(Signed):
    """What the control plane holds of an epoch, and its orders."""

    kind: Literal["receipt"]
    v: Literal[1]
    device: Id
    epoch: Count
    acked: Count
    head: Hash
    server_time: datetime = Field(examples=["2026-03-02T12:00:00+00:00"])
    desired_ver: str = Field(
        description="Empty: there is no document", examples=["5f1a2b3c4d5e6f70"]
    )
    next_after_s: int = Field(examples=[900])
    audit: AuditOrder | None = Field(
        None,
        examples=[{"id": "0195ab5e-7b1c-7c3a", "raw_epoch": 1, "first": 1, "last": 40}],
    )
    rotate: bool = Field(default=False, description="Change your key")
    move: str = Field(
        "", description="Hand in everything, then enrol with this token", examples=[""]
    )


class DesiredDocument(Signed):
    """A signed, versioned document for one box."""

    kind: Kind
    version: int = Field(ge=1, examples=[2])
    device: Id
    issued: Moment
    expires: Moment
    body: dict[str, Any] | None = Field(
        description="null, with `withdrawn`: back to the box's own settings",
        examples=[{"name": "Norte Atende"}],
    )
    withdrawn: bool = Field(default=False, description="Returns the box to its own settings")


class DesiredAnswer(BaseModel):
    """All documents of a box, and the name of this set of them."""

    version: str = Field(examples=["5f1a2b3c4d5e6f70"])
    documents: list[DesiredDocument]


class KeyRotation(Signed):
    """The receipt of a new key."""

    kind: Literal["rotation"]
    device: Id
    public_key: Base64
    number: int = Field(description="The request's na-seq", examples=[17])
    old_until: Moment


class AuditVerdict(Signed):
    """How an audit ended."""

    kind: Literal["verdict"]
    device: Id
    id: Id
    verdict: str = Field(examples=["ok"])
