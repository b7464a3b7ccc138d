"""The rows of long reports, read by key a batch at a time, in the maker's own process.

No read lasts longer than a batch, so that the write-ahead log of the box can be folded meanwhile.
"""

import heapq
import sqlite3
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from daemon.domains.reports.ports import Asked, Row
from daemon.infra.database import connect

BATCH = 1_000
CHATS_KEPT = 20_000
PEOPLE = ("human", "operator")
# Not messages of their own.
_COUNTED = "kind NOT IN ('reaction', 'edit', 'revoke')"

# The index of an agent's messages by time ends with the row's number: the key of the next batch.
MESSAGES = (
    "SELECT rowid AS number, at, conversation_id, session_id, author, kind, text, state, revoked, "
    "id FROM messages INDEXED BY messages_agent WHERE agent_id = ? AND (at, rowid) > (?, ?) "
    "AND at < ? ORDER BY at, rowid LIMIT ?"
)
COUNT_MESSAGES = "SELECT count(*) FROM messages WHERE agent_id = ? AND at >= ? AND at < ?"
AGENTS = (
    "WITH RECURSIVE one(id) AS (SELECT min(agent_id) FROM messages UNION ALL "
    "SELECT (SELECT min(agent_id) FROM messages WHERE agent_id > one.id) FROM one "
    "WHERE one.id IS NOT NULL) SELECT id FROM one WHERE id IS NOT NULL"
)
CHATS = (
    "SELECT conversations.id, contacts.name, contacts.phone, conversations.agent_id, "
    "conversations.session_id, conversations.owner FROM conversations "
    "JOIN contacts ON contacts.id = conversations.contact_id WHERE conversations.id "
)
CHATS_OF = f"{CHATS} IN (SELECT value FROM json_each(?))"
CHATS_AFTER = f"{CHATS} > ? ORDER BY conversations.id LIMIT ?"
SAID = (
    "SELECT author, count(*) AS number, min(at) AS first, max(at) AS last FROM messages "
    f"WHERE conversation_id = ? AND at >= ? AND at < ? AND {_COUNTED} GROUP BY author"
)
INVOICES = (
    "SELECT finance_invoices.id, issued_at, kind, number, finance_clients.name, document, due_on, "
    "total, paid, credited, finance_invoices.status AS state FROM finance_invoices "
    "JOIN finance_clients ON finance_clients.id = client_id "
    "WHERE issued_at >= ? AND (issued_at, finance_invoices.id) < (?, ?) "
    "ORDER BY issued_at DESC, finance_invoices.id DESC LIMIT ?"
)
COUNT_INVOICES = "SELECT count(*) FROM finance_invoices WHERE issued_at >= ? AND issued_at < ?"
PAYMENTS = (
    "SELECT finance_payments.id, at, finance_clients.name, finance_invoices.kind, "
    "finance_invoices.number, amount, method, state FROM finance_payments "
    "LEFT JOIN finance_clients ON finance_clients.id = finance_payments.client_id "
    "LEFT JOIN finance_invoices ON finance_invoices.id = finance_payments.invoice_id "
    "WHERE at >= ? AND (at, finance_payments.id) < (?, ?) "
    "ORDER BY at DESC, finance_payments.id DESC LIMIT ?"
)
COUNT_PAYMENTS = "SELECT count(*) FROM finance_payments WHERE at >= ? AND at < ?"


