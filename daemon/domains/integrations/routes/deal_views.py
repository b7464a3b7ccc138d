"""What the API takes and shows of deals."""

from typing import Annotated

from pydantic import Field, StringConstraints

from daemon.web.schema import ApiModel, ListQuery, Moment

from .views import Id

MOST_CENTAVOS = 10**13
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Stage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class NewDeal(ApiModel):
    """A chance to sell."""

    title: Title
    contact_id: Id | None = None
    value_centavos: int = Field(0, ge=0, le=MOST_CENTAVOS)
    stage: Stage = "new"
    external_id: ExternalId | None = None


class DealChange(ApiModel):
    """What to change of a deal."""

    title: Title | None = None
    contact_id: Id | None = None
    value_centavos: int | None = Field(None, ge=0, le=MOST_CENTAVOS)
    stage: Stage | None = None
    external_id: ExternalId | None = None


class DealQuery(ListQuery):
    """Which deals."""

    stage: str | None = Field(None, max_length=60)
    contact_id: str | None = Field(None, max_length=64)


class DealView(ApiModel):
    """A deal."""

    id: str
    title: str
    contact_id: str | None
    value_centavos: int
    currency: str
    stage: str
    external_id: str | None
    created_at: Moment
    updated_at: Moment
