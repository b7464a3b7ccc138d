"""What the API takes and shows of CRM and ERP."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from daemon.domains.integrations.domain import pointers, pulling, targets
from daemon.domains.integrations.domain.crm import Connector, Draft, Kind
from daemon.kernel.errors import BadInputError
from daemon.web.schema import ApiModel, Moment, Name

from .views import Headers, Id, Source, Url

MAX_DEPTH = pointers.MAX_DEPTH
Pointer = Annotated[str, StringConstraints(pattern=r"^(/.*)?$", max_length=200)]
PulledKind = Literal["contact", "deal"]
Target = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class RequestMap(ApiModel):
    """A request: the path and the body may point at parts of the thing that is sent."""

    method: Literal["POST", "PUT", "PATCH"] = "POST"
    path: Annotated[str, StringConstraints(pattern=r"^/[^\s\\]*$", max_length=500)]
    fields: dict[Target, Source] | None = Field(
        None,
        max_length=100,
        description="The body by dotted paths: `person.name`, `phones[0].value`",
        examples=[{"person.name": "/name", "phones[0].value": "/phone"}],
    )
    body: Any = Field(
        None, description="Instead of `fields`: any JSON; its texts are pointers or {{/pointers}}"
    )

    @model_validator(mode="after")
    def shallow(self) -> "RequestMap":
        """Refuse a body that nests too deeply."""
        if pointers.depth(self.body) > MAX_DEPTH:
            raise BadInputError(
                field="body", problem="is nested too deeply", problem_pt="tem níveis demais"
            )
        return self


class PullMap(ApiModel):
    """How a kind of thing comes back: a list over HTTP, since the last time, page by page.

    The path may hold {{/since}}, {{/page}}, {{/offset}} and {{/cursor}}. What is empty there takes
    nothing away here; a phone says who a contact is and never changes.
    """

    path: Annotated[str, StringConstraints(pattern=r"^/[^\s\\]*$", max_length=500)] = Field(
        examples=["/people?updated_since={{/since}}&page={{/page}}"]
    )
    items: Pointer = Field("", description="Where in the answer the list stands; empty: the top")
    id: Pointer = Field("/id", min_length=2, description="Where in a thing its id stands")
    changed: Pointer | None = Field(
        None, description="Where in a thing stands when it changed; the last change wins"
    )
    next: Pointer | None = Field(
        None, description="Where the answer tells the next page: a mark, or an address"
    )
    fields: dict[Target, Source] | None = Field(
        None,
        max_length=100,
        description="Our field, and where it stands there; without it what is sent, reversed",
    )
    every_minutes: int = Field(0, ge=0, le=10_080, description="0: only when somebody asks")


class ObjectMap(ApiModel):
    """How a kind of thing is made over there, changed, and known."""

    create: RequestMap
    update: RequestMap | None = Field(
        None, description="Without `fields` and `body` it sends what `create` does"
    )
    id_pointer: Annotated[str, StringConstraints(pattern=r"^/", max_length=200)] = Field(
        "/id", description="Where in the answer its id stands"
    )
    pull: PullMap | None = Field(None, description="How it comes back; invoices do not")


Objects = Annotated[dict[Kind, ObjectMap], Field(min_length=1)]


def check(objects: dict[Kind, ObjectMap] | None) -> None:
    """Refuse fields that clash, by the name of the request."""
    for kind, mapping in (objects or {}).items():
        check_map(mapping, f"objects.{kind}", kind)


def check_map(mapping: ObjectMap, field: str, kind: str) -> None:
    """Refuse fields that clash."""
    for name, request in (("create", mapping.create), ("update", mapping.update)):
        if request is None or request.fields is None:
            continue
        if request.body is not None:
            raise BadInputError(
                field=f"{field}.{name}.body",
                problem="cannot be there together with fields",
                problem_pt="não pode vir junto com fields",
            )
        targets.body(request.fields, f"{field}.{name}.fields")
    if mapping.pull is not None:
        check_pull(mapping.pull, f"{field}.pull", kind)


def check_pull(pull: PullMap, field: str, kind: str) -> None:
    """Refuse what cannot come back."""
    if kind not in pulling.BACK:
        raise BadInputError(
            field=field,
            problem="invoices are made here and do not come back",
            problem_pt="as faturas nascem aqui e não voltam",
        )
    for name in pull.fields or ():
        if not pulling.known(kind, name):
            known = ", ".join(dict.fromkeys(pulling.BACK[kind].values()))
            raise BadInputError(
                field=f"{field}.fields",
                problem=f"{name!r} is none of: {known}",
                problem_pt=f"{name!r} não é um destes: {known}",
            )


class NewConnector(ApiModel):
    """A CRM or an ERP. `auto` sends contacts, deals and invoices whenever they change."""

    name: Name
    base_url: Url
    objects: Objects
    headers: Headers = Field(default_factory=dict, description="Keys and tokens; kept sealed")
    auto: bool = False

    @model_validator(mode="after")
    def fitting(self) -> "NewConnector":
        """Refuse fields that clash."""
        check(self.objects)
        return self


class ConnectorChange(ApiModel):
    """What to change of a connector; null leaves a thing as it is."""

    name: Name | None = None
    base_url: Url | None = None
    objects: Objects | None = None
    headers: Headers | None = None
    auto: bool | None = None
    status: Literal["active", "paused"] | None = None

    @model_validator(mode="after")
    def fitting(self) -> "ConnectorChange":
        """Refuse fields that clash."""
        check(self.objects)
        return self


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
    mapping: ObjectMap | None = Field(None, description="A mapping that is not saved yet")

    @model_validator(mode="after")
    def fitting(self) -> "DryRun":
        """Refuse fields that clash."""
        if self.mapping is not None:
            check_map(self.mapping, "mapping", self.kind)
        return self


class DraftView(ApiModel):
    """The exact request that would be sent; header values are not shown."""

    action: Literal["create", "update", "skip"]
    method: str
    url: str
    header_names: list[str]
    body: Any
    missing: list[str] = Field(description="Pointers that found nothing")
    thing: dict[str, Any] = Field(description="What the pointers point into")

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
            thing=dict(draft.thing),
        )


class SyncWish(ApiModel):
    """What to send: one thing, or all of a kind that changed since they were last sent."""

    kind: Kind
    object_id: Id | None = None
    force: bool = Field(False, description="One thing: at once, even if nothing changed")


class PullWish(ApiModel):
    """What to bring back."""

    kind: PulledKind


class PullTry(PullWish):
    """What to rehearse, perhaps with a mapping that is not saved yet."""

    mapping: ObjectMap | None = None

    @model_validator(mode="after")
    def fitting(self) -> "PullTry":
        """Refuse what cannot come back."""
        if self.mapping is not None:
            check_map(self.mapping, "mapping", self.kind)
        return self


class TookView(ApiModel):
    """What would come of one thing over there."""

    external_id: str
    object_id: str | None
    action: Literal["create", "update", "skip"]
    changes: dict[str, list[Any]] = Field(description="By field: before and after")
    lost: list[dict[str, Any]]
    problems: list[str] = Field(description="Fields that made no sense, or are missing")


class PreviewView(ApiModel):
    """What was asked for, and what would come of the first page; nothing was written."""

    url: str
    status: int | None
    error: str | None
    items: list[TookView]
    more: bool


class PulledView(ApiModel):
    """How far a kind was brought over, and how the last time went."""

    kind: str
    since: str | None
    at: Moment | None
    next_at: Moment
    error: str | None
    seen: int
    created: int
    updated: int
    skipped: int


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
    response: str | None = Field(description="How the answer began")
    direction: Literal["out", "in"] = Field(description="Sent there, or brought back")
    lost: list[dict[str, Any]] = Field(
        description="Where both sides had changed a field: what stayed and what was lost"
    )


class LinkView(ApiModel):
    """What one of our things is over there."""

    id: str
    kind: str
    object_id: str
    external_id: str | None
    tries: int
    synced_at: Moment | None
