"""What the parts of the box say of themselves: for health, the overview, figures and debug."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from daemon.domains.agents.service import Agents
from daemon.domains.debug.service import Probe
from daemon.domains.debug.service import Probes as DebugProbes
from daemon.domains.metrics.service import Figures
from daemon.domains.system.domain import Cause, PartState
from daemon.domains.system.service import Probes
from daemon.domains.whatsapp.domain import ENDED, SessionState
from daemon.infra.bridge import Bridge
from daemon.infra.child import Child
from daemon.infra.queue import counts, oldest_wait_s
from daemon.infra.worker import Worker
from daemon.web.live import Gateway
from models import catalog
from models.library import Library

from .children import Speaker, loading, state_of
from .ground import Ground
from .talk import Talk

# How far back the control plane hears of waits and of topics without an answer.
STRAIN = timedelta(days=30)
# States that pass by themselves: until they have, a message would have to wait.
PASSING = frozenset({SessionState.STARTING, SessionState.RECONNECTING})


class Watch:
    """Looks at everything; the figures that need the database are refreshed on each look."""

    def __init__(
        self,
        base: Ground,
        talking: Talk,
        speaking: Speaker,
        *,
        bridge: Bridge | None,
        retrieval: Child,
        worker: Worker,
        gateway: Gateway,
        figures: Figures,
    ) -> None:
        self._figures = figures
        self._base, self._talking, self._speaking = base, talking, speaking
        self._bridge, self._retrieval = bridge, retrieval
        self._worker, self._gateway = worker, gateway
        self._sessions: dict[str, int] = {}
        self._jobs: dict[str, int] = {}

    def probes(self) -> Probes:
        """Return what the system context asks."""
        return Probes(parts=self.parts, causes=self.causes, models=self.models, facts=self.facts)

    def parts(self) -> list[PartState]:
        """Return the supervised parts."""
        found = [state_of(self._retrieval)]
        if self._bridge is not None:
            found.append(state_of(self._bridge.child))
        if (language := loading(self._speaking, self._base.clock)) is not None:
            found.append(language)
        return found

    async def causes(self) -> Sequence[Cause]:
        """Return what keeps messages from being taken, answered or sent."""
        self._sessions = await self._talking.numbers.counts()
        self._jobs = await self._base.database.read(counts)
        found = []
        if self._bridge is None and self._base.settings.whatsapp.enabled:
            found.append(
                Cause(
                    "bridge_missing",
                    "A ponte do WhatsApp não está instalada: execute make run.",
                    "The WhatsApp bridge is not installed: run make run.",
                )
            )
        for state, number in sorted((await self._talking.numbers.linked()).items()):
            if SessionState(state) in PASSING:
                found.append(_session_cause(state, number, blocking=True))
            elif SessionState(state) in ENDED:
                found.append(_session_cause(state, number, blocking=False))
        return found

    async def models(self) -> list[dict[str, Any]]:
        """Return the catalogue as this box sees it."""
        return await asyncio.to_thread(self._models)

    def facts(self) -> dict[str, Any]:
        """Return what the overview shows beside parts and jobs."""
        model = self._speaking.model
        info = None if model is None else model.info()
        tenant = self._base.settings.tenant
        return {
            "tenant": {"id": tenant.id, "name": tenant.name, "timezone": tenant.timezone},
            "model": None
            if info is None
            else {
                "id": info.id,
                "name": info.name,
                "capability": info.capability,
                "languages": list(info.languages),
                "engine": info.engine,
            },
            "sessions": self._sessions,
        }

    def gauges(self) -> dict[str, dict[str, float]]:
        """Return the numbers of a scrape, by metric and label."""
        parts = self.parts()
        return {
            "part_up": {part.name: float(part.state == "running") for part in parts},
            "part_restarts": {part.name: float(part.restarts) for part in parts},
            "jobs": {state: float(number) for state, number in self._jobs.items()},
            "whatsapp_sessions": {state: float(n) for state, n in self._sessions.items()},
            "jobs_running": {"all": float(self._worker.running)},
            "live_clients": {"all": float(self._gateway.clients)},
        }

    async def health(self) -> dict[str, Any]:
        """Return what the control plane may know: states and numbers, nothing of a person."""
        blocked = [cause.code for cause in await self.causes() if cause.blocking]
        now = self._base.clock.now()
        waiting = await self._base.database.read(lambda tx: oldest_wait_s(tx, now))
        disk = await asyncio.to_thread(shutil.disk_usage, self._base.paths.state)
        wait, topics = await self._strain(now)
        model = self._speaking.model
        info = None if model is None else model.info()
        return {
            "ok": not blocked,
            "causes": blocked,
            "parts": {part.name: part.state for part in self.parts()},
            "sessions": dict(self._sessions),
            "jobs": dict(self._jobs),
            "model": "" if info is None else info.id,
            "queue": {"oldest_s": waiting, "wait_p95_ms": wait},
            "unanswered": {"topics": topics},
            "disk": {"free_percent": disk.free * 100 // max(1, disk.total)},
        }

    async def _strain(self, now: datetime) -> tuple[int | None, int]:
        """Return p95 of the wait for a first reply, in ms, and how many topics went unanswered."""
        asked = self._figures.asked((now - STRAIN).isoformat(), now.isoformat(), None)
        p95 = (await self._figures.service(asked)).first_response.p95
        _, topics = await self._figures.unanswered(asked)
        return None if p95 is None else int(p95 * 1000), len(topics)

    def _models(self) -> list[dict[str, Any]]:
        settings = self._base.settings.models.language
        library = Library(self._base.paths.models)
        installed, box = library.installed(), catalog.this_box(self._base.paths.models)
        model = self._speaking.model
        info = None if model is None else model.info()
        used = "" if info is None else info.id
        rows = []
        for entry in catalog.CATALOG:
            here = entry.id in installed or entry.id == catalog.DEFAULT
            judged = catalog.fit(entry, box, context_tokens=settings.context_tokens, on_disk=here)
            rows.append(
                {
                    "id": entry.id,
                    "name": entry.name,
                    "inUse": entry.id == used,
                    "installed": here,
                    "fits": judged.fits,
                    "capability": entry.capability,
                    "languages": list(entry.languages),
                    "license": entry.license,
                    "sizeBytes": entry.size_mb * catalog.MB,
                    "ramBytes": entry.ram_mb(settings.context_tokens) * catalog.MB,
                }
            )
        return rows


def debug(
    base: Ground, agents: Agents, talking: Talk, parts: Mapping[str, Probe], bridge: Bridge | None
) -> DebugProbes:
    """Return what the debug context asks."""

    async def exists(agent_id: str) -> bool:
        return await base.database.read(lambda tx: agents.exists(tx, agent_id))

    async def connection(agent_id: str) -> Mapping[str, Any]:
        shown = await talking.numbers.listed(agent_id)
        states = [
            {
                "id": item.session.id,
                "state": item.session.state.value,
                "since": item.session.since.isoformat(),
                "reason_code": item.session.reason_code,
                "closeCode": item.session.close_code,
            }
            for item in shown
        ]
        working = any(item.session.state is SessionState.WORKING for item in shown)
        return {
            "ok": working,
            "sessions": states,
            "bridge": "missing" if bridge is None else bridge.child.status.state.value,
            "health": await _health(bridge),
        }

    return DebugProbes(
        exists=exists, parts={**parts, "whatsapp": connection}, connection=connection
    )


async def _health(bridge: Bridge | None) -> dict[str, Any]:
    if bridge is None or bridge.child.link is None:
        return {}
    return await bridge.health()


def _session_cause(state: str, number: int, *, blocking: bool) -> Cause:
    return Cause(
        f"session_{state.lower()}",
        f"{number} número(s) de WhatsApp em {state}.",
        f"{number} WhatsApp number(s) in {state}.",
        blocking=blocking,
    )
