"""Asks every part of the box about an agent; a part that hangs or fails is itself the finding."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from .domain import Check, Status, UnknownAgentError

log = structlog.get_logger(__name__)

# A probe returns facts of one agent; the fact "ok" says whether the part is well (default: yes).
Probe = Callable[[str], Awaitable[Mapping[str, Any]]]

PROBE_S = 5.0


class Probes:
    """The parts of an agent, as `app.py` hands them in."""

    def __init__(
        self,
        *,
        exists: Callable[[str], Awaitable[bool]],
        parts: Mapping[str, Probe],
        connection: Probe,
        timeout_s: float = PROBE_S,
    ) -> None:
        """Take the probes; `connection` is the part that speaks for WhatsApp."""
        self._exists, self._parts, self._connection = exists, dict(parts), connection
        self._timeout_s = timeout_s

    async def status(self, agent_id: str) -> Status:
        """Check all parts of an agent at the same time."""
        await self._require(agent_id)
        checks = await asyncio.gather(
            *(self._check(name, probe, agent_id) for name, probe in self._parts.items())
        )
        return Status(agent_id, tuple(checks))

    async def connection(self, agent_id: str) -> Check:
        """Check the agent's way to WhatsApp."""
        await self._require(agent_id)
        return await self._check("whatsapp", self._connection, agent_id)

    async def _require(self, agent_id: str) -> None:
        if not await self._exists(agent_id):
            raise UnknownAgentError(id=agent_id)

    async def _check(self, name: str, probe: Probe, agent_id: str) -> Check:
        try:
            async with asyncio.timeout(self._timeout_s):
                facts = dict(await probe(agent_id))
        except TimeoutError:
            return Check(
                name, ok=False, facts={"error": "timeout", "afterSeconds": self._timeout_s}
            )
        except Exception as error:  # noqa: BLE001 - what is broken must not hide what is not
            log.warning("probe_failed", part=name, error=type(error).__name__)
            return Check(name, ok=False, facts={"error": type(error).__name__})
        return Check(name, ok=bool(facts.pop("ok", True)), facts=facts)
