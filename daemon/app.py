"""The composition root: every part of the box, built in order, closed in reverse."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version as version_of
from typing import Any

from config.settings import MEBIBYTE, Settings
from daemon.domains.agents import routes as agents_http
from daemon.domains.agents.service import Agents, Quota, Removal
from daemon.domains.auth import routes as auth_http
from daemon.domains.auth.parts import AuthParts
from daemon.domains.auth.tasks import AuthTasks
from daemon.domains.conversations import ask_routes as asks_http
from daemon.domains.conversations import routes as conversations_http
from daemon.domains.debug import routes as debug_http
from daemon.domains.finance.routes.views import FINANCE
from daemon.domains.fleet import routes as fleet_http
from daemon.domains.knowledge import routes as knowledge_http
from daemon.domains.logs import routes as logs_http
from daemon.domains.logs.service import HEARD, Logs
from daemon.domains.metrics import routes as metrics_http
from daemon.domains.system import routes as system_http
from daemon.domains.system.metrics import Metrics
from daemon.domains.system.service import Box
from daemon.domains.whatsapp import routes as whatsapp_http
from daemon.infra.worker import Worker
from daemon.kernel.clock import Clock
from daemon.web import live, server
from daemon.web.assets import Assets
from daemon.web.idempotency import Replays
from daemon.wiring.audit import audit, auditing, kept
from daemon.wiring.calendar import calendar
from daemon.wiring.children import Supervision, speaker
from daemon.wiring.csat import ask_customers
from daemon.wiring.dashboard import dashboard
from daemon.wiring.egress import egress
from daemon.wiring.figures import embedder, measuring
from daemon.wiring.finance import money
from daemon.wiring.fleet import fleet
from daemon.wiring.flows import flows
from daemon.wiring.ground import Ground, ground
from daemon.wiring.integrations import integrations
from daemon.wiring.knowing import PassageSearch, knowing
from daemon.wiring.messages import Usage
from daemon.wiring.notifications import Later, notifications
from daemon.wiring.part import Part
from daemon.wiring.privacy import with_privacy
from daemon.wiring.probes import Watch, debug
from daemon.wiring.quotas import limit_clients
from daemon.wiring.reports import reports
from daemon.wiring.routes import ROUTES
from daemon.wiring.support import support
from daemon.wiring.talk import Farewell, bridge, talk
from daemon.wiring.templates import forget_agent as forget_templates
from daemon.wiring.templates import templates


@dataclass(frozen=True)
class Running:
    """A box that serves."""

    base: Ground
    auth: AuthParts
    box: Box
    port: int


@contextlib.asynccontextmanager
async def build(settings: Settings, stop: asyncio.Event) -> AsyncIterator[Running]:
    """Bring up a whole box; it serves while the block runs. A broken disk sets `stop`."""
    clock, version = Clock(), await asyncio.to_thread(version_of, "nextagent-edge")
    async with contextlib.AsyncExitStack() as stack:
        enter = stack.enter_async_context
        base = await enter(ground(settings, clock))
        loop = asyncio.get_running_loop()
        base.database.on_fatal(partial(_halt, loop, stop))
        logs = Logs(
            base.database, clock, base.tenant_id, settings.tenant.timezone, kept(settings.retention)
        )
        trail = auditing(base, logs)
        stack.push_async_callback(trail.settled)
        auth = await AuthParts.build(
            settings,
            base.database,
            base.vault,
            clock,
            version=version,
            witness=trail.witness,
            brand=base.live.brand,
        )
        stack.callback(auth.close)
        for name in HEARD:
            base.bus.subscribe(name, logs.heard)

        supervision = Supervision(base)
        speaking = await enter(speaker(base, supervision))
        usage = Usage(base.ledger.ledger, clock)
        removals: list[Removal] = []
        quotas: list[Quota] = []
        agents = Agents(
            base.database,
            base.outbox,
            clock,
            base.tenant_id,
            limit=lambda: base.steering.settings.limits.agents,
            defaults=agent_defaults(settings),
            removals=removals,
            quotas=quotas,
        )
        known = await enter(
            knowing(base, agents, supervision, busy=lambda: talking.turns.making > 0)
        )
        talking = talk(
            base,
            agents,
            logs,
            search=PassageSearch(known.knowledge),
            model=speaking.model,
            usage=usage,
        )
        removals += [known.knowledge.forget_agent, Farewell(base, talking.numbers).remove]
        holding = await enter(bridge(base, talking, supervision))

        measured = await enter(measuring(base, embedder(base, known.child)))
        accounts = await money(base, talking.between.compose, measured.figures)
        parts = list[Part]()  # every further context: what `daemon/wiring` built of it
        later = Later(watch=lambda: watch, fleet=lambda: enrolled)
        noticed = await notifications(base, talking.between.compose, later)
        parts += [noticed, await dashboard(base, measured, accounts, talking, noticed)]
        parts += [
            audit(trail),
            egress(base),
            support(base, box=lambda: box, fleet=lambda: enrolled),
        ]
        drawn = await flows(base, agents, known, talking, accounts.finance)
        parts += [drawn.part, templates(base, agents, known.knowledge, talking.asks, drawn.ports)]
        ask_customers(base, agents, talking)
        quotas.append(limit_clients(base, accounts.finance, talking, usage).check)
        removals += [forget_templates, drawn.parts.flows.forget_agent]
        parts += await with_privacy(
            base, reports(base, accounts.finance, measured.figures, talking), talking.rows, trail
        )
        parts.append(await enter(integrations(base, talking, drawn.start_flow)))
        replays = Replays(base.database, clock, base.tenant_id)
        handlers = {
            **talking.handlers,
            **known.tasks.handlers(),
            **accounts.handlers,
            **measured.handlers,
            **calendar(base, AuthTasks(auth.sessions), logs, talking.rows, replays),
        }
        for part in parts:
            handlers.update(part.handlers)
        worker = await enter(Worker(base.database, base.queue, base.outbox, clock, handlers))
        await enter(base.scheduler)

        gateway = live.Gateway(base.outbox, base.bus, auth.guard.identify, base.tenant_id)
        stack.push_async_callback(gateway.close)
        watch = Watch(
            base,
            talking,
            speaking,
            bridge=holding,
            retrieval=known.child,
            worker=worker,
            gateway=gateway,
            figures=measured.figures,
        )
        box = Box(
            base.database,
            base.queue,
            clock,
            watch.probes(),
            state_dir=base.paths.state,
            version=version,
        )
        enrolled = await enter(fleet(base, version=version, health=watch.health))
        application = server.build(
            ROUTES,
            guard=auth.guard.identify,
            replays_store=replays,
            tenant_id=base.tenant_id,
            title=settings.brand.name,
            version=version,
            assets=await asyncio.to_thread(Assets.load),
            services={
                auth_http.AUTH: auth,
                agents_http.AGENTS: agents,
                knowledge_http.KNOWLEDGE: known.knowledge,
                knowledge_http.UPLOADS: known.uploads,
                conversations_http.CONVERSATIONS: talking.conversations,
                asks_http.ASKS: talking.asks,
                whatsapp_http.NUMBERS: talking.numbers,
                whatsapp_http.MESSAGES: talking.messages,
                logs_http.LOGS: logs,
                metrics_http.FIGURES: measured.figures,
                FINANCE: accounts.finance,
                debug_http.PROBES: debug(
                    base, agents, talking, {"conversations": talking.conversations.figures}, holding
                ),
                system_http.BOX: box,
                fleet_http.FLEET: enrolled,
                system_http.METRICS: Metrics(base.bus, watch.gauges),
                system_http.GUARD: auth.guard.identify,
                live.GATEWAY: gateway,
                **{key: service for part in parts for key, service in part.services.items()},
            },
            max_body=settings.http.max_body_mb * MEBIBYTE,
            trail=trail,
        )
        port = await enter(server.listening(application, settings.http.host, settings.http.port))
        yield Running(base, auth, box, port)


def agent_defaults(settings: Settings) -> dict[str, Any]:
    """Return the box's own settings of conversations; an agent's come on top."""
    talk = settings.conversations
    return {"debounce": {"min_seconds": talk.debounce_min_s, "max_seconds": talk.debounce_max_s}}


def _halt(loop: asyncio.AbstractEventLoop, stop: asyncio.Event, _: Exception) -> None:
    loop.call_soon_threadsafe(stop.set)
