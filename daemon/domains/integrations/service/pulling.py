"""Brings back what changed in a CRM: page by page, each in one transaction, twice is as once."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from daemon.domains.integrations.domain import crm, pulling
from daemon.domains.integrations.domain.crm import Connector, Link, Sent
from daemon.domains.integrations.domain.pulling import PageError, Pulled, Run, Took
from daemon.domains.integrations.store import rows
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.errors import BadInputError
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import Job, NewJob

from .calling import Answer, call
from .deals import Deals
from .desk import Desk
from .pushing import mapped, things
from .sinks import ContactSink, DealSink, Sink

DUE, PULL = "integrations.pulls", "integrations.pull"
SHOWN = 20


@dataclass(frozen=True)
class Preview:
    """What a pull would ask for, and what would come of the first page."""

    url: str
    status: int | None
    error: str | None
    items: list[Took]
    more: bool


class _PreviewError(Exception):
    """Takes a transaction back."""


class Puller:
    """The jobs that bring back, and their rehearsal."""

    def __init__(self, desk: Desk, deals: Deals) -> None:
        self._desk, self._things = desk, things(desk)
        self._sinks: dict[str, Sink] = {
            "contact": ContactSink(desk),
            "deal": DealSink(desk, deals),
        }

    async def states(self, number: str) -> list[Pulled]:
        """Say how far each kind was brought over."""

        def query(tx: Connection) -> list[Pulled]:
            rows.get(tx, Connector, number)
            return rows.listed(tx, Pulled, {"connector_id": number}, None, 10)

        return await self._desk.database.read(query)

    async def ask(self, number: str, kind: str) -> None:
        """Bring a kind over now."""

        def commit(tx: Connection) -> None:
            _pulled(rows.get(tx, Connector, number), kind)
            self._begin(tx, number, kind)

        await self._desk.database.write(commit)

    async def preview(self, number: str, kind: str, mapping: Mapping[str, Any] | None) -> Preview:
        """Ask for the first page and say what would come of it; nothing is written."""
        connector = await self._desk.database.read(lambda tx: rows.get(tx, Connector, number))
        if mapping is not None:
            connector = replace(connector, objects={**connector.objects, kind: mapping})
        pull = _pulled(connector, kind)
        run = Run(since=None, began=stamp(self._desk.clock.now()))
        url = pulling.address(connector, kind, run)
        self._desk.outbound.check(url, name="baseUrl")
        answer = await call(self._desk, connector, "GET", url)
        try:
            items, _, more = self._page(pull, answer, run)
        except PageError as error:
            return Preview(url, answer.status, str(error), [], more=False)
        found = list[Took]()

        def rehearse(tx: Connection) -> None:
            found.extend(self._take(tx, connector, kind, items[:SHOWN]))
            raise _PreviewError

        with contextlib.suppress(_PreviewError):
            await self._desk.database.write(rehearse)
        return Preview(url, answer.status, None, found, more or len(items) > SHOWN)

    # -- jobs

    async def due(self, _: Job) -> None:
        """Begin what is due by its schedule."""

        def commit(tx: Connection) -> None:
            now = self._desk.clock.now()
            found = tx.conn.execute("SELECT * FROM crm_connectors WHERE status = 'active'")
            for connector in [rows.load(Connector, row) for row in found]:
                for kind, mapping in connector.objects.items():
                    pull = mapping.get("pull")
                    if not pull or not pull.get("everyMinutes"):
                        continue
                    state = rows.find(tx, Pulled, connector_id=connector.id, kind=kind)
                    if state is None or state.next_at <= now:
                        self._begin(tx, connector.id, kind)

        if self._desk.gate.allows("crm"):
            await self._desk.database.write(commit)

    async def pull(self, job: Job) -> None:
        """Bring over one page, and queue the next."""
        number, kind = job.payload["connector_id"], job.payload["kind"]
        run = Run(**job.payload["run"])
        connector = await self._desk.database.read(lambda tx: rows.find(tx, Connector, id=number))
        if connector is None or connector.status != "active":
            return
        pull = connector.objects.get(kind, {}).get("pull")
        if not pull:
            return
        try:
            answer = await call(self._desk, connector, "GET", pulling.address(connector, kind, run))
            items, cursor, more = self._page(pull, answer, run)
        except PageError as error:
            said = str(error)
            await self._desk.database.write(lambda tx: self._end(tx, connector, kind, run, said))
            return

        def commit(tx: Connection) -> None:
            if rows.find(tx, Connector, id=number) is None:
                return
            took = self._take(tx, connector, kind, items)
            self._note(tx, connector, kind, took, answer)
            after = _after(run, pull, items, took, cursor)
            if more and run.page < pulling.MAX_PAGES:
                self._queue(tx, number, kind, after)
            else:
                self._end(tx, connector, kind, after, None)

        await self._desk.database.write(commit)

    # -- parts

    def _page(
        self, pull: Mapping[str, Any], answer: Answer, run: Run
    ) -> tuple[list[Any], str | None, bool]:
        if not answer.done:
            raise PageError(answer.error or f"HTTP {answer.status}: {answer.excerpt[:200]}")
        items, cursor, more = pulling.read(pull, answer.body, run)
        first = pulling.identity(pull, items[0]) if items else None
        if first is not None and first == run.first:
            said = "the same page came again"
            raise PageError(said)
        return items, cursor, more

    def _begin(self, tx: Connection, number: str, kind: str) -> None:
        state = rows.find(tx, Pulled, connector_id=number, kind=kind)
        now = stamp(self._desk.clock.now())
        self._queue(tx, number, kind, Run(since=state.since if state else None, began=now))

    def _queue(self, tx: Connection, number: str, kind: str, run: Run) -> None:
        asked = {"connector_id": number, "kind": kind, "run": asdict(run)}
        key = f"{number}:{kind}"
        # The lock of what is sent: the two never cross.
        self._desk.queue.add(tx, NewJob(PULL, asked, lock=f"crm:{number}", key=key, priority=-1))

    def _take(
        self, tx: Connection, connector: Connector, kind: str, items: Sequence[Any]
    ) -> list[Took]:
        mapping, found = connector.objects[kind], list[Took]()
        for item in items:
            external = pulling.identity(mapping["pull"], item)
            if external is None:
                found.append(Took("", None, "skip", problems=["id"]))
            else:
                found.append(self._one(tx, connector, kind, external, item))
        return found

    def _one(
        self, tx: Connection, connector: Connector, kind: str, external: str, item: Any
    ) -> Took:
        mapping, sink = connector.objects[kind], self._sinks[kind]
        theirs, problems = pulling.values(kind, mapping, item, self._desk.ports.speaking.digits)
        link = rows.find(tx, Link, connector_id=connector.id, kind=kind, external_id=external)
        number = link.object_id if link else sink.match(tx, external, theirs)
        if number is None or self._things[kind].get(tx, number) is None:
            made = sink.create(tx, external, theirs)
            if made is None:
                needed = "phone" if kind == "contact" else "title"
                return Took(external, None, "skip", problems=problems or [needed])
            self._link(
                tx, connector, kind, made,
                link=link, external=external, theirs=theirs, settled=True,
            )  # fmt: skip
            return Took(external, made, "create", _shown({}, theirs), problems=problems)
        known = link or rows.find(tx, Link, connector_id=connector.id, kind=kind, object_id=number)
        if known and known.external_id not in (None, external):
            # Two over there are one here: the first that was linked stays.
            return Took(external, None, "skip", problems=["twice"])
        before = self._things[kind].get(tx, number) or {}
        mine = pulling.ours(kind, before)
        _, at = pulling.changed(mapping["pull"], item)
        take, lost = pulling.merge(
            known.agreed if known else {}, mine, theirs,
            their_at=at, my_at=sink.changed_at(tx, number),
        )  # fmt: skip
        if kind == "contact" and take.pop("phone", None) is not None:
            problems = [*problems, "phone"]  # it says who a contact is: that stays
        if take:
            sink.amend(tx, number, take)
        in_step = known is not None and known.sent_hash == crm.version(connector, kind, before)
        kept = any(mine.get(name) != value for name, value in theirs.items() if name not in take)
        self._link(
            tx, connector, kind, number,
            link=known, external=external, theirs=theirs, settled=in_step and not kept,
        )  # fmt: skip
        action = "update" if take else "skip"
        return Took(external, number, action, _shown(mine, take), lost, problems)

    def _link(
        self,
        tx: Connection,
        connector: Connector,
        kind: str,
        number: str,
        *,
        link: Link | None,
        external: str,
        theirs: Mapping[str, Any],
        settled: bool,
    ) -> None:
        """Note what was seen there; `settled`: there is nothing to send because of it."""
        before = link or Link(new_id(), connector.id, kind, number, None, None, 0, None)
        after = replace(
            before,
            object_id=number,
            external_id=external,
            agreed={**before.agreed, **theirs},
        )
        if settled:
            thing = self._things[kind].get(tx, number) or {}
            after = replace(after, sent_hash=crm.version(connector, kind, thing))
        if after != link and not rows.add(tx, self._desk.tenant_id, after):
            rows.save(tx, after)

    def _note(
        self,
        tx: Connection,
        connector: Connector,
        kind: str,
        took: Sequence[Took],
        answer: Answer,
    ) -> None:
        """Log what came, and what lost."""
        for one in took:
            if one.object_id is None or (one.action == "skip" and not one.lost):
                continue
            entry = Sent(
                id=new_id(),
                connector_id=connector.id,
                kind=kind,
                object_id=one.object_id,
                action="create" if one.action == "create" else "update",
                outcome="done",
                status=answer.status,
                error=pulling.problem_words(one.problems),
                ms=answer.ms,
                external_id=one.external_id,
                at=self._desk.clock.now(),
                response=None,
                direction="in",
                lost=one.lost,
            )
            rows.add(tx, self._desk.tenant_id, entry)

    def _end(
        self, tx: Connection, connector: Connector, kind: str, run: Run, error: str | None
    ) -> None:
        """Write down how far it came; after an error the next time begins where this one did."""
        now = self._desk.clock.now()
        pull = connector.objects[kind]["pull"]
        minutes = pull.get("everyMinutes") or 0
        known = rows.find(tx, Pulled, connector_id=connector.id, kind=kind)
        since = known.since if known else None
        if error is None:
            since = run.newest or since if pull.get("changed") else run.began
        state = Pulled(
            id=known.id if known else new_id(),
            connector_id=connector.id,
            kind=kind,
            since=since,
            next_at=now + timedelta(minutes=minutes),
            at=now,
            error=error or run.problem,
            seen=run.seen,
            created=run.created,
            updated=run.updated,
            skipped=run.skipped,
        )
        if not rows.add(tx, self._desk.tenant_id, state):
            rows.save(tx, state)


def _pulled(connector: Connector, kind: str) -> Mapping[str, Any]:
    mapped(connector, kind)
    pull: Mapping[str, Any] | None = connector.objects[kind].get("pull")
    if not pull:
        raise BadInputError(
            field="kind",
            problem="nothing of it comes back: the mapping has no pull",
            problem_pt="nada disso volta: o mapeamento não tem pull",
        )
    return pull


def _after(
    run: Run,
    pull: Mapping[str, Any],
    items: Sequence[Any],
    took: Sequence[Took],
    cursor: str | None,
) -> Run:
    newest = run.newest
    for item in items:
        newest = pulling.later(newest, pulling.changed(pull, item)[0])
    skipped = [one for one in took if one.object_id is None]
    bad = [name for one in skipped for name in one.problems]
    return replace(
        run,
        page=run.page + 1,
        cursor=cursor,
        newest=newest,
        first=pulling.identity(pull, items[0]) if items else None,
        seen=run.seen + len(items),
        created=run.created + sum(one.action == "create" for one in took),
        updated=run.updated + sum(one.action == "update" for one in took),
        skipped=run.skipped + len(skipped),
        problem=run.problem or pulling.problem_words(sorted(set(bad))),
    )


def _shown(mine: Mapping[str, Any], take: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [mine.get(name), value] for name, value in take.items()}
