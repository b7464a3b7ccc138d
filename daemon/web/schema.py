"""The models of the API: camelCase outside, snake_case inside, unknown fields refused."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from daemon.kernel.pages import DEFAULT_LIMIT, MAX_LIMIT

T = TypeVar("T")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Moment = AwareDatetime


class ApiModel(BaseModel):
    """Base of every body, query and answer."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", from_attributes=True
    )


class ListQuery(ApiModel):
    """How every list is paged."""

    cursor: str | None = Field(None, max_length=200, description="`nextCursor` of the page before")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)


class PageView(ApiModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next_cursor: str | None = None


class Problem(BaseModel):
    """An error, as RFC 9457 describes it, with a stable `code` and the field that was wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: list[dict[str, Any]] | None = None
