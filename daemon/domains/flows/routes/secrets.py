"""Routes of a flow's secrets: written and forgotten, never read."""

from typing import Annotated

from pydantic import Field, SecretStr

from daemon.domains.flows.domain.errors import (
    FlowNotFoundError,
    SecretInUseError,
    SecretNotFoundError,
    TooManySecretsError,
)
from daemon.domains.flows.domain.secret_words import NAME
from daemon.kernel.errors import BadInputError
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, Moment

from .views import FLOWS, examples

MAX_VALUE = 4000
FIRST_PRINTABLE = 32

routes = Routes(tag="flows")


class NewSecret(ApiModel):
    """The value; it is sealed at once, and no answer ever holds it."""

    model_config = examples({"value": "um-token-secreto"})

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
    return SecretsView(
        items=[
            SecretView(
                name=one.name,
                known=one.updated_at is not None,
                nodes=list(one.nodes),
                updated_at=one.updated_at,
            )
            for one in found
        ]
    )


@routes.put(
    "/flows/{id}/secrets/{name}",
    body=NewSecret,
    status=204,
    errors=[FlowNotFoundError, BadInputError, TooManySecretsError],
)
async def put(call: Call[NewSecret, None]) -> None:
    """Write a secret of a flow, or write over it; a graph names it as `{{secret.name}}`."""
    name, value = call.path["name"], call.body.value.get_secret_value().strip()
    if NAME.fullmatch(name) is None:
        raise BadInputError(
            field="name",
            problem="must be letters, digits and _, at most 64, and not begin with a digit",
            problem_pt="deve ter letras, números e _, no máximo 64, sem começar por número",
        )
    if not value or any(ord(letter) < FIRST_PRINTABLE for letter in value):
        raise BadInputError(
            field="value",
            problem="must be one line of text",
            problem_pt="deve ser uma linha de texto",
        )
    await call.app[FLOWS].secrets.put(call.path["id"], name, value)


@routes.delete(
    "/flows/{id}/secrets/{name}",
    errors=[FlowNotFoundError, SecretNotFoundError, SecretInUseError],
)
async def remove(call: Call[None, None]) -> None:
    """Forget a secret of a flow; not while the published version needs it."""
    await call.app[FLOWS].secrets.remove(call.path["id"], call.path["name"])
