"""The contexts that talk with customers: conversations and WhatsApp, wired to one another."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import structlog

from config.ipc import RemoteError
from daemon.domains.agents.service import Agents
from daemon.domains.conversations import tasks as conversation_tasks
from daemon.domains.conversations.answering import Answers
from daemon.domains.conversations.asking import Asks
from daemon.domains.conversations.domain import Search
from daemon.domains.conversations.intake import Intake
from daemon.domains.conversations.outgoing import Outgoing
from daemon.domains.conversations.ownership import Ownership
from daemon.domains.conversations.ports import Taker
from daemon.domains.conversations.service import Conversations
from daemon.domains.conversations.turns import Turns
from daemon.domains.logs.service import Logs
from daemon.domains.whatsapp import tasks as whatsapp_tasks
from daemon.domains.whatsapp.domain import WhatsappDisabledError
from daemon.domains.whatsapp.host import BridgeHost
from daemon.domains.whatsapp.intake import Intake as WhatsappIntake
from daemon.domains.whatsapp.messages import Messages
from daemon.domains.whatsapp.sender import Sender, Told
from daemon.domains.whatsapp.service import Sessions
from daemon.domains.whatsapp.store import sessions
from daemon.domains.whatsapp.store.sealed import SealedRows
from daemon.domains.whatsapp.unseen import Unseen
from daemon.infra.bridge import Bridge, BridgeMissingError, command, environment, greeting
from daemon.infra.child_state import ChildUnavailableError
from daemon.infra.database import Connection
from daemon.infra.worker import Handler
from daemon.kernel.events import Recorded
from models.ports import LanguageModel

from .children import Supervision
from .consent import Consent
from .ground import Ground
from .messages import MessageBridge, Usage

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Talk:
    """What routes, workers and probes need of it."""

    conversations: Conversations
    asks: Asks
    numbers: Sessions
    messages: Messages
    rows: SealedRows
    handlers: dict[str, Handler]
    host: BridgeHost
    turns: Turns
    between: MessageBridge
    outgoing: Outgoing
    ownership: Ownership
    takers: list[Taker]  # who may take a turn before the agent does, first come first served


def talk(
    base: Ground,
    agents: Agents,
    logs: Logs,
    *,
    search: Search,
    model: LanguageModel | None,
    usage: Usage,
) -> Talk:
    """Build both contexts."""
    db, jobs, events, clock = base.database, base.queue, base.outbox, base.clock
    tenant, media, settings = base.tenant_id, base.paths.media, base.live
    profile_of, record_log = agents.profile, logs.record

    ownership = Ownership(jobs, events, clock, profile_of, record_log)
    outgoing = Outgoing(jobs, events, clock, tenant, ownership=ownership, record_log=record_log)
    intake = Intake(
        events,
        clock,
        tenant,
        ownership=ownership,
        profile_of=profile_of,
        record_log=record_log,
    )
    answers = Answers(search, model, clock, base.licence)
    takers: list[Taker] = [Consent(events, clock, outgoing, profile_of)]
    turns = Turns(
        database=db,
        queue=jobs,
        outbox=events,
        bus=base.bus,
        clock=clock,
        tenant_id=tenant,
        answers=answers,
        ownership=ownership,
        outgoing=outgoing,
        profile_of=profile_of,
        record_usage=usage.turn,
        record_log=record_log,
        takers=takers,
    )
    asks = Asks(
        db,
        events,
        clock,
        tenant,
        answers=answers,
        profile_of=profile_of,
        record_usage=usage.turn,
        record_log=record_log,
        max_chars=settings.limits.question_chars,
    )

    rows, unseen = SealedRows(base.vault, tenant), Unseen()
    numbers = Sessions(
        db,
        rows,
        events,
        clock,
        settings=settings.whatsapp,
        tenant_id=tenant,
        agent_exists=agents.exists,
        record_log=record_log,
        made=partial(agents.made, meter="sessions"),
    )
    between = MessageBridge(
        intake,
        outgoing,
        agents,
        usage,
        media=media,
        tenant_id=tenant,
        clock=clock,
        can_poll=numbers.can_poll,
    )
    way_in = WhatsappIntake(db, rows, jobs, clock, unseen, receive=between.receive)
    sender = Sender(
        db,
        rows,
        clock,
        lambda: numbers.bridge,
        unseen,
        told=Told(
            peek=between.peek,
            claim=between.claim,
            report=between.report,
            learn_alias=between.learn_alias,
            pace_of=between.pace_of,
            write_out=between.write_out,
            no_polls=numbers.no_polls,
        ),
        pacing=settings.whatsapp.pacing,
    )
    host = BridgeHost(
        db,
        rows,
        clock,
        numbers,
        way_in,
        report=between.report,
        learn_alias=between.learn_alias,
        typing=intake.typing,
        record_log=record_log,
    )
    return Talk(
        conversations=Conversations(db, ownership, outgoing, media),
        asks=asks,
        numbers=numbers,
        messages=Messages(db, numbers, settings.whatsapp, media, compose=between.compose),
        rows=rows,
        handlers={
            **conversation_tasks.handlers(turns),
            **whatsapp_tasks.handlers(sender, way_in),
        },
        host=host,
        turns=turns,
        between=between,
        outgoing=outgoing,
        ownership=ownership,
        takers=takers,
    )


class Farewell:
    """Takes an agent's numbers off WhatsApp when the agent is deleted."""

    def __init__(self, base: Ground, numbers: Sessions) -> None:
        self._numbers = numbers
        self._leaving: list[str] = []
        base.bus.subscribe("agent.updated", self._heard)

    def remove(self, tx: Connection, agent_id: str) -> None:
        """Forget the sessions, in the transaction of the delete."""
        for session in sessions.of_agent(tx, agent_id):
            sessions.remove(tx, session.id)
            self._leaving.append(session.id)

    async def _heard(self, event: Recorded) -> None:
        if event.data.get("status") != "deleted":
            return
        while self._leaving:
            with contextlib.suppress(
                WhatsappDisabledError, ChildUnavailableError, RemoteError, TimeoutError
            ):
                await self._numbers.bridge.logout_session(self._leaving.pop())


@contextlib.asynccontextmanager
async def bridge(
    base: Ground, talking: Talk, supervision: Supervision
) -> AsyncIterator[Bridge | None]:
    """Run the bridge, unless the settings leave it out or it is not installed."""
    settings = base.settings
    if not settings.whatsapp.enabled:
        yield None
        return
    try:
        argv = await asyncio.to_thread(command)
    except BridgeMissingError as error:
        log.error("bridge_missing", reason=str(error))  # noqa: TRY400 - the words say it all
        yield None
        return
    running = Bridge(
        argv,
        clock=base.clock,
        hello=greeting(
            settings.whatsapp, base.paths.media, settings.brand.name, settings.log.level
        ),
        handlers=talking.host.handlers(),
        resume=talking.numbers.resume,
        lost=talking.numbers.bridge_lost,
        event=talking.host.heard,
        alert=supervision.alert,
        env=environment(settings.whatsapp),
        policy=supervision.policy,
    )
    talking.numbers.use(running)
    async with running:
        yield running
