"""Routes of agents and of their settings."""

from typing import Annotated, Any, get_args

from aiohttp import web
from pydantic import BaseModel, Field, StringConstraints, create_model

from daemon.kernel.errors import BadInputError
from daemon.kernel.pages import Page
from daemon.kernel.quota import QuotaBlockedError, QuotaReachedError
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, ListQuery, Moment, Name, PageView

from .domain import (
    MAX_INSTRUCTIONS,
    AgentLimitError,
    AgentNotFoundError,
    AgentSettings,
    Language,
    Part,
    Status,
    Tool,
    Voice,
)
from .service import Agents

AGENTS: web.AppKey[Agents] = web.AppKey("agents", Agents)

routes = Routes(tag="agents")
settings_routes = Routes(tag="settings")

Niche = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Instructions = Annotated[str, StringConstraints(max_length=MAX_INSTRUCTIONS)]


class NewAgent(ApiModel):
    """A new agent."""

    name: Name
    niche: Niche = ""
    instructions: Instructions = ""
    language: Language | None = None
    client_id: ClientId | None = Field(
        None, description="Whose it is: a client of this tenant; its use counts for their plan"
    )


class AgentChange(ApiModel):
    """What to change; what is not given stays."""

    name: Name | None = None
    niche: Niche | None = None
    instructions: Instructions | None = None
    language: Language | None = None
    status: Status | None = None
    client_id: ClientId | None = Field(None, description="Null: nobody's")


class AgentView(ApiModel):
    """An agent."""

    id: str
    name: str
    niche: str
    instructions: str
    language: str
    status: Status
    client_id: str | None
    created_at: Moment
    updated_at: Moment


class ToolsChange(ApiModel):
    """The tools of an agent, all of them."""

    tools: tuple[Tool, ...] = Field(max_length=20)


def partial(model: type[Part]) -> type[BaseModel]:
    """Return the model with every field optional, for a PATCH; bounds and names stay."""
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, Part):
            fields[name] = (partial(inner) | None, None)
            continue
        given: Any = inner
        for bound in info.metadata:
            given = Annotated[given, bound]
        fields[name] = (given | None, Field(None, description=info.description))
    made: type[BaseModel] = create_model(f"{model.__name__}Change", __base__=Part, **fields)
    return made


SettingsChange = partial(AgentSettings)
VoiceChange = partial(Voice)
EXAMPLE = {"name": "Bella", "niche": "clínica de estética", "instructions": "Seja gentil."}


@routes.get("/agents", query=ListQuery, returns=PageView[AgentView])
async def page(call: Call[None, ListQuery]) -> Page[AgentView]:
    """List the agents."""
    found = await call.app[AGENTS].page(call.query.cursor, call.query.limit)
    return Page([AgentView.model_validate(agent) for agent in found.items], found.next_cursor)


@routes.post(
    "/agents",
    body=NewAgent,
    returns=AgentView,
    status=201,
    errors=[AgentLimitError, QuotaReachedError, QuotaBlockedError, BadInputError],
    examples={"body": EXAMPLE},
)
async def create(call: Call[NewAgent, None]) -> AgentView:
    """Create an agent."""
    body = call.body
    agent = await call.app[AGENTS].create(
        name=body.name,
        niche=body.niche,
        instructions=body.instructions,
        language=body.language,
        client_id=body.client_id,
    )
    return AgentView.model_validate(agent)


@routes.get("/agents/{id}", returns=AgentView, errors=[AgentNotFoundError])
async def get(call: Call[None, None]) -> AgentView:
    """Show an agent."""
    return AgentView.model_validate(await call.app[AGENTS].get(call.path["id"]))


@routes.patch(
    "/agents/{id}",
    body=AgentChange,
    examples={"body": {"name": "Bella", "status": "active"}},
    returns=AgentView,
    errors=[AgentNotFoundError, QuotaReachedError, QuotaBlockedError, BadInputError],
)
async def change(call: Call[AgentChange, None]) -> AgentView:
    """Change an agent."""
    values = _given(call.body)
    if "client_id" in call.body.model_fields_set:
        values["client_id"] = call.body.client_id
    return AgentView.model_validate(await call.app[AGENTS].change(call.path["id"], values))


@routes.delete("/agents/{id}", errors=[AgentNotFoundError])
async def delete(call: Call[None, None]) -> None:
    """Delete an agent, its documents and its WhatsApp sessions."""
    await call.app[AGENTS].delete(call.path["id"])


@settings_routes.get("/settings/{agentId}", returns=AgentSettings, errors=[AgentNotFoundError])
async def show(call: Call[None, None]) -> AgentSettings:
    """Show an agent's settings."""
    return (await call.app[AGENTS].get(call.path["agentId"])).settings


@settings_routes.patch(
    "/settings/{agentId}",
    body=SettingsChange,
    examples={"body": {"answerMode": "auto", "debounce": {"minSeconds": 1, "maxSeconds": 6}}},
    returns=AgentSettings,
    errors=[AgentNotFoundError, BadInputError],
)
async def configure(call: Call[BaseModel, None]) -> AgentSettings:
    """Change an agent's settings; what is not given stays."""
    return await _configured(call, _given(call.body, nullable=True))


@settings_routes.patch(
    "/settings/{agentId}/tools",
    body=ToolsChange,
    examples={"body": {"tools": [{"name": "knowledge_search"}, {"name": "human_handover"}]}},
    returns=AgentSettings,
    errors=[AgentNotFoundError, BadInputError],
)
async def configure_tools(call: Call[ToolsChange, None]) -> AgentSettings:
    """Set the tools of an agent."""
    return await _configured(call, _given(call.body))


@settings_routes.patch(
    "/settings/{agentId}/voice",
    body=VoiceChange,
    examples={"body": {"reply": "mirror", "speed": 1.0}},
    returns=AgentSettings,
    errors=[AgentNotFoundError, BadInputError],
)
async def configure_voice(call: Call[BaseModel, None]) -> AgentSettings:
    """Change an agent's voice."""
    return await _configured(call, {"voice": _given(call.body)})


async def _configured(call: Call[Any, None], values: dict[str, Any]) -> AgentSettings:
    return (await call.app[AGENTS].configure(call.path["agentId"], values)).settings


def _given(body: BaseModel, *, nullable: bool = False) -> dict[str, Any]:
    """Return what was given; null is a value only where a setting can be nothing."""
    values = body.model_dump(mode="json", exclude_unset=True)
    return _pruned(values, AgentSettings if nullable else None)


def _pruned(values: dict[str, Any], model: type[BaseModel] | None) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in values.items():
        annotation = None if model is None else model.model_fields[name].annotation
        inner = annotation if isinstance(annotation, type) else None
        if isinstance(value, dict) and inner is not None and issubclass(inner, BaseModel):
            result[name] = _pruned(value, inner)
        elif value is not None or type(None) in get_args(annotation):
            result[name] = value
    return result
