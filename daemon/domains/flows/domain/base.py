"""What nodes and graphs are made of: limits, names, and what happens when a step goes wrong."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

MAX_NODES = 300
MAX_EDGES = 900
MAX_OPTIONS = 50
MAX_TEXT = 4000  # leaves room below what one WhatsApp message may hold
MAX_BYTES = 512 * 1024
MAX_WAIT_S = 30 * 24 * 3600
MAX_MINUTES = 30 * 24 * 60
MAX_HTTP_S = 30
MAX_CONTACTS = 2_000

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Words = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Short = Annotated[str, StringConstraints(max_length=200)]
Minutes = Annotated[int, Field(ge=1, le=MAX_MINUTES)]


class Part(BaseModel):
    """Base: camelCase outside, unknown fields refused, never changed once read."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class Repair(Part):
    """What happens when a step does not go as drawn; None leaves it to the flow, then to us."""

    digression: bool | None = Field(None, description="answer questions, then ask again")
    correction: bool | None = Field(None, description="let the customer correct or go back")
    cancel: bool | None = Field(None, description="let the customer cancel")
    handover: bool | None = Field(None, description="let the customer ask for a person")
    tries: int | None = Field(
        None, ge=1, le=10, description="answers not understood before giving up"
    )
    on_confused: Literal["handover", "end"] | None = None
    timeout_minutes: Minutes | None = None
    on_timeout: Literal["handover", "end"] | None = None
    confused_text: Words | None = None
    cancel_text: Words | None = None
    handover_text: Words | None = None
    timeout_text: Words | None = None

    def over(self, base: "Repair") -> "Repair":
        """Return this, completed by what `base` says."""
        return base.model_copy(update=self.model_dump(exclude_none=True))


DEFAULT_REPAIR = Repair(
    digression=True,
    correction=True,
    cancel=True,
    handover=True,
    tries=3,
    on_confused="handover",
    timeout_minutes=24 * 60,
    on_timeout="end",
)
