"""The account of what leaves the box: who counts, and whom the settings let it talk to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from daemon.domains.system.egress_routes import EGRESS, Destination, Leaving
from daemon.infra.egress import Egress
from sync.http import HttpTransport
from sync.ports import Reply

from .ground import Ground
from .part import Part

WHATSAPP = "web.whatsapp.com"


class CountedTransport:
    """The sync's way out, with every byte of content noted."""

    def __init__(self, inner: HttpTransport, url: str, egress: Egress) -> None:
        self._inner, self._egress = inner, egress
        self._host = urlsplit(url).hostname or ""

    async def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Send, and note it whether an answer comes or not."""
        received = 0
        try:
            reply = await self._inner.send(method, path, headers, body)
            received = len(reply.body)
        finally:
            self._egress.note(self._host, "sync", sent=len(body), received=received)
        return reply

    @asynccontextmanager
    async def receive(
        self, path: str, headers: dict[str, str]
    ) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        """Open a download, and note what came of it."""
        came = 0

        async def counted(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
            nonlocal came
            async for chunk in chunks:
                came += len(chunk)
                yield chunk

        try:
            async with self._inner.receive(path, headers) as (status, chunks):
                yield status, counted(chunks)
        finally:
            self._egress.note(self._host, "sync", sent=0, received=came)


def egress(base: Ground) -> Part:
    """Return what the routes need."""
    settings = base.settings
    language, retrieval = settings.models.language, settings.models.retrieval
    named = (
        (settings.sync.url, "sync", bool(settings.sync.url), True),
        (settings.mail.host, "mail", bool(settings.mail.host), True),
        (WHATSAPP, "whatsapp", settings.whatsapp.enabled, False),
        (language.base_url, "language", language.engine == "openai", False),
        (retrieval.base_url, "retrieval", retrieval.embedder == "openai", False),
        (retrieval.chroma_host, "retrieval", bool(retrieval.chroma_host), False),
        (settings.finance.provider_url, "payments", settings.finance.provider != "none", False),
    )
    found = tuple(
        Destination(_host(address), purpose, on, counted)
        for address, purpose, on, counted in named
        if address
    )
    return Part({EGRESS: Leaving(base.egress, found)})


def _host(address: str) -> str:
    return (urlsplit(address).hostname if "//" in address else address) or address
