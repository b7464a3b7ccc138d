"""What the API takes and shows of outgoing webhooks."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from daemon.domains.integrations.domain.webhooks import Attempt, Delivery, Endpoint
from daemon.web.schema import ApiModel, ListQuery, Moment, Name

from .views import Headers, Id, Secret, Url


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
    """What to change of a webhook; null leaves a thing as it is, but `agentId`: then of any."""

    name: Name | None = None
    url: Url | None = None
    events: list[Annotated[str, StringConstraints(max_length=60)]] | None = Field(
        None, min_length=1, max_length=40
    )
    agent_id: Id | None = Field(None, description="null: whatever agent it concerns")
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
