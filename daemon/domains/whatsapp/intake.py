"""What the bridge hands over, on its way into the box: read, taken in, or kept for another try."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import Job, NewJob

from .contents import read_aloud
from .domain import IncomingMedia, IncomingMessage
from .ports import Receive
from .store import sessions
from .store.sealed import SealedRows
from .unseen import Unseen

log = structlog.get_logger(__name__)

RECEIVE = "whatsapp.receive"


class Intake:
    """The way in for messages; everything happens in the transaction that moves the ratchet."""

    def __init__(
        self,
        database: Database,
        rows: SealedRows,
        queue: Queue,
        clock: Clock,
        unseen: Unseen,
        *,
        receive: Receive,
    ) -> None:
        self._db, self._rows, self._queue, self._clock = database, rows, queue, clock
        self._unseen, self._receive = unseen, receive

    def take(self, tx: Connection, data: dict[str, Any]) -> None:
        """Take a message in. One that our own code cannot digest must not stop the session.

        It is kept, sealed, and a job tries it again, parks with the reason and can be replayed.
        Faults of the disk are raised: then WhatsApp keeps the message.
        """
        session_id = str(data["session"])
        tx.conn.execute("SAVEPOINT message")
        try:
            self.receive(tx, data)
        except Exception as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            tx.conn.execute("ROLLBACK TO message")
            log.exception("message_refused", session=session_id, kind=data.get("kind"))
            self._keep(tx, session_id, data, type(error).__name__)
        tx.conn.execute("RELEASE message")

    def receive(self, tx: Connection, data: dict[str, Any]) -> None:
        """Take a message in, or raise."""
        agent_id = sessions.agent_of(tx, str(data["session"]))
        if agent_id is None:
            return
        message = incoming(data, agent_id)
        self._receive(tx, message)
        self._unseen.note(message)

    async def again(self, job: Job) -> None:
        """Try a message that was refused: the job `whatsapp.receive`."""
        number = str(job.payload["id"])

        def commit(tx: Connection) -> None:
            body = self._rows.refused(tx, number)
            if body is not None:
                self.receive(tx, orjson.loads(body))
                self._rows.taken(tx, number)

        await self._db.write(commit)

    def _keep(self, tx: Connection, session_id: str, data: dict[str, Any], reason: str) -> None:
        number = new_id()
        self._rows.put_refused(
            tx,
            number,
            session_id=session_id,
            body=orjson.dumps(data),
            reason=reason,
            at=self._clock.now(),
        )
        self._queue.add(tx, NewJob(RECEIVE, {"id": number}))


def incoming(data: dict[str, Any], agent_id: str) -> IncomingMessage:
    """Read a message of the protocol."""
    chat, participant = data["chat"], data.get("participant")
    changes = (data.get(name) for name in ("reaction", "edit", "revoke", "vote"))
    change: dict[str, Any] = next((change for change in changes if change), {})
    quoted, details = data.get("quoted") or {}, _details(data)
    return IncomingMessage(
        session_id=data["session"],
        agent_id=agent_id,
        wa_message_id=data["id"],
        chat=chat["jid"],
        chat_kind=data["chatKind"],
        chat_lid=chat.get("lid"),
        chat_phone_jid=chat.get("pn"),
        participant=(participant or {}).get("jid"),
        at=datetime.fromtimestamp(data["timestamp"], UTC),
        kind=data["kind"],
        text=read_aloud(data["kind"], data.get("text") or "", details),
        from_me=data["fromMe"],
        push_name=data.get("pushName"),
        media=_media(data.get("media")),
        quoted_id=quoted.get("id"),
        target_id=change.get("target"),
        history=data.get("history", False),
        late=data.get("late", False),
        offline=data.get("offline", False),
        details=details,
    )


def _media(data: dict[str, Any] | None) -> IncomingMedia | None:
    if data is None:
        return None
    return IncomingMedia(
        type=data["type"],
        mime=data["mime"],
        bytes=int(data.get("bytes") or 0),
        path=data.get("path"),
        sha256=data.get("sha256"),
        name=data.get("name"),
        seconds=data.get("seconds"),
        ptt=data.get("ptt", False),
        error=data.get("error"),
    )


def _details(data: dict[str, Any]) -> dict[str, Any]:
    kept = ("location", "contacts", "selected")
    details = {name: data[name] for name in kept if data.get(name)}
    if vote := data.get("vote"):
        details["vote"] = {"options": vote["options"], "at": vote["at"]}
    if reaction := data.get("reaction"):
        details["emoji"] = reaction.get("emoji")
    if text := (data.get("quoted") or {}).get("text"):
        details["quotedText"] = text
    if data.get("truncated"):
        details["truncated"] = True
    return details
