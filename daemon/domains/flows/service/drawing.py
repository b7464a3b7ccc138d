"""Flows as drawings: made, changed, checked, published, rolled back, copied, counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from daemon.domains.flows.domain.base import MAX_BYTES
from daemon.domains.flows.domain.errors import (
    FileNotKnownError,
    FlowInvalidError,
    FlowTooLargeError,
    Problem,
)
from daemon.domains.flows.domain.graph import Graph, ScheduleTrigger
from daemon.domains.flows.domain.reading import size
from daemon.domains.flows.events import FlowUpdated
from daemon.domains.flows.ports import File, FindAgent
from daemon.domains.flows.store import flows, runs
from daemon.domains.flows.store.flows import Flow, Version
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import Clock
from daemon.kernel.errors import BadInputError
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from .checking import Checking
from .moving import Mover
from .secrets import Secrets

NO_AGENT = ("there is no such agent", "não existe este agente")


@dataclass(frozen=True)
class Figures:
    """How runs fared: by node, and how they ended."""

    flow_id: str
    version: int | None
    nodes: Mapping[str, Mapping[str, int]]
    started: int
    outcomes: Mapping[str, int]


class Flows:
    """The drawings of the tenant's flows."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        clock: Clock,
        tenant_id: str,
        *,
        checking: Checking,
        mover: Mover,
        find_agent: FindAgent,
        secrets: Secrets,
    ) -> None:
        self._db, self._outbox, self._clock, self._tenant = database, outbox, clock, tenant_id
        self._secrets = secrets
        self._checking, self._mover, self._find_agent = checking, mover, find_agent

    async def create(
        self, agent_id: str, name: str, description: str, draft: dict[str, Any]
    ) -> Flow:
        """Make a flow with its first draft."""
        _small_enough(draft)

        def commit(tx: Connection) -> Flow:
            self._known(tx, agent_id)
            return self.create_in(tx, agent_id, name, description, draft)

        return await self._db.write(commit)

    def create_in(
        self, tx: Connection, agent_id: str, name: str, description: str, draft: dict[str, Any]
    ) -> Flow:
        """Make a flow in the caller's transaction; the agent is known to be there."""
        now = self._clock.now()
        flow = Flow(new_id(), agent_id, name, description, {}, None, 0, (), True, now, now)
        flows.add(tx, self._tenant, flow)
        kept = self._secrets.keep_out(tx, flow.id, draft)
        flows.change(tx, flow.id, now, {"draft": kept})
        self._tell(tx, flow, "created")
        return flows.get(tx, flow.id)

    async def get(self, flow_id: str) -> Flow:
        """Return a flow."""
        return await self._db.read(lambda tx: flows.get(tx, flow_id))

    async def page(self, agent_id: str | None, cursor: str | None, limit: int) -> Page[Flow]:
        """List flows, newest first."""
        found = await self._db.read(lambda tx: flows.listed(tx, agent_id, cursor, limit))
        return Page.of(found, limit, lambda flow: flow.id)

    async def change(self, flow_id: str, values: dict[str, Any]) -> Flow:
        """Change a flow's name, description, draft, or whether it starts by itself."""
        if "draft" in values:
            _small_enough(values["draft"])

        def commit(tx: Connection) -> Flow:
            flows.get(tx, flow_id)
            if "draft" in values:
                values["draft"] = self._secrets.keep_out(tx, flow_id, values["draft"])
            flows.change(tx, flow_id, self._clock.now(), values)
            flow = flows.get(tx, flow_id)
            self._tell(tx, flow, "changed")
            return flow

        return await self._db.write(commit)

    async def delete(self, flow_id: str) -> None:
        """Delete a flow; its runs end."""

        def commit(tx: Connection) -> None:
            flow = flows.get(tx, flow_id)
            self._remove(tx, flow)

        await self._db.write(commit)

    def forget_agent(self, tx: Connection, agent_id: str) -> None:
        """Delete an agent's flows, in the transaction that deletes the agent."""
        for flow_id in flows.of_agent(tx, agent_id):
            self._remove(tx, flows.get(tx, flow_id))

    async def copy(self, flow_id: str, name: str | None, agent_id: str | None) -> Flow:
        """Copy the draft of a flow, to the same agent or another one."""

        def commit(tx: Connection) -> Flow:
            flow = flows.get(tx, flow_id)
            owner = agent_id or flow.agent_id
            self._known(tx, owner)
            called = name or f"{flow.name} (2)"[:120]
            made = self.create_in(tx, owner, called, flow.description, flow.draft)
            self._secrets.copy(tx, flow_id, made.id)
            return made

        return await self._db.write(commit)

    async def check(self, flow_id: str) -> Sequence[Problem]:
        """Return what keeps the draft from being published."""

        def query(tx: Connection) -> Sequence[Problem]:
            flow = flows.get(tx, flow_id)
            return self._checking.check(tx, flow.draft, own=flow.id).problems

        return await self._db.read(query)

    async def publish(self, flow_id: str, note: str, who: str) -> Flow:
        """Make the draft a version that runs and never changes; raises FlowInvalidError."""

        def commit(tx: Connection) -> Flow:
            flow = flows.get(tx, flow_id)
            checked = self._checking.check(tx, flow.draft, own=flow.id)
            if checked.graph is None:
                raise FlowInvalidError(checked.problems)
            now, number = self._clock.now(), flow.latest + 1
            flows.publish(tx, self._tenant, Version(flow.id, number, note, now, who), flow.draft)
            flows.change(tx, flow.id, now, {"latest": number})
            return self._go_live(tx, flow.id, number, checked.graph)

        return await self._db.write(commit)

    async def roll_back(self, flow_id: str, version: int) -> Flow:
        """Let an earlier version run again, and make it the draft."""

        def commit(tx: Connection) -> Flow:
            flows.get(tx, flow_id)
            draft = flows.source(tx, flow_id, version)
            flows.change(tx, flow_id, self._clock.now(), {"draft": draft})
            return self._go_live(tx, flow_id, version, Graph.model_validate(draft))

        return await self._db.write(commit)

    async def withdraw(self, flow_id: str) -> Flow:
        """Take a flow offline; runs that are under way go on."""

        def commit(tx: Connection) -> Flow:
            flows.get(tx, flow_id)
            flows.schedule(tx, self._tenant, flow_id, [])
            values: dict[str, Any] = {"version": None, "triggers": []}
            flows.change(tx, flow_id, self._clock.now(), values)
            flow = flows.get(tx, flow_id)
            self._tell(tx, flow, "withdrawn")
            return flow

        return await self._db.write(commit)

    async def versions(self, flow_id: str, cursor: str | None, limit: int) -> Page[Version]:
        """List the versions of a flow, newest first."""
        before = int(cursor) if cursor and cursor.isdecimal() and len(cursor) < 10 else 1 << 31  # noqa: PLR2004 - far below what SQLite holds

        def query(tx: Connection) -> list[Version]:
            flows.get(tx, flow_id)
            return flows.versions(tx, flow_id, before, limit)

        return Page.of(await self._db.read(query), limit, lambda one: str(one.version))

    async def version(self, flow_id: str, version: int) -> Graph:
        """Return the graph of a version."""

        def query(tx: Connection) -> Graph:
            flows.get(tx, flow_id)
            return flows.graph(tx, flow_id, version)

        return await self._db.read(query)

    async def figures(self, flow_id: str, version: int | None) -> Figures:
        """Return how many runs came to each node, left it, and were given up there."""

        def query(tx: Connection) -> list[Any]:
            flows.get(tx, flow_id)
            return runs.counts(tx, flow_id, version)

        found = await self._db.read(query)
        nodes = {
            row["node_id"]: {name: row[name] for name in ("entered", "passed", "abandoned")}
            for row in found
            if not row["node_id"].startswith("=")
        }
        ended = {
            row["node_id"][1:]: row["entered"] for row in found if row["node_id"].startswith("=")
        }
        return Figures(flow_id, version, nodes, ended.pop("started", 0), ended)

    async def file(self, file_id: str) -> File:
        """Return a file that flows may send."""
        found = await self._db.read(lambda tx: flows.file(tx, file_id))
        if found is None:
            raise FileNotKnownError(id=file_id[:64])
        return found

    async def keep_file(self, file: File) -> File:
        """Remember a file that was uploaded."""
        now = self._clock.now()
        await self._db.write(lambda tx: flows.keep_file(tx, self._tenant, file, now))
        return file

    # -- the parts of it

    def _known(self, tx: Connection, agent_id: str) -> None:
        if self._find_agent(tx, agent_id) is None:
            raise BadInputError(field="agentId", problem=NO_AGENT[0], problem_pt=NO_AGENT[1])

    def _go_live(self, tx: Connection, flow_id: str, version: int, graph: Graph) -> Flow:
        now = self._clock.now()
        triggers = [one.model_dump(mode="json", by_alias=True) for one in graph.triggers]
        light = [{k: v for k, v in one.items() if k != "contacts"} for one in triggers]
        flows.change(tx, flow_id, now, {"version": version, "triggers": light})
        times = [
            (one.cron, list(one.contacts), self._checking.next_time(one.cron, now))
            for one in graph.triggers
            if isinstance(one, ScheduleTrigger)
        ]
        flows.schedule(
            tx, self._tenant, flow_id, [(cron, to, at) for cron, to, at in times if at is not None]
        )
        flow = flows.get(tx, flow_id)
        self._tell(tx, flow, "published")
        return flow

    def _remove(self, tx: Connection, flow: Flow) -> None:
        now = self._clock.now()
        for run in runs.open_ones(tx, flow.id):
            # Its graph goes with the flow, so the run ends while it can still be read.
            self._mover.move(tx, run, _closing(run, now))
        flows.delete(tx, flow.id)
        self._tell(tx, replace(flow, version=None), "deleted")

    def _tell(self, tx: Connection, flow: Flow, status: str) -> None:
        self._outbox.record(tx, FlowUpdated(flow.id, flow.agent_id, status, flow.version))


def _closing(run: Any, now: Any) -> Callable[..., Any]:
    return lambda engine, graph: engine.close(graph, run, now, "flow_deleted")


def _small_enough(draft: Mapping[str, Any]) -> None:
    if size(draft) > MAX_BYTES:
        raise FlowTooLargeError(field="draft", what="draft", limit=f"{MAX_BYTES // 1024} KiB")
