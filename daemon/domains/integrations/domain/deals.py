"""Deals: what may be sold to a contact; the light side of a CRM."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from daemon.kernel.errors import ConflictError
from daemon.kernel.events import Event


@dataclass(frozen=True)
class Deal:
    """A chance to sell; money in centavos."""

    id: str
    title: str
    contact_id: str | None
    value_centavos: int
    currency: str
    stage: str
    external_id: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class DealUpdated(Event):
    """A deal was made, changed or deleted (`stage` is then `deleted`)."""

    name: ClassVar[str] = "deal.updated"
    id: str
    contact_id: str | None
    stage: str
    value_centavos: int


class ExternalIdTakenError(ConflictError):
    """Two things cannot have one id over there."""

    code = "external_id_taken"
    template = "Another deal has the external id {external_id}."
    template_pt = "Outro negócio já tem o id externo {external_id}."