class ReportRows:
    """Reads the tables of conversations and of finance."""

    def __init__(self, database: Path) -> None:
        self._sql = connect(database, read_only=True)
        self._chats: dict[str, sqlite3.Row] = {}
        self._names: Mapping[str, str] | None = None

    def agents(self) -> Mapping[str, str]:
        """Return the names of agents."""
        if self._names is None:
            rows = self._sql.execute("SELECT id, name FROM agents")
            self._names = {row["id"]: row["name"] for row in rows}
        return self._names

    def messages_total(self, asked: Asked) -> int:
        """Return how many messages are looked at."""
        return sum(
            self._count(COUNT_MESSAGES, agent, asked.start, asked.end)
            for agent in self._agents(asked)
        )

    def messages(self, asked: Asked) -> Iterator[Row | None]:
        """Yield messages in order of time, whichever agent they were for."""
        streams = [self._of_agent(agent, asked) for agent in self._agents(asked)]
        for _, row in heapq.merge(*streams, key=lambda pair: pair[0]):
            yield row

    def conversations_total(self, asked: Asked) -> int:
        """Return how many conversations are looked at."""
        _ = asked
        return self._count("SELECT count(*) FROM conversations")

    def conversations(self, asked: Asked) -> Iterator[Row | None]:
        """Yield conversations with something said in the period."""
        after = ""
        while rows := self._sql.execute(CHATS_AFTER, (after, BATCH)).fetchall():
            after = rows[-1]["id"]
            for chat in rows:
                yield self._conversation(chat, asked) if _wanted(chat, asked) else None

    def invoices_total(self, asked: Asked) -> int:
        """Return how many invoices were issued in the period."""
        return self._count(COUNT_INVOICES, asked.start, asked.end)

    def invoices(self, asked: Asked) -> Iterator[Row | None]:
        """Yield invoices and credit notes, newest first."""
        for row in self._backwards(INVOICES, "issued_at", asked):
            note = row["kind"] == "credit_note"
            balance = 0 if note else max(0, row["total"] - row["paid"] - row["credited"])
            yield (
                _label(row["kind"], row["number"]),
                row["kind"],
                row["name"],
                row["document"],
                row["issued_at"],
                row["due_on"],
                row["total"],
                row["paid"],
                row["credited"],
                balance,
                row["state"],
            )

    def payments_total(self, asked: Asked) -> int:
        """Return how many payments there are in the period."""
        return self._count(COUNT_PAYMENTS, asked.start, asked.end)

    def payments(self, asked: Asked) -> Iterator[Row | None]:
        """Yield payments, newest first."""
        for row in self._backwards(PAYMENTS, "at", asked):
            label = None if row["number"] is None else _label(row["kind"], row["number"])
            yield (row["at"], row["name"], label, row["amount"], row["method"], row["state"])

    def _agents(self, asked: Asked) -> list[str]:
        if asked.filters.agent_id is not None:
            return [asked.filters.agent_id]
        return [row["id"] for row in self._sql.execute(AGENTS)]

    def _of_agent(self, agent: str, asked: Asked) -> Iterator[tuple[tuple[str, int], Row | None]]:
        key: tuple[str, int] = (asked.start, -1)
        name = self.agents().get(agent, agent)
        while rows := self._sql.execute(MESSAGES, (agent, *key, asked.end, BATCH)).fetchall():
            self._learn({row["conversation_id"] for row in rows})
            for row in rows:
                yield (row["at"], row["number"]), self._message(row, name, asked)
            key = (rows[-1]["at"], rows[-1]["number"])

    def _message(self, row: sqlite3.Row, agent: str, asked: Asked) -> Row | None:
        chat = self._chats[row["conversation_id"]]
        if row["kind"] in {"reaction", "edit", "revoke"} or not _wanted(chat, asked):
            return None
        return (
            row["at"],
            row["conversation_id"],
            chat["name"],
            chat["phone"],
            agent,
            row["session_id"],
            chat["owner"],
            row["author"],
            row["kind"],
            "" if row["revoked"] else row["text"],
            row["state"],
            row["id"],
        )

    def _learn(self, wanted: set[str]) -> None:
        """Have the chats of a batch at hand; very many are not kept."""
        unknown = [one for one in wanted if one not in self._chats]
        if len(self._chats) + len(unknown) > CHATS_KEPT:
            self._chats.clear()
            unknown = list(wanted)
        if unknown:
            for row in self._sql.execute(CHATS_OF, (orjson.dumps(unknown).decode(),)):
                self._chats[row["id"]] = row

    def _conversation(self, chat: sqlite3.Row, asked: Asked) -> Row | None:
        said = self._sql.execute(SAID, (chat["id"], asked.start, asked.end)).fetchall()
        if not said:
            return None
        counts = {row["author"]: row["number"] for row in said}
        return (
            chat["id"],
            chat["name"],
            chat["phone"],
            self.agents().get(chat["agent_id"], chat["agent_id"]),
            chat["session_id"],
            chat["owner"],
            counts.get("contact", 0),
            counts.get("bot", 0),
            sum(counts.get(name, 0) for name in PEOPLE),
            min(row["first"] for row in said),
            max(row["last"] for row in said),
        )

    def _backwards(self, query: str, by: str, asked: Asked) -> Iterator[sqlite3.Row]:
        key = (asked.end, "")
        read = partial(self._sql.execute, query)
        while rows := read((asked.start, *key, BATCH)).fetchall():
            yield from rows
            key = (rows[-1][by], rows[-1]["id"])

    def _count(self, query: str, *given: Any) -> int:
        return int(self._sql.execute(query, given).fetchone()[0])


def _wanted(chat: sqlite3.Row, asked: Asked) -> bool:
    wish = asked.filters
    return (
        wish.owner in {None, chat["owner"]}
        and wish.session_id in {None, chat["session_id"]}
        and wish.agent_id in {None, chat["agent_id"]}
    )


def _label(kind: str, number: int) -> str:
    return f"{'F' if kind == 'invoice' else 'NC'}-{number:06d}"
