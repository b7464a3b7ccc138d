"""What the API takes and shows of CRM and ERP."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from daemon.domains.integrations.domain import pointers
from daemon.domains.integrations.domain.crm import Connector, Draft, Kind
from daemon.kernel.errors import BadInputError
from daemon.web.schema import ApiModel, Moment, Name

from .views import Headers, Id, Url

MAX_DEPTH = pointers.MAX_DEPTH


class RequestMap(ApiModel):
    """A request: the path and the body may point at parts of the thing that is sent."""

    method: Literal["POST", "PUT", "PATCH"] = "POST"
    path: Annotated[str, StringConstraints(pattern=r"^/[^\s\\]*$", max_length=500)]
    body: Any = Field(None, description="JSON; texts in it are pointers or hold {{/pointers}}")

    @model_validator(mode="after")
    def shallow(self) -> "RequestMap":
        """Refuse a body that nests too deeply."""
        if pointers.depth(self.body) > MAX_DEPTH:
            raise BadInputError(
                field="body", problem="is nested too deeply", problem_pt="tem níveis demais"
            )
        return self


class ObjectMap(ApiModel):
    """How a kind of thing is made over there, changed, and known."""

    create: RequestMap
    update: RequestMap | None = None
    id_pointer: Annotated[str, StringConstraints(pattern=r"^/", max_length=200)] = Field(
        "/id", description="Where in the answer its id stands"
    )


class NewConnector(ApiModel):
    """A CRM or an ERP. `auto` sends contacts, deals and invoices whenever they change."""

    name: Name
    base_url: Url
    objects: dict[Kind, ObjectMap] = Field(min_length=1)
    headers: Headers = Field(default_factory=dict, description="Keys and tokens; kept sealed")
    auto: bool = False


class ConnectorChange(ApiModel):
    """What to change of a connector; null leaves a thing as it is."""

    name: Name | None = None
    base_url: Url | None = None
    objects: dict[Kind, ObjectMap] | None = Field(None, min_length=1)
    headers: Headers | None = None
    auto: bool | None = None
    status: Literal["active", "paused"] | None = None


class ConnectorView(ApiModel):
    """A connector; the values of its headers are not shown."""

    id: str
    name: str
    base_url: str
    objects: dict[Kind, ObjectMap]
    header_names: list[str]
    auto: bool
    status: Literal["active", "paused"]
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, connector: Connector) -> "ConnectorView":
        """Show a connector."""
        return cls(**{name: getattr(connector, name) for name in cls.model_fields})


class DryRun(ApiModel):
    """Which thing: one of ours, an example of your own, or neither (then one is made up)."""

    kind: Kind
    object_id: Id | None = None
    sample: dict[str, Any] | None = None


class DraftView(ApiModel):
    """The exact request that would be sent; header values are not shown."""

    action: Literal["create", "update", "skip"]
    method: str
    url: str
    header_names: list[str]
    body: Any
    missing: list[str] = Field(description="Pointers that found nothing")

    @classmethod
    def of(cls, draft: Draft, names: list[str]) -> "DraftView":
        """Show a request."""
        return cls(
            action=draft.action,
            method=draft.method,
            url=draft.url,
            header_names=names,
            body=draft.body,
            missing=draft.missing,
        )


class SyncWish(ApiModel):
    """What to send: one thing, or all of a kind that changed since they were last sent."""

    kind: Kind
    object_id: Id | None = None


class SyncQueued(ApiModel):
    """It is in the queue; see the connector's log."""

    queued: bool = True


class SentView(ApiModel):
    """One try to send a thing."""

    id: str
    kind: str
    object_id: str
    action: Literal["create", "update", "skip"]
    outcome: Literal["done", "failed", "retry"]
    status: int | None
    error: str | None
    ms: int
    external_id: str | None
    at: Moment


class LinkView(ApiModel):
    """What one of our things is over there."""

    id: str
    kind: str
    object_id: str
    external_id: str | None
    tries: int
    synced_at: Moment | None
