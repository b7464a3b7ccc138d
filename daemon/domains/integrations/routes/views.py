"""What the API takes and shows of integrations."""

from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field, StringConstraints, model_validator

from daemon.domains.integrations.domain import pointers
from daemon.domains.integrations.domain.crm import Connector, Draft, Kind
from daemon.domains.integrations.domain.files import FileKind
from daemon.domains.integrations.domain.hooks import Action, Hook
from daemon.domains.integrations.domain.webhooks import Attempt, Delivery, Endpoint
from daemon.domains.integrations.service.files import SHOWN, Taken
from daemon.domains.integrations.service.parts import Integrations
from daemon.kernel.errors import BadInputError
from daemon.web.schema import ApiModel, ListQuery, Moment, Name

INTEGRATIONS: web.AppKey[Integrations] = web.AppKey("integrations", Integrations)

MOST_CENTAVOS = 10**13
MAX_DEPTH = pointers.MAX_DEPTH
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Url = Annotated[str, StringConstraints(min_length=8, max_length=2048)]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
HeaderValue = Annotated[str, StringConstraints(max_length=2000)]
Headers = Annotated[dict[HeaderName, HeaderValue], Field(max_length=20)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Stage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Secret = Annotated[str, StringConstraints(max_length=200)]
Source = Annotated[
    str,
    StringConstraints(max_length=4096),
    Field(description="A JSON pointer, or a text with {{/pointers}} and {{/pointer|fallback}}"),
]


class EventTypeView(ApiModel):
    """A kind of event that webhooks may ask for."""

    type: str
    description: str
    content: bool = Field(description="Whether words of people are added for `includeContent`")
    example: dict[str, Any]


class NewWebhook(ApiModel):
    """Where events go. Without a `secret` one is made."""

    name: Name
    url: Url
    events: list[Annotated[str, StringConstraints(max_length=60)]] = Field(
        min_length=1, max_length=40, description="Names, families (`message.*`), or `*`"
    )
    agent_id: Id | None = Field(None, description="Only what concerns this agent")
    include_content: bool = Field(
        False, description="Send what was said, too; otherwise only ids leave the box"
    )
    headers: Headers = Field(default_factory=dict, description="Sent along; kept sealed")
    secret: Secret | None = Field(None, description="whsec_ and 24 to 64 bytes in base64")


class WebhookChange(ApiModel):
    """What to change of a webhook; null leaves a thing as it is."""

    name: Name | None = None
    url: Url | None = None
    events: list[Annotated[str, StringConstraints(max_length=60)]] | None = Field(
        None, min_length=1, max_length=40
    )
    include_content: bool | None = None
    headers: Headers | None = None
    status: Literal["active", "paused"] | None = None


class Rotation(ApiModel):
    """How long the old secret signs along."""

    overlap_hours: int = Field(24, ge=0, le=168)


class Ping(ApiModel):
    """Which event to send an example of."""

    type: Annotated[str, StringConstraints(max_length=60)] = "webhook.ping"


class Replay(ApiModel):
    """What to send anew: what failed for good, what was never sent (while it was off), or both."""

    since: Moment
    only: Literal["failed", "missed", "all"] = "failed"


class Replayed(ApiModel):
    """How many deliveries were queued."""

    queued: int


class WebhookQuery(ListQuery):
    """Which webhooks."""

    status: Literal["active", "paused", "disabled"] | None = None


class WebhookView(ApiModel):
    """An endpoint; header values and secrets are not shown."""

    id: str
    name: str
    url: str
    events: list[str]
    agent_id: str | None
    include_content: bool
    status: Literal["active", "paused", "disabled"]
    reason: Literal["gone", "failing"] | None
    header_names: list[str]
    failing_since: Moment | None
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, endpoint: Endpoint, names: list[str]) -> "WebhookView":
        """Show an endpoint."""
        plain = {name: getattr(endpoint, name) for name in cls.model_fields if name != HEADERS}
        return cls(**plain, header_names=names)


HEADERS = "header_names"


class WebhookMade(WebhookView):
    """An endpoint with its new secret, which is told only now."""

    secret: str


class DeliveryQuery(ListQuery):
    """Which deliveries."""

    webhook_id: str | None = Field(None, max_length=64)
    state: Literal["pending", "delivered", "failed"] | None = None
    type: str | None = Field(None, max_length=60)


class DeliveryView(ApiModel):
    """One event on its way to one endpoint; the id is the `webhook-id`. `at`: when it happened."""

    id: str
    webhook_id: str
    type: str
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    status: int | None
    error: str | None
    ms: int | None
    excerpt: str | None
    at: Moment
    next_at: Moment | None
    delivered_at: Moment | None
    created_at: Moment

    @classmethod
    def of(cls, sent: Delivery) -> "DeliveryView":
        """Show a delivery."""
        return cls.model_validate(_delivery(cls, sent))


