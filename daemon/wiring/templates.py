"""Templates, between the contexts that an agent is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from daemon.domains.agents.domain import AgentSettings
from daemon.domains.agents.service import Agents
from daemon.domains.conversations.asking import Asks
from daemon.domains.knowledge.service import Knowledge
from daemon.domains.templates import store, tasks
from daemon.domains.templates.golden import GoldenQuestions
from daemon.domains.templates.ports import Heard, Ports, Source
from daemon.domains.templates.routes import GOLDEN, TEMPLATES
from daemon.domains.templates.service import Templates
from daemon.infra.database import Connection
from daemon.kernel.complaints import complaint
from daemon.kernel.errors import BadInputError

from .ground import Ground
from .part import Part

MAX_PAIRS = 500
forget_agent = store.forget_agent


@dataclass(frozen=True)
class FlowPorts:
    """What templates need of flows: draft one, read one, say what is wrong with one."""

    draft: Callable[[Connection, str, str, Mapping[str, Any]], str]
    read: Callable[[Connection, str], tuple[str, Mapping[str, Any]] | None]
    check: Callable[[Mapping[str, Any]], None]


def templates(
    base: Ground, agents: Agents, knowledge: Knowledge, asks: Asks, flows: FlowPorts | None = None
) -> Part:
    """Build the context; agents are made without their flow on a box without flows."""

    def create_agent(
        tx: Connection, name: str, niche: str, instructions: str, settings: Mapping[str, Any]
    ) -> str:
        made = agents.create_in(
            tx, name=name, niche=niche, instructions=instructions, settings=_inside(settings)
        )
        return made.id

    def read_agent(tx: Connection, agent_id: str) -> Source:
        agent, own = agents.own_settings(tx, agent_id)
        pairs = knowledge.faqs_in(tx, agent_id, MAX_PAIRS)
        return Source(
            name=agent.name,
            niche=agent.niche,
            instructions=agent.instructions,
            language=agent.language,
            settings=_outside(own),
            faqs=[(pair.question, pair.answer) for pair in reversed(pairs)],
            flow=None if flows is None else flows.read(tx, agent_id),
        )

    def draft_flow(
        tx: Connection, agent_id: str, name: str, graph: Mapping[str, Any]
    ) -> str | None:
        return None if flows is None else flows.draft(tx, agent_id, name, graph)

    def check_flow(graph: Mapping[str, Any]) -> None:
        if flows is not None:
            flows.check(graph)

    def check_settings(settings: Mapping[str, Any]) -> None:
        try:
            agents.check_settings(_inside(settings))
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(["settings", *(str(part) for part in wrong["loc"])])
            said = {"problem": wrong["msg"], "problem_pt": complaint(wrong, "pt-BR")}
            raise BadInputError(field=place, **said) from error

    async def ask(agent_id: str, question: str) -> Heard:
        trace = await asks.answer(await asks.prepare(agent_id, question, None))
        answer = trace.answer
        sources = [f"{passage.document} {passage.title}" for passage in answer.sources]
        return Heard(answer.how, answer.text, sources, trace.id)

    ports = Ports(
        create_agent=create_agent,
        add_pair=knowledge.add_faq_in,
        draft_flow=draft_flow,
        read_agent=read_agent,
        require_agent=agents.require,
        is_ready=knowledge.embedded,
        check_settings=check_settings,
        check_flow=check_flow,
        ask=ask,
    )
    golden = GoldenQuestions(base.database, base.queue, base.clock, base.tenant_id, ports)
    shelf = Templates(base.database, base.clock, base.tenant_id, ports)
    return Part({TEMPLATES: shelf, GOLDEN: golden}, tasks.handlers(golden))


def _inside(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings of a file as an agent stores them: only what is set, by our own names."""
    return AgentSettings.model_validate(settings).model_dump(mode="json", exclude_unset=True)


def _outside(own: Mapping[str, Any]) -> dict[str, Any]:
    """Return an agent's own settings as a file shows them."""
    read = AgentSettings.model_validate(own)
    return read.model_dump(mode="json", exclude_unset=True, by_alias=True)
