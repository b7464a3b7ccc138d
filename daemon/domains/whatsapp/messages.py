"""Sending for people and programs: check, store the file, write the message down, queue it."""

import asyncio
import base64
import binascii
import hashlib
import mimetypes
import os
from pathlib import Path

from config.settings import MEBIBYTE, Whatsapp
from daemon.infra.database import Connection, Database
from daemon.kernel.errors import BadInputError, TooLargeError

from .domain import Composed, NewContent, OutgoingMedia
from .ports import Compose
from .service import Sessions

KINDS = {"image": "image", "video": "video", "audio": "audio"}


class Messages:
    """The way out for whoever is not the bot."""

    def __init__(
        self,
        database: Database,
        numbers: Sessions,
        settings: Whatsapp,
        media: Path,
        *,
        compose: Compose,
    ) -> None:
        self._db, self._numbers, self._settings = database, numbers, settings
        self._media, self._compose = media, compose

    async def send(
        self, agent_id: str, *, to: str, content: NewContent, session_id: str | None
    ) -> Composed:
        """Queue a message; its ids are known before it is sent."""
        limit = self._settings.max_message_chars
        if len(content.text) > limit:
            raise BadInputError(
                field="text",
                problem=f"is over the limit of {limit} characters",
                problem_pt=f"passa do limite de {limit} caracteres",
            )
        session = await self._numbers.speaker(agent_id, session_id)

        def commit(tx: Connection) -> Composed:
            return self._compose(
                tx, agent_id=agent_id, session_id=session.id, to=to, content=content
            )

        return await self._db.write(commit)

    async def keep(
        self, data: bytes, *, mime: str | None, name: str | None, voice: bool, seconds: int | None
    ) -> tuple[str, OutgoingMedia]:
        """Write a file to send into the media folder; return its kind and where it lies."""
        limit = self._settings.max_media_mb * MEBIBYTE
        if len(data) > limit:
            raise TooLargeError(field="media", what="media", limit=f"{limit} bytes")
        if not data:
            raise BadInputError(field="media", problem="is empty", problem_pt="está vazio")
        mime = mime or mimetypes.guess_type(name or "")[0] or "application/octet-stream"
        kind = "audio" if voice else KINDS.get(mime.partition("/")[0], "document")
        path = await asyncio.to_thread(_store, self._media / "outgoing", data, mime)
        media = OutgoingMedia(path=str(path), mime=mime, name=name, seconds=seconds, ptt=voice)
        return kind, media


def decoded(text: str) -> bytes:
    """Decode base64, or raise naming the field."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadInputError(
            field="media.base64", problem="is not base64", problem_pt="não é base64"
        ) from None


def _store(folder: Path, data: bytes, mime: str) -> Path:
    """Write the bytes under their hash, for the owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    suffix = mimetypes.guess_extension(mime) or ".bin"
    path = folder / f"{hashlib.sha256(data).hexdigest()}{suffix}"
    if not path.exists():
        partial = path.with_suffix(f".{os.getpid()}.part")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    return path
