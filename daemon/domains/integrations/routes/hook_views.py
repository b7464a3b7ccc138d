"""What the API takes and shows of ways in."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from daemon.domains.integrations.domain.hooks import Action, Hook
from daemon.web.schema import ApiModel, Moment, Name

from .views import Id, Secret, Source


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
    """What to change of a way in; null leaves a thing as it is, but `sessionId`: then any number.

    A `secret` of "" takes the signature check away.
    """

    name: Name | None = None
    agent_id: Id | None = None
    session_id: Id | None = Field(None, description="null: whichever number of the agent is on")
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
