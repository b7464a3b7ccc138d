"""The transport of real boxes: aiohttp."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

import aiohttp

from sync.ports import Reply, TransportError

TIMEOUT_S = 60.0
CHUNK = 256 * 1024
MAX_RESPONSE = 8 * 1024 * 1024


class HttpTransport:
    """Sends to one control plane. The session is the caller's."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    async def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Return the response, whatever its status. Raises TransportError when none came."""
        try:
            async with self._session.request(
                method,
                self._base + path,
                headers=headers,
                data=BytesIO(body) if body else None,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                content = await response.content.read(MAX_RESPONSE + 1)
                while not response.content.at_eof() and len(content) <= MAX_RESPONSE:
                    content += await response.content.read(MAX_RESPONSE + 1)
                names = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status, content, names)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransportError(type(error).__name__) from error

    @asynccontextmanager
    async def receive(
        self, path: str, headers: dict[str, str]
    ) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        """Open a download: its status, and its content as it comes. Raises TransportError."""
        timeout = aiohttp.ClientTimeout(sock_connect=self._timeout.total, sock_read=TIMEOUT_S)
        try:
            async with self._session.get(
                self._base + path, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                yield response.status, response.content.iter_chunked(CHUNK)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TransportError(type(error).__name__) from error
