"""What every branch of the settings is."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Base of each branch: frozen, and strange names are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")