class AttemptView(ApiModel):
    """One try."""

    id: str
    at: Moment
    status: int | None
    error: str | None
    ms: int
    excerpt: str | None


class DeliveryDetail(DeliveryView):
    """A delivery with what was sent and its last tries."""

    data: dict[str, Any]
    tries: list[AttemptView]

    @classmethod
    def whole(cls, sent: Delivery, tries: list[Attempt]) -> "DeliveryDetail":
        """Show a delivery with its tries."""
        shown = [AttemptView.model_validate(one) for one in tries]
        return cls(**_delivery(DeliveryView, sent), data=sent.data, tries=shown)


def _delivery(view: type[DeliveryView], sent: Delivery) -> dict[str, Any]:
    plain = {name: getattr(sent, name) for name in view.model_fields}
    return {**plain, "next_at": sent.next_at if sent.state == "pending" else None}


class HookMapping(ApiModel):
    """Where in the payload things stand."""

    to: Source = Field(description="The receiver's phone")
    text: Source | None = Field(None, description="send_message: what to say")
    variables: dict[Annotated[str, StringConstraints(pattern=r"^\w{1,60}$")], Source] = Field(
        default_factory=dict, max_length=50, description="start_flow: what the flow begins with"
    )


class NewHook(ApiModel):
    """A way in."""

    name: Name
    action: Action
    agent_id: Id
    session_id: Id | None = None
    flow_id: Id | None = None
    mapping: HookMapping
    secret: Secret | None = Field(
        None, description="whsec_...: calls must then be signed by Standard Webhooks"
    )


class HookChange(ApiModel):
    """What to change of a way in; a `secret` of "" takes the signature check away."""

    name: Name | None = None
    mapping: HookMapping | None = None
    flow_id: Id | None = None
    secret: Secret | None = None
    status: Literal["active", "paused"] | None = None


class HookView(ApiModel):
    """A way in; its address is not shown."""

    id: str
    name: str
    action: Action
    agent_id: str
    session_id: str | None
    flow_id: str | None
    mapping: HookMapping
    signed: bool
    status: Literal["active", "paused"]
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, hook: Hook) -> "HookView":
        """Show a way in."""
        return cls(**_hook(hook))


class HookMade(HookView):
    """A way in with its address, which is told only now."""

    token: str
    path: str = Field(description="POST here")

    @classmethod
    def told(cls, hook: Hook, token: str) -> "HookMade":
        """Show a way in with its address."""
        return cls(**_hook(hook), token=token, path=f"/hooks/{token}")


def _hook(hook: Hook) -> dict[str, Any]:
    plain = {name: getattr(hook, name) for name in HookView.model_fields if name != "signed"}
    return {**plain, "signed": hook.sealed is not None}


class HitView(ApiModel):
    """One call."""

    id: str
    at: Moment
    outcome: Literal["accepted", "done", "refused"]
    code: str | None
    message_id: str | None
    run_id: str | None


class HookAnswer(ApiModel):
    """The call was taken; `known` if it had been before (the same `webhook-id`)."""

    id: str
    known: bool
    message_id: str | None


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


class CsvQuery(ApiModel):
    """What a file holds."""

    kind: FileKind = Field("contacts", description="What the rows are")
    dry_run: bool = Field(False, description="Say what would happen, and write nothing")


class CardQuery(ApiModel):
    """How to take a file."""

    dry_run: bool = False


class ExportQuery(ApiModel):
    """Which vCard."""

    version: Literal["3.0", "4.0"] = "4.0"


class TakenView(ApiModel):
    """What came of a file, or what would (`dryRun`)."""

    kind: FileKind
    dry_run: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    columns: dict[str, str]
    ignored: list[str]
    sample: list[dict[str, Any]]

    @classmethod
    def of(cls, taken: Taken) -> "TakenView":
        """Show what came of a file."""
        return cls(
            kind=taken.plan.kind,
            dry_run=taken.dry_run,
            rows=len(taken.plan.rows),
            created=taken.created,
            updated=taken.updated,
            unchanged=taken.unchanged,
            skipped=taken.skipped,
            columns=taken.plan.columns,
            ignored=taken.plan.ignored,
            sample=taken.plan.rows[:SHOWN],
        )


class ImportView(ApiModel):
    """A file that came."""

    id: str
    source: Literal["csv", "drop", "vcard"]
    file: str
    kind: str
    sha256: str
    outcome: Literal["imported", "refused"]
    error: str | None
    rows: int
    created: int
    updated: int
    at: Moment
