"""A stand-in for the conversations context: what came in and what goes out, in real tables.

It keeps to the ports of the whatsapp context and to nothing else.
"""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Migrations

from daemon.domains.whatsapp.domain import (
    Composed,
    IncomingMessage,
    NewContent,
    OutgoingMessage,
)
from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.kernel.choices import numbered, show
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob

migrations = Migrations("ledger")
ORDER = ["queued", "sending", "sent", "delivered", "read"]


@migrations()
def create(tx: Connection) -> None:
    tx.conn.execute(
        "CREATE TABLE got (n INTEGER PRIMARY KEY, session TEXT, chat TEXT, id TEXT, from_me INT, "
        "kind TEXT, text TEXT, late INT, UNIQUE (session, chat, id, from_me))"
    )
    tx.conn.execute(
        "CREATE TABLE said (id TEXT PRIMARY KEY, wa_id TEXT, session TEXT, agent TEXT, chat TEXT, "
        "kind TEXT, text TEXT, paced INT, state TEXT, error TEXT)"
    )


class Ledger:
    """What the tests look at. With `echo`, every customer's text is answered with itself."""

    def __init__(self, database: Database, queue: Queue, clock: Clock) -> None:
        self._db, self._queue, self._clock = database, queue, clock
        self.agents = {"agent"}
        self.echo = False
        self.paced = False
        self.refuse: str | None = None
        self.incoming: list[IncomingMessage] = []
        self.aliases: set[tuple[str, str]] = set()
        self.typing: list[str] = []
        self.log: list[str] = []
        self._content: dict[str, NewContent] = {}

    # -- ports

    def agent_exists(self, tx: Connection, agent_id: str) -> bool:
        del tx
        return agent_id in self.agents

    def receive(self, tx: Connection, message: IncomingMessage) -> None:
        if self.refuse is not None and message.text == self.refuse:
            msg = "our own fault"
            raise ValueError(msg)
        cursor = tx.conn.execute(
            "INSERT INTO got (session, chat, id, from_me, kind, text, late) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                message.session_id,
                message.chat_lid or message.chat,
                message.wa_message_id,
                message.from_me,
                message.kind,
                message.text,
                message.late,
            ),
        )
        if cursor.rowcount == 1:
            self.incoming.append(message)
            if self.echo and not message.from_me and not message.late:
                self.say(tx, message.session_id, message.chat, f"re: {message.text}")

    def report(
        self,
        tx: Connection,
        *,
        session_id: str,
        wa_message_id: str,
        state: str,
        error: str | None,
        at: datetime,
    ) -> None:
        del at
        row = tx.conn.execute(
            "SELECT state FROM said WHERE wa_id = ? AND session = ?", (wa_message_id, session_id)
        ).fetchone()
        if row is None:
            return
        if state == "failed" or (
            row["state"] in ORDER and ORDER.index(state) > ORDER.index(row["state"])
        ):
            tx.conn.execute(
                "UPDATE said SET state = ?, error = ? WHERE wa_id = ?",
                (state, error, wa_message_id),
            )

    def peek(self, tx: Connection, message_id: str) -> OutgoingMessage | None:
        row = tx.conn.execute(
            "SELECT * FROM said WHERE id = ? AND state IN ('queued', 'sending')", (message_id,)
        ).fetchone()
        if row is None:
            return None
        content = self._content.get(row["id"], NewContent(row["kind"]))
        return OutgoingMessage(
            id=row["id"],
            session_id=row["session"],
            agent_id=row["agent"],
            wa_message_id=row["wa_id"],
            chat=row["chat"],
            kind=row["kind"],
            text=row["text"],
            created_at=self._clock.now(),
            paced=bool(row["paced"]),
            media=content.media,
            quoted_id=content.quoted_id,
            target_id=content.target_id,
            details=content.details,
        )

    def claim(self, tx: Connection, message_id: str) -> OutgoingMessage | None:
        found = self.peek(tx, message_id)
        if found is not None:
            tx.conn.execute("UPDATE said SET state = 'sending' WHERE id = ?", (message_id,))
        return found

    def compose(
        self, tx: Connection, *, agent_id: str, session_id: str, to: str, content: NewContent
    ) -> Composed:
        del agent_id
        chat = to if "@" in to else f"{to.lstrip('+')}@s.whatsapp.net"
        if content.kind == "choice":
            shown = show(content.text, content.options)
            content = replace(content, kind=shown.kind, text=shown.text, details=shown.extra)
        return self.say(tx, session_id, chat, content.text, content)

    def write_out(self, tx: Connection, message_id: str) -> OutgoingMessage | None:
        content = self._content[message_id]
        if "choice" not in content.details:
            return None
        text = numbered(content.details["poll"]["name"], content.details["choice"]["options"])
        self._content[message_id] = replace(content, kind="text", text=text)
        tx.conn.execute("UPDATE said SET kind = 'text', text = ? WHERE id = ?", (text, message_id))
        return self.peek(tx, message_id)

    def learn_alias(self, tx: Connection, session_id: str, lid: str, phone_jid: str) -> None:
        del tx, session_id
        self.aliases.add((lid, phone_jid))

    def customer_typing(self, tx: Connection, session_id: str, chat: str) -> None:
        del tx, session_id
        self.typing.append(chat)

    def record_log(
        self,
        tx: Connection,
        *,
        agent_id: str | None,
        level: str,
        kind: str,
        event: str,
        facts: dict[str, Any],
    ) -> None:
        del tx, agent_id, kind, facts
        self.log.append(f"{level} {event}")

    # -- for tests

    def say(
        self,
        tx: Connection,
        session_id: str,
        chat: str,
        text: str,
        content: NewContent | None = None,
    ) -> Composed:
        number, wa_id = new_id(), f"3EB0{secrets.token_hex(9).upper()}"
        kind = "text" if content is None else content.kind
        tx.conn.execute(
            "INSERT INTO said VALUES (?, ?, ?, 'agent', ?, ?, ?, ?, 'queued', NULL)",
            (number, wa_id, session_id, chat, kind, text, self.paced),
        )
        if content is not None:
            self._content[number] = content
        self._queue.add(
            tx, NewJob("whatsapp.send", {"message_id": number}, lock=f"send:{chat}", priority=1)
        )
        return Composed(number, wa_id)

    async def got(self) -> list[str]:
        rows = await self._db.read(
            lambda tx: tx.conn.execute("SELECT text FROM got ORDER BY n").fetchall()
        )
        return [row["text"] for row in rows]

    async def said(self, message_id: str) -> tuple[str, str | None]:
        row = await self._db.read(
            lambda tx: tx.conn.execute(
                "SELECT state, error FROM said WHERE id = ?", (message_id,)
            ).fetchone()
        )
        return row["state"], row["error"]

    async def open(self) -> int:
        """How many messages of ours have not reached WhatsApp."""
        row = await self._db.read(
            lambda tx: tx.conn.execute(
                "SELECT count(*) FROM said WHERE state IN ('queued', 'sending')"
            ).fetchone()
        )
        return int(row[0])

    async def got_any(self) -> bool:
        """Whether anything came in."""
        return bool(self.incoming)
