"""Agents: made, changed, configured, deleted with all they own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from . import store
from .domain import (
    Agent,
    AgentLimitError,
    AgentNotFoundError,
    AgentUpdated,
    Profile,
    effective,
    merged,
)

Removal = Callable[[Connection, str], None]
Quota = Callable[[Connection, str, Sequence[str]], None]
"""Raises if a client has more of some meters now than its plans include."""

BROUGHT = ("agents", "sessions", "documents")
"""What an agent counts for its client."""


class Agents:
    """The agents of the box."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        clock: Clock,
        tenant_id: str,
        *,
        limit: int | Callable[[], int],
        defaults: Mapping[str, Any] | None = None,
        removals: Sequence[Removal] = (),
        quotas: Sequence[Quota] = (),
    ) -> None:
        """`defaults` are the box's own settings; `removals` run in the transaction of a delete.

        `quotas` are asked after each change of what a client has, before it is on the disk.
        """
        self._quotas = quotas
        self._db, self._outbox, self._clock = database, outbox, clock
        self._tenant = tenant_id
        self._limit = limit if callable(limit) else lambda: limit
        self._defaults, self._removals = dict(defaults or {}), removals

    async def create(
        self,
        *,
        name: str,
        niche: str,
        instructions: str,
        language: str | None,
        client_id: str | None = None,
    ) -> Agent:
        """Make an agent. Raises AgentLimitError, or what its client's plans do not allow."""
        own = {"language": language} if language else {}
        return await self._db.write(
            lambda tx: self.create_in(
                tx,
                name=name,
                niche=niche,
                instructions=instructions,
                settings=own,
                client_id=client_id,
            )
        )

    def create_in(
        self,
        tx: Connection,
        *,
        name: str,
        niche: str,
        instructions: str,
        settings: Mapping[str, Any],
        client_id: str | None = None,
    ) -> Agent:
        """Make an agent in a transaction. Raises AgentLimitError, or BadInputError of settings."""
        if store.count(tx) >= (limit := self._limit()):
            raise AgentLimitError(field="agents", limit=limit)
        effective(self._defaults, settings)
        now, number = stamp(self._clock.now()), new_id()
        store.add(
            tx,
            {
                "id": number,
                "tenant_id": self._tenant,
                "name": name,
                "niche": niche,
                "instructions": instructions,
                "status": "active",
                "settings": orjson.dumps(dict(settings)).decode(),
                "created_at": now,
                "updated_at": now,
                "client_id": client_id,
            },
        )
        self._check(tx, client_id, ("agents",))
        return self._told(tx, number)

    def check_settings(self, settings: Mapping[str, Any]) -> None:
        """Raise what is wrong with settings on top of the box's own."""
        effective(self._defaults, settings)

    def own_settings(self, tx: Connection, agent_id: str) -> tuple[Agent, dict[str, Any]]:
        """Return an agent and what was set for it alone. Raises AgentNotFoundError."""
        row = store.row(tx, agent_id)
        return self._read(row), store.own_settings(row)

    async def page(self, cursor: str | None, limit: int) -> Page[Agent]:
        """List agents, oldest first."""

        def query(tx: Connection) -> list[Agent]:
            return [self._read(row) for row in store.listed(tx, cursor, limit)]

        return Page.of(await self._db.read(query), limit, lambda agent: agent.id)

    async def get(self, agent_id: str) -> Agent:
        """Return an agent."""
        return await self._db.read(lambda tx: self._get(tx, agent_id))

    async def change(self, agent_id: str, values: Mapping[str, Any]) -> Agent:
        """Change name, niche, instructions, status, language or whose it is."""

        def commit(tx: Connection) -> Agent:
            row = store.row(tx, agent_id)
            columns = {key: value for key, value in values.items() if key != "language"}
            if "language" in values:
                own = merged(store.own_settings(row), {"language": values["language"]})
                columns["settings"] = orjson.dumps(own).decode()
            store.change(tx, agent_id, {**columns, "updated_at": stamp(self._clock.now())})
            if (owner := columns.get("client_id")) and owner != row["client_id"]:
                self._check(tx, owner, BROUGHT)
            return self._told(tx, agent_id)

        return await self._db.write(commit)

    async def configure(self, agent_id: str, values: Mapping[str, Any]) -> Agent:
        """Change settings, branch by branch. Raises BadInputError naming the field."""

        def commit(tx: Connection) -> Agent:
            own = merged(store.own_settings(store.row(tx, agent_id)), values)
            effective(self._defaults, own)
            store.change(
                tx,
                agent_id,
                {
                    "settings": orjson.dumps(own).decode(),
                    "updated_at": stamp(self._clock.now()),
                },
            )
            return self._told(tx, agent_id)

        return await self._db.write(commit)

    async def delete(self, agent_id: str) -> None:
        """Delete an agent with its knowledge and its WhatsApp sessions; conversations stay."""

        def commit(tx: Connection) -> None:
            store.row(tx, agent_id)
            for remove in self._removals:
                remove(tx, agent_id)
            store.delete(tx, agent_id)
            self._outbox.record(tx, AgentUpdated(agent_id, "deleted"))

        await self._db.write(commit)

    def profile(self, tx: Connection, agent_id: str) -> Profile | None:
        """Return an agent as a conversation sees it, inside a transaction; None: no such agent."""
        try:
            return Profile(self._get(tx, agent_id))
        except AgentNotFoundError:
            return None

    def exists(self, tx: Connection, agent_id: str) -> bool:
        """Say whether there is such an agent."""
        return self.profile(tx, agent_id) is not None

    def require(self, tx: Connection, agent_id: str) -> None:
        """Raise AgentNotFoundError unless the agent is there; for contexts that hang on agents."""
        store.row(tx, agent_id)

    def made(self, tx: Connection, agent_id: str, meter: str) -> None:
        """Hear that an agent has one more of something; raises if its client may not have it."""
        self._check(tx, store.row(tx, agent_id)["client_id"], (meter,))

    def _check(self, tx: Connection, client_id: str | None, meters: Sequence[str]) -> None:
        if client_id is not None:
            for quota in self._quotas:
                quota(tx, client_id, meters)

    def _told(self, tx: Connection, agent_id: str) -> Agent:
        agent = self._get(tx, agent_id)
        self._outbox.record(tx, AgentUpdated(agent.id, agent.status))
        return agent

    def _get(self, tx: Connection, agent_id: str) -> Agent:
        return self._read(store.row(tx, agent_id))

    def _read(self, row: Any) -> Agent:
        return store.read(row, effective(self._defaults, store.own_settings(row)))
