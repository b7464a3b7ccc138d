"""The trail that the routing layer keeps, and what people read of it.

No act without its entry, in three ways:

- a request: its entry is committed before the handler runs, and how it went after it, as a second
  row of the same append-only chain. A crash in between leaves an act with the outcome `unknown`,
  which is the truth: it may have happened. If the disk takes no entry, the handler never runs.
- what an act did beyond its path (which log line was deleted, with its level and time; the first
  owner of a box) is a row in the act's own transaction: see `witness`. Both happen or neither.
- the command line writes its row in the transaction of its command, or, where it works on files,
  before it as above: see `daemon.cli.witness`.

Two rows instead of one in the act's transaction, because many acts are no single transaction: they
call the bridge, write files, ask the control plane.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextvars import ContextVar
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import structlog

from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.errors import BadInputError
from daemon.kernel.ids import new_id
from daemon.kernel.moments import moment
from daemon.kernel.pages import Page
from daemon.web.acts import Deed, Note

from . import store
from .domain import Entry

log = structlog.get_logger(__name__)

EXPORT_PAGE = 500
NOBODY = "anonymous"
Told = Callable[[Connection, Deed, str, int], None]

# The act that the request in hand is: what its handler tells in a transaction belongs to it.
_current: ContextVar[tuple[str, str] | None] = ContextVar("audit_act", default=None)


def _nothing(_: Connection, __: Deed, ___: str, ____: int) -> None:
    """Tell nobody."""


class Audit:
    """Every administrative act of this box."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tenant_id: str,
        timezone: str,
        *,
        told: Told = _nothing,
    ) -> None:
        """Take what to tell, in the same transaction, of each act once its outcome is known."""
        self._db, self._clock, self._tenant = database, clock, tenant_id
        self._timezone, self._told = timezone, told
        self._running: dict[str, Deed] = {}
        self._finishing = set[asyncio.Task[None]]()

    # -- the trail

    async def begin(self, deed: Deed) -> str:
        """Keep an act that is about to happen."""
        number = new_id()
        await self._db.write(lambda tx: self._add(tx, "act", number, deed))
        self._running[number] = deed
        _current.set((number, deed.act))
        return number

    async def end(
        self, number: str, *, status: int, made: str | None, facts: Mapping[str, Any]
    ) -> None:
        """Keep how an act went."""
        deed = self._running.pop(number)
        plain = Deed(act=deed.act, who=None, object=made if deed.object is None else None)

        def commit(tx: Connection) -> None:
            self._add(tx, "outcome", number, plain, status=status, facts=facts)
            self._told(tx, deed, number, status)

        _current.set(None)
        # The answer need not wait for a second fsync: the act stands on the disk already.
        task = asyncio.create_task(self._finish(number, commit))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    async def whole(self, deed: Deed, *, status: int, facts: Mapping[str, Any]) -> None:
        """Keep an act together with its outcome."""
        number = new_id()

        def commit(tx: Connection) -> None:
            self._add(tx, "act", number, deed, status=status, facts=facts)
            self._told(tx, deed, number, status)

        await self._db.write(commit)

    def witness(self, act: str) -> Note:
        """Return what writes facts of the request in hand; call it inside a transaction.

        Outside of any request (a job of the box itself) the facts are an act of their own.
        """
        running = _current.get()

        def note(tx: Connection, facts: Mapping[str, Any]) -> None:
            if running is None:
                deed = Deed(act=act, who=None)
                self._add(tx, "act", new_id(), deed, status=200, facts=facts)
            else:
                self._add(tx, "fact", running[0], Deed(act=act, who=None), facts=facts)

        return note

    async def _finish(self, number: str, commit: Callable[[Connection], None]) -> None:
        try:
            await self._db.write(commit)
        except Exception:
            log.exception("audit_outcome_lost", act=number)

    async def settled(self) -> None:
        """Wait until every outcome so far is on the disk."""
        while self._finishing:
            await asyncio.wait(set(self._finishing))

    def _add(
        self,
        tx: Connection,
        stage: str,
        act_id: str,
        deed: Deed,
        *,
        status: int | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        add(
            tx,
            deed,
            stage=stage,
            act_id=act_id,
            at=stamp(self._clock.now()),
            tenant_id=self._tenant,
            status=status,
            facts=facts or {},
        )

    # -- reading

    async def page(
        self,
        *,
        who: str | None,
        act: str | None,
        object_id: str | None,
        start: str | None,
        end: str | None,
        cursor: str | None,
        limit: int,
    ) -> Page[Entry]:
        """List acts, newest first. Raises BadInputError for a bad date or cursor."""
        await self.settled()
        zone = await asyncio.to_thread(ZoneInfo, self._timezone)
        since, until = moment(start, "start", zone), moment(end, "end", zone, end=True)
        after = None if cursor is None else _place(cursor)
        found = await self._db.read(
            lambda tx: store.listed(
                tx,
                equal={"who_id": who, "act": act, "object": object_id},
                start=since,
                end=until,
                after=after,
                limit=limit + 1,
            )
        )
        cut = Page.of(found, limit, lambda pair: pair[0])
        return Page([entry for _, entry in cut.items], cut.next_cursor)

    async def every(self, **filters: Any) -> AsyncIterator[list[Entry]]:
        """Yield all acts of a filter, page by page."""
        cursor: str | None = None
        while True:
            page = await self.page(**filters, cursor=cursor, limit=EXPORT_PAGE)
            yield list(page.items)
            if (cursor := page.next_cursor) is None:
                return

    async def get(self, number: str) -> Entry:
        """Return an act."""
        await self.settled()
        return await self._db.read(lambda tx: store.get(tx, number))


def add(
    tx: Connection,
    deed: Deed,
    *,
    stage: str,
    act_id: str,
    at: str,
    tenant_id: str,
    status: int | None,
    facts: Mapping[str, Any],
    who_kind: str | None = None,
) -> None:
    """Write one row of the chain."""
    who = deed.who
    store.append(
        tx,
        id=act_id if stage == "act" else new_id(),
        tenant_id=tenant_id,
        stage=stage,
        act_id=act_id,
        at=at,
        act=deed.act,
        who_kind=who_kind or (NOBODY if who is None else who.kind),
        who_id="" if who is None else who.user_id,
        who_name="" if who is None else who.name,
        role="" if who is None else who.role,
        object=None if deed.object is None else _clean(deed.object),
        path=_json({name: _clean(value) for name, value in deed.path.items()}),
        fields=_json(deed.fields),
        value=_json(deed.values),
        address=_clean(deed.address),
        request_id=_clean(deed.request_id),
        status=status,
        facts=_json(facts),
    )


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str).decode()


def _clean(text: str) -> str:
    """Return text that can be stored: a header may carry bytes that are no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _place(cursor: str) -> tuple[str, int]:
    at, _, seq = cursor.partition("~")
    if not seq.isascii() or not seq.isdigit() or len(seq) > len(str(1 << 60)):
        raise BadInputError(
            field="cursor",
            problem="take it from nextCursor of the page before",
            problem_pt="use o nextCursor da página anterior",
        )
    return at, int(seq)
