"""Routes of a flow's secrets: written and forgotten, never read."""

from typing import Annotated

from pydantic import Field, SecretStr

from daemon.domains.flows.domain.base import Variable
from daemon.domains.flows.domain.errors import (
    FlowNotFoundError,
    SecretInUseError,
    SecretNotFoundError,
    TooManySecretsError,
)
from daemon.domains.flows.service.secrets import Secret
from daemon.kernel.errors import BadInputError
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, Moment

from .views import FLOWS, examples

MAX_VALUE = 4000
FIRST_PRINTABLE = 32

routes = Routes(tag="flows")


class NewSecret(ApiModel):
    """A secret; its value is sealed at once, and no answer ever holds it."""

    model_config = examples({"name": "token_da_agenda", "value": "um-token-secreto"})

    name: Variable
    value: Annotated[SecretStr, Field(min_length=1, max_length=MAX_VALUE)]


class SecretView(ApiModel):
    """A secret without its value; `nodes` of the draft say `{{secret.name}}`."""

    name: str
    known: bool
    nodes: list[str]
    updated_at: Moment | None


class SecretsView(ApiModel):
    """The secrets that a flow has, and those that its draft asks for."""

    items: list[SecretView]


@routes.get("/flows/{id}/secrets", returns=SecretsView, errors=[FlowNotFoundError])
async def listed(call: Call[None, None]) -> SecretsView:
    """List the names of a flow's secrets, and which of them are still to be supplied."""
    found = await call.app[FLOWS].secrets.listed(call.path["id"])
    return SecretsView(items=[_view(one) for one in found])


@routes.post(
    "/flows/{id}/secrets",
    body=NewSecret,
    returns=SecretView,
    status=201,
    errors=[FlowNotFoundError, BadInputError, TooManySecretsError],
)
async def put(call: Call[NewSecret, None]) -> SecretView:
    """Write a secret of a flow, or write over it; a graph names it as `{{secret.name}}`."""
    name, value = call.body.name, call.body.value.get_secret_value().strip()
    if not value or any(ord(letter) < FIRST_PRINTABLE for letter in value):
        raise BadInputError(
            field="value",
            problem="must be one line of text",
            problem_pt="deve ser uma linha de texto",
        )
    secrets = call.app[FLOWS].secrets
    await secrets.put(call.path["id"], name, value)
    return next(_view(one) for one in await secrets.listed(call.path["id"]) if one.name == name)


@routes.delete(
    "/flows/{id}/secrets/{name}",
    errors=[FlowNotFoundError, SecretNotFoundError, SecretInUseError],
)
async def remove(call: Call[None, None]) -> None:
    """Forget a secret of a flow; not while the published version needs it."""
    await call.app[FLOWS].secrets.remove(call.path["id"], call.path["name"])


def _view(secret: Secret) -> SecretView:
    return SecretView(
        name=secret.name,
        known=secret.updated_at is not None,
        nodes=list(secret.nodes),
        updated_at=secret.updated_at,
    )
