"""Conversations as the page and the API use them."""

import asyncio
from pathlib import Path
from typing import Any

from daemon.infra.database import Connection, Database
from daemon.kernel.pages import Page

from .domain import (
    MAX_TEXT,
    Author,
    BadMessageError,
    Conversation,
    Media,
    Message,
    MessageNotFoundError,
    NothingAnsweredError,
)
from .outgoing import Outgoing
from .owners import Happening, Owner
from .ownership import Ownership
from .store import messages, threads, traces

WISHES = {
    Owner.BOT: Happening.RETURNED,
    Owner.HUMAN: Happening.TAKEN,
    Owner.WAITING: Happening.PERSON_ASKED_FOR,
    Owner.CLOSED: Happening.CLOSED,
}


class Conversations:
    """The inbox: read, answer, take over, give back."""

    def __init__(
        self, database: Database, ownership: Ownership, outgoing: Outgoing, media_root: Path
    ) -> None:
        self._db, self._ownership, self._outgoing = database, ownership, outgoing
        self._media_root = media_root

    async def page(
        self,
        *,
        agent_id: str | None,
        owner: str | None,
        search: str | None,
        cursor: str | None,
        limit: int,
    ) -> Page[Conversation]:
        """List conversations, the latest first."""
        found = await self._db.read(
            lambda tx: threads.listed(
                tx, agent_id=agent_id, owner=owner, search=search, cursor=cursor, limit=limit
            )
        )
        return Page.of(found, limit, threads.cursor_of)

    async def get(self, conversation_id: str) -> Conversation:
        """Return a conversation."""
        return await self._db.read(lambda tx: threads.get(tx, conversation_id))

    async def thread(self, conversation_id: str, cursor: str | None, limit: int) -> Page[Message]:
        """List the messages of a conversation, newest first."""

        def query(tx: Connection) -> list[Message]:
            threads.get(tx, conversation_id)
            return messages.thread(tx, conversation_id, cursor, limit)

        return Page.of(await self._db.read(query), limit, messages.cursor_of)

    async def say(self, conversation_id: str, text: str) -> Message:
        """Let an operator speak; the chat is a person's from then on."""
        if len(text) > MAX_TEXT:
            raise BadMessageError(
                field="text",
                problem=f"is over the limit of {MAX_TEXT} characters",
                problem_pt=f"passa do limite de {MAX_TEXT} caracteres",
            )

        def commit(tx: Connection) -> Message:
            conversation = threads.get(tx, conversation_id)
            conversation = self._ownership.happened(tx, conversation, Happening.OPERATOR_WROTE)
            messages.settle(tx, conversation_id)
            return self._outgoing.compose(tx, conversation, author=Author.OPERATOR, text=text)

        return await self._db.write(commit)

    async def hand_to(self, conversation_id: str, owner: Owner) -> Conversation:
        """Give the chat to the bot, to a person, to the queue, or close it."""

        def commit(tx: Connection) -> Conversation:
            conversation = threads.get(tx, conversation_id)
            if owner is Owner.WAITING and conversation.owner is Owner.HUMAN:
                conversation = self._ownership.happened(tx, conversation, Happening.RETURNED)
            return self._ownership.happened(tx, conversation, WISHES[owner])

        return await self._db.write(commit)

    async def seen(self, conversation_id: str) -> Conversation:
        """Note that an operator has read the conversation."""

        def commit(tx: Connection) -> Conversation:
            threads.get(tx, conversation_id)
            threads.touch(tx, conversation_id, unread=0)
            conversation = threads.get(tx, conversation_id)
            self._ownership.tell(tx, conversation)
            return conversation

        return await self._db.write(commit)

    async def media(self, message_id: str) -> tuple[Media, Path]:
        """Return a message's file; only files below the media folder are ever given out."""
        message = await self._db.read(lambda tx: messages.get(tx, message_id))
        if message.media is None:
            raise MessageNotFoundError(id=message_id)
        path = await asyncio.to_thread(self._inside, message.media.path)
        if path is None:
            raise MessageNotFoundError(id=message_id)
        return message.media, path

    async def trace(self, trace_id: str) -> dict[str, Any]:
        """Return why an answer was given."""
        return await self._db.read(lambda tx: traces.get(tx, trace_id))

    async def last_trace(self, agent_id: str) -> dict[str, Any]:
        """Return the trace of an agent's last answer; raises NothingAnsweredError."""
        found = await self._db.read(lambda tx: traces.last(tx, agent_id))
        if found is None:
            raise NothingAnsweredError(id=agent_id)
        return found

    async def figures(self, agent_id: str) -> dict[str, Any]:
        """Return how many chats each owner has, and how many messages wait for an answer."""
        return await self._db.read(lambda tx: threads.figures(tx, agent_id))

    def _inside(self, name: str) -> Path | None:
        root = self._media_root.resolve()
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
