"""Secrets of flows: written, named, used; never read back by anyone but a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daemon.domains.flows.domain.errors import (
    SecretInUseError,
    SecretNotFoundError,
    TooManySecretsError,
)
from daemon.domains.flows.domain.secret_words import drawn_out, used_in
from daemon.domains.flows.ports import Seal
from daemon.domains.flows.store import flows, secrets
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock

MAX_SECRETS = 50  # of one flow


@dataclass(frozen=True)
class Secret:
    """A secret, without its value: which nodes of the draft name it, and when it was written.

    One that is named and was never written has no `updated_at`.
    """

    name: str
    nodes: tuple[str, ...]
    updated_at: datetime | None


class Secrets:
    """The secrets of the tenant's flows."""

    def __init__(self, database: Database, clock: Clock, tenant_id: str, seal: Seal) -> None:
        self._db, self._clock, self._tenant, self._seal = database, clock, tenant_id, seal

    async def listed(self, flow_id: str) -> list[Secret]:
        """Return what a flow has and what its draft asks for, by name."""

        def query(tx: Connection) -> list[Secret]:
            wanted = used_in(flows.get(tx, flow_id).draft)
            there = secrets.names(tx, flow_id)
            return [
                Secret(name, tuple(wanted.get(name, ())), there.get(name))
                for name in sorted(wanted.keys() | there.keys())
            ]

        return await self._db.read(query)

    async def put(self, flow_id: str, name: str, value: str) -> None:
        """Write a secret, over the one of this name."""

        def commit(tx: Connection) -> None:
            flows.get(tx, flow_id)
            self._put(tx, flow_id, name, value)

        await self._db.write(commit)

    async def remove(self, flow_id: str, name: str) -> None:
        """Forget a secret; raises while the published version needs it."""

        def commit(tx: Connection) -> None:
            flow = flows.get(tx, flow_id)
            if flow.version is not None:
                users = used_in(flows.source(tx, flow_id, flow.version)).get(name)
                if users:
                    raise SecretInUseError(name=name, node=users[0])
            if not secrets.remove(tx, flow_id, name):
                raise SecretNotFoundError(id=flow_id, name=name)

        await self._db.write(commit)

    async def opened(self, flow_id: str, wanted: set[str]) -> Mapping[str, str]:
        """Return the values that a call needs; those that are missing are left out."""
        if not wanted:
            return {}
        found = await self._db.read(lambda tx: secrets.sealed(tx, flow_id, wanted))
        return {name: self._open(flow_id, name, value) for name, value in found.items()}

    def keep_out(self, tx: Connection, flow_id: str, draft: Mapping[str, Any]) -> dict[str, Any]:
        """Return a draft whose credentials were sealed, in the transaction that saves it."""

        def keep(stem: str, value: str) -> str:
            # What runs may use the secret of this name, so another value gets another one.
            for name in (stem, *(f"{stem}_{number}" for number in range(2, MAX_SECRETS + 2))):
                there = secrets.sealed(tx, flow_id, [name]).get(name)
                if there is None:
                    self._put(tx, flow_id, name, value)
                    return name
                if self._open(flow_id, name, there) == value:
                    return name
            raise TooManySecretsError(field="draft", limit=MAX_SECRETS)

        return drawn_out(draft, keep)

    async def seal_old(self) -> None:
        """Seal what stands in graphs from before there were secrets."""

        def commit(tx: Connection) -> None:
            for flow_id, version, graph in flows.with_headers(tx):
                cleaned = self.keep_out(tx, flow_id, graph)
                if cleaned != graph:
                    flows.rewrite(tx, flow_id, version, cleaned)

        await self._db.write(commit)

    def copy(self, tx: Connection, source: str, target: str) -> None:
        """Give a copy of a flow the same secrets."""
        found = secrets.sealed(tx, source, secrets.names(tx, source))
        for name, value in found.items():
            self._put(tx, target, name, self._open(source, name, value))

    def _put(self, tx: Connection, flow_id: str, name: str, value: str) -> None:
        there = secrets.names(tx, flow_id)
        if name not in there and len(there) >= MAX_SECRETS:
            raise TooManySecretsError(field="name", limit=MAX_SECRETS)
        sealed = self._seal.seal(value.encode(), context=_place(flow_id, name))
        secrets.put(tx, self._tenant, flow_id, name, sealed, self._clock.now())

    def _open(self, flow_id: str, name: str, sealed: bytes) -> str:
        return self._seal.open(sealed, context=_place(flow_id, name)).decode()


def _place(flow_id: str, name: str) -> str:
    return f"flow/{flow_id}/{name}"
