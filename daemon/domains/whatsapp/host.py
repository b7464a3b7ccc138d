"""Answers what the bridge asks: its keys, its inbox, its events. See `bridge/PROTOCOL.md`."""

import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from config.ipc import RemoteError, RequestHandler
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock

from .intake import Intake
from .ports import CustomerTyping, LearnAlias, RecordLog, ReportStatus
from .service import Sessions
from .store import sessions
from .store.sealed import SealedRows

log = structlog.get_logger(__name__)

Data = dict[str, Any]
TYPING = frozenset({"composing", "recording"})


class BridgeHost:
    """The daemon's answers to the bridge. Each one is given after its commit."""

    def __init__(
        self,
        database: Database,
        rows: SealedRows,
        clock: Clock,
        numbers: Sessions,
        intake: Intake,
        *,
        report: ReportStatus,
        learn_alias: LearnAlias,
        typing: CustomerTyping,
        record_log: RecordLog,
    ) -> None:
        self._db, self._rows, self._clock = database, rows, clock
        self._numbers, self._intake = numbers, intake
        self._report, self._learn_alias = report, learn_alias
        self._typing, self._record_log = typing, record_log
        self._events: dict[str, Callable[[Connection, Data], Callable[[], None] | None]] = {
            "session.update": numbers.updated,
            "session.restricted": numbers.restricted,
            "message.received": self._message,
            "message.status": self._status,
            "contact.alias": self._alias,
            "call": self._call,
        }

    def handlers(self) -> dict[str, RequestHandler]:
        """Return the handlers by operation."""
        table: dict[str, Callable[[Data], Awaitable[Any]]] = {
            "auth.load": self.load,
            "creds.set": self.set_creds,
            "keys.get": self.get_keys,
            "keys.set": self.set_keys,
            "inbox.commit": self.commit,
            "inbox.lookup": self.lookup,
            "inbox.pending": self.pending,
            "message.get": self.message,
            "poll.get": self.poll,
            "events": self.events,
        }
        return dict(table)

    async def load(self, data: Data) -> Data:
        """Return the credentials of a session."""
        session = str(data["session"])
        return {"creds": await self._db.read(lambda tx: self._rows.creds(tx, session))}

    async def set_creds(self, data: Data) -> Data:
        """Keep the credentials of a session."""
        session, creds = str(data["session"]), str(data["creds"])

        def commit(tx: Connection) -> None:
            _known(tx, session)
            if not self._rows.forgotten(tx, session):
                self._rows.put_creds(tx, session, creds)

        await self._db.write(commit)
        return {}

    async def get_keys(self, data: Data) -> Data:
        """Return Signal keys."""
        session, kind, ids = str(data["session"]), str(data["type"]), list(data["ids"])
        return {"keys": await self._db.read(lambda tx: self._rows.keys(tx, session, kind, ids))}

    async def set_keys(self, data: Data) -> Data:
        """Write Signal keys, all or none."""
        session, rows = str(data["session"]), list(data["rows"])

        def commit(tx: Connection) -> None:
            _known(tx, session)
            if not self._rows.forgotten(tx, session):
                self._rows.put_keys(tx, session, rows)

        await self._db.write(commit)
        return {}

    async def commit(self, data: Data) -> Data:
        """Commit a decryption: ratchet, plaintext and message in one transaction."""
        session, digest = str(data["session"]), str(data["digest"])
        body = orjson.dumps({"plaintext": data["plaintext"], "stanza": data["stanza"]})
        now = self._clock.now()

        def commit(tx: Connection) -> None:
            _known(tx, session)
            if not self._rows.forgotten(tx, session):
                self._rows.put_keys(tx, session, data["rows"])
            self._rows.put_inbox(tx, session, digest, body, pending=bool(data["pending"]), at=now)
            if data["message"] is not None:
                self._intake.take(tx, data["message"])

        await self._db.write(commit)
        return {}

    async def lookup(self, data: Data) -> Data:
        """Return what was decrypted from a ciphertext before."""
        session, digest = str(data["session"]), str(data["digest"])
        body = await self._db.read(lambda tx: self._rows.inbox(tx, session, digest))
        return {"plaintext": None if body is None else orjson.loads(body)["plaintext"]}

    async def pending(self, data: Data) -> Data:
        """Return what was decrypted and not delivered."""
        session = str(data["session"])
        rows = await self._db.read(lambda tx: self._rows.pending(tx, session))
        return {"items": [{"digest": digest, **orjson.loads(body)} for digest, body in rows]}

    async def message(self, data: Data) -> Data:
        """Return what was sent: a contact could not decrypt it."""
        session, number = str(data["session"]), str(data["id"])
        payload = await self._db.read(lambda tx: self._rows.sent(tx, session, number))
        return {"payload": None if payload is None else base64.b64encode(payload).decode()}

    async def poll(self, data: Data) -> Data:
        """Return a poll that was sent: somebody voted in it."""
        session, number = str(data["session"]), str(data["id"])
        return {"poll": await self._db.read(lambda tx: self._rows.poll(tx, session, number))}

    async def events(self, data: Data) -> Data:
        """Take a batch of events, in order, in one transaction."""
        items: list[Data] = list(data["events"])

        def commit(tx: Connection) -> list[Callable[[], None]]:
            after = []
            for item in items:
                handle = self._events.get(str(item["event"]))
                if handle is None:
                    log.warning("bridge_event_unknown", event_name=item["event"])
                elif (then := handle(tx, item["data"])) is not None:
                    after.append(then)
            return after

        for then in await self._db.write(commit):
            then()
        return {}

    async def heard(self, name: str, data: Data) -> None:
        """Hear an event that may be lost."""
        if name == "presence" and data.get("state") in TYPING:
            session, chat = str(data["session"]), str(data["chat"])
            await self._db.write(lambda tx: self._typing(tx, session, chat))

    # -- events, inside the transaction of their batch

    def _message(self, tx: Connection, data: Data) -> None:
        message, digest = data["message"], data["digest"]
        session = str(message["session"])
        if sessions.agent_of(tx, session) is None:
            return
        self._intake.take(tx, message)
        if digest is not None:
            self._rows.delivered(tx, session, str(digest))

    def _status(self, tx: Connection, data: Data) -> None:
        state = "read" if data["state"] == "played" else str(data["state"])
        for number in data["ids"]:
            self._report(
                tx,
                session_id=str(data["session"]),
                wa_message_id=str(number),
                state=state,
                error=None,
                at=_moment(data["timestamp"]) or self._clock.now(),
            )

    def _alias(self, tx: Connection, data: Data) -> None:
        self._learn_alias(tx, str(data["session"]), str(data["lid"]), str(data["pn"]))

    def _call(self, tx: Connection, data: Data) -> None:
        agent_id = sessions.agent_of(tx, str(data["session"]))
        if agent_id is None:
            return
        facts = {"sessionId": data["session"], "video": data["video"]}
        self._record_log(
            tx, agent_id=agent_id, level="info", kind="event", event="call_missed", facts=facts
        )


def _known(tx: Connection, session_id: str) -> None:
    if sessions.agent_of(tx, session_id) is None:
        raise RemoteError(code="no_session", message="this session was removed")


def _moment(timestamp: float) -> datetime | None:
    return datetime.fromtimestamp(timestamp, UTC) if timestamp else None
