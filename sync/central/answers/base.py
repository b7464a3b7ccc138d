"""What all answers are made of. Each kind of value carries an example."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

EXAMPLE_ID = "0195ab5e-7b1c-7c3a-9b0e-4f1d2a6c8e90"
EXAMPLE_TIME = "2026-03-02T12:00:00+00:00"
EXAMPLE_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

Id = Annotated[str, Field(examples=[EXAMPLE_ID])]
Slug = Annotated[str, Field(examples=["acme"])]
ResellerId = Annotated[str, Field(examples=["norte"])]
AnyReseller = Annotated[str, Field(description="Empty: the platform's", examples=["norte"])]
Name = Annotated[str, Field(examples=["Clínica Acme"])]
Moment = Annotated[datetime, Field(examples=[EXAMPLE_TIME])]
Day = Annotated[date, Field(examples=["2026-03-02"])]
Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", examples=["2026-03"])]
Count = Annotated[int, Field(ge=0, examples=[3])]
Centavos = Annotated[int, Field(description="Whole centavos", examples=[18900])]
Bps = Annotated[int | None, Field(description="10000 = 100 %; null over nothing", examples=[9200])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["BRL"])]
Zone = Annotated[str, Field(examples=["America/Sao_Paulo"])]
Meter = Annotated[str, Field(description="A name of /api/meters", examples=["messages_in"])]
Version = Annotated[str, Field(examples=["1.4.2"])]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=[EXAMPLE_HASH])]
Hash = Annotated[str, Field(description="Hexadecimal SHA-256", examples=[EXAMPLE_HASH])]
Base64 = Annotated[str, Field(examples=["gqJHxMZLBT2AUnM9K2b0hLp1c3w9mJ0dWl7k5Q4vY0c="])]
Facts = Annotated[dict[str, Any], Field(examples=[{"reason": "bad_schema"}])]
Kind = Literal["entitlements", "models", "brand", "config", "channel"]


class Shown(BaseModel):
    """Base of what the office answers; names are camelCase on the wire, and all are there."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Done(Shown):
    """Nothing to say but that it is done."""


class Gone(Shown):
    """What was removed, taken back or ordered."""

    id: Id
