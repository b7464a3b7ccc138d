"""Sends things to a CRM: each change once, tried again while there is hope."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from daemon.domains.integrations.domain import crm, pulling
from daemon.domains.integrations.domain.crm import Connector, Draft, Link, Sent, SentOutcome
from daemon.domains.integrations.store import rows
from daemon.infra.database import Connection
from daemon.kernel.errors import BadInputError
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import Job, NewJob, RetryLaterError

from .calling import Answer, call
from .deals import DealThings
from .desk import Desk

if TYPE_CHECKING:
    from daemon.domains.integrations.ports import Things

PUSH, SWEEP = "integrations.push", "integrations.sweep"
SWEEP_BATCH = 200


def things(desk: Desk) -> Mapping[str, "Things"]:
    """Return what a CRM may get, by kind."""
    return {
        "contact": desk.ports.contacts,
        "deal": DealThings(desk),
        "invoice": desk.ports.invoices,
    }


def queue(
    desk: Desk, tx: Connection, number: str, kind: str, object_id: str, *, force: bool = False
) -> None:
    """Queue one thing; with `force` even if nothing changed, and before its next try."""
    asked = {"connector_id": number, "kind": kind, "object_id": object_id, "force": force}
    key = f"{number}:{kind}:{object_id}"
    if force:
        desk.queue.drop(tx, PUSH, key)
    # One lock a connector: things go over there one by one, and never fill the worker.
    desk.queue.add(tx, NewJob(PUSH, asked, lock=f"crm:{number}", key=key, priority=-1))


def link(tx: Connection, number: str, kind: str, object_id: str) -> Link:
    """Return what a thing is over there; a new link, if nothing is known."""
    known = rows.find(tx, Link, connector_id=number, kind=kind, object_id=object_id)
    return known or Link(new_id(), number, kind, object_id, None, None, 0, None)


def mapped(connector: Connector, kind: str) -> None:
    """Refuse a kind that a connector does not send."""
    if kind not in connector.objects:
        raise BadInputError(
            field="kind",
            problem="this connector has no mapping for it",
            problem_pt="este conector não tem mapeamento para isto",
        )


class Pusher:
    """The jobs that send."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._things = desk, things(desk)

    async def sweep(self, job: Job) -> None:
        """Queue everything of a kind, some at a time."""
        number, kind, after = (job.payload[name] for name in ("connector_id", "kind", "after"))

        def commit(tx: Connection) -> None:
            if rows.find(tx, Connector, id=number) is None:
                return
            found = self._things[kind].after(tx, after, SWEEP_BATCH)
            for object_id in found:
                queue(self._desk, tx, number, kind, object_id)
            if len(found) == SWEEP_BATCH:
                asked = {"connector_id": number, "kind": kind, "after": found[-1]}
                self._desk.queue.add(tx, NewJob(SWEEP, asked, key=f"{number}:{kind}"))

        await self._desk.database.write(commit)

    async def push(self, job: Job) -> None:
        """Send one thing, unless it is over there as it is."""
        number, kind, object_id = (
            job.payload[name] for name in ("connector_id", "kind", "object_id")
        )

        def prepare(tx: Connection) -> tuple[Connector, Link, Draft, str] | None:
            connector = rows.find(tx, Connector, id=number)
            if connector is None or connector.status != "active" or kind not in connector.objects:
                return None
            thing = self._things[kind].get(tx, object_id)
            if thing is None:
                return None
            known = link(tx, number, kind, object_id)
            draft = crm.draft(connector, kind, thing, known.external_id)
            return connector, known, draft, crm.version(connector, kind, thing)

        prepared = await self._desk.database.read(prepare)
        if prepared is None:
            return
        connector, known, draft, version = prepared
        if known.sent_hash == version and not job.payload.get("force"):
            return
        headers = {"idempotency-key": crm.key(known, version)}
        answer = await call(
            self._desk, connector, draft.method, draft.url, body=draft.raw, headers=headers
        )
        sent = replace(known, sent_hash=version)
        wait = await self._desk.database.write(
            lambda tx: self._settle(tx, connector, sent, draft, answer)
        )
        if wait is not None:
            raise RetryLaterError(wait, answer.error or f"status {answer.status}")

    def _settle(
        self, tx: Connection, connector: Connector, known: Link, draft: Draft, answer: Answer
    ) -> float | None:
        """Write down what came of it; returns the seconds to the next try, if there is one."""
        now = self._desk.clock.now()
        if rows.find(tx, Connector, id=connector.id) is None:
            return None
        tries = 0 if answer.done else known.tries + 1
        last = answer.hopeless or tries > len(crm.WAITS_S)
        outcome: SentOutcome = "done" if answer.done else "failed" if last else "retry"
        mapping = connector.objects[known.kind]
        external = crm.external_id(mapping, answer.body) if answer.done else None
        after = replace(known, tries=0 if last else tries, sent_hash=None)
        if answer.done:
            after = replace(
                known,
                tries=0,
                external_id=known.external_id or external,
                synced_at=now,
                agreed={**known.agreed, **_told(known.kind, mapping, draft)},
            )
        if not rows.add(tx, self._desk.tenant_id, after):
            rows.save(tx, after)
        entry = Sent(
            id=new_id(),
            connector_id=connector.id,
            kind=known.kind,
            object_id=known.object_id,
            action=draft.action,
            outcome=outcome,
            status=answer.status,
            error=answer.error,
            ms=answer.ms,
            external_id=after.external_id,
            at=now,
            response=answer.excerpt or None,
        )
        rows.add(tx, self._desk.tenant_id, entry)
        return crm.WAITS_S[tries - 1] if outcome == "retry" else None


def _told(kind: str, mapping: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """Return what is over there now of what may come back: that is no news when it does."""
    if not mapping.get("pull"):
        return {}
    ours = pulling.ours(kind, draft.thing)
    sent = {"valueCentavos" if name == "value" else name for name in pulling.fields(kind, mapping)}
    return {name: ours[name] for name in sent if ours.get(name) is not None}
