"""HTTP to addresses that people typed in, and never to the inside of the box or its LAN.

Every address that a name stands for is checked, and the connection goes to an address that was
checked: a name that changes its answer between the check and the connection gains nothing. The
name itself stays in TLS and in the `Host` header. Redirects are answers, not instructions.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from daemon.kernel.errors import NextAgentError

from .addresses import Address, Allowed

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host, as text."""

MAX_URL = 2048
MAX_PORT = 65_535
CONNECT_S = 5.0
CHUNK = 64 * 1024
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
# Headers that say where a request goes or where it ends are made here, from the address.
OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class Refusal(StrEnum):
    """Why nothing was connected to."""

    ADDRESS = "address"
    SCHEME = "scheme"
    USERINFO = "userinfo"
    URL = "url"
    METHOD = "method"
    HEADERS = "headers"


class Failure(StrEnum):
    """Why there is no answer."""

    TIMEOUT = "timeout"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    PROTOCOL = "protocol"
    TOO_LARGE = "too_large"


WORDS = {
    Refusal.ADDRESS: (
        "it is an inside address; the setting outbound.allow lets LAN networks and hosts through",
        "é um endereço interno; a configuração outbound.allow libera redes e máquinas da LAN",
    ),
    Refusal.SCHEME: (
        "it must begin with http:// or https://",
        "deve começar com http:// ou https://",
    ),
    Refusal.USERINFO: (
        "it must hold no user or password",
        "não pode conter usuário ou senha",
    ),
    Refusal.URL: ("it is not a valid address", "não é um endereço válido"),
    Refusal.METHOD: ("the method is not allowed", "o método não é permitido"),
    Refusal.HEADERS: ("a header is not allowed", "um cabeçalho não é permitido"),
}


class OutboundRefusedError(NextAgentError):
    """The box does not send there; nothing was connected to."""

    code = "outbound_refused"
    status = 400
    template = "{name}: the box does not send there: {words}."
    template_pt = "{name}: a caixa não envia para lá: {words_pt}."

    def __init__(self, reason: Refusal, *, name: str = "url") -> None:
        """`name` is the input that holds the address."""
        words, words_pt = WORDS[reason]
        super().__init__(field=name, name=name, words=words, words_pt=words_pt)
        self.reason = reason


class OutboundFailedError(NextAgentError):
    """The other side could not be reached, or did not answer as HTTP should."""

    code = "outbound_failed"
    status = 502
    template = "The other side did not answer: {reason}."
    template_pt = "O outro lado não respondeu: {reason}."

    def __init__(self, reason: Failure) -> None:
        super().__init__(reason=reason.value)
        self.reason = reason


PURPOSE = "integrations"


class Noted(Protocol):
    """Hears of an exchange."""

    def __call__(self, host: str, purpose: str, *, sent: int, received: int = 0) -> None:
        """Count it."""


@dataclass(frozen=True)
class Reply:
    """An answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Outbound:
    """A client without memory: no cookies, no proxy, no connection kept for later."""

    def __init__(
        self,
        allow: Sequence[str] = (),
        *,
        lookup: Lookup | None = None,
        noted: Noted | None = None,
    ) -> None:
        """`allow` are networks and hosts of the LAN that may be reached. Raises ValueError.

        `noted` hears of each exchange: host, purpose, bytes sent and received.
        """
        self._noted = noted
        self._allowed = Allowed(allow)
        self._lookup = lookup or _system_lookup

    def check(self, url: str, *, name: str = "url") -> URL:
        """Return the address, if its text alone does not speak against it.

        Asks no name server: what a name stands for is checked at each request.
        Raises OutboundRefusedError naming `name`.
        """
        parsed = _parsed(url, name)
        with contextlib.suppress(ValueError):
            literal = ipaddress.ip_address(parsed.raw_host or "")
            if not self._allowed.reachable(str(literal), literal):
                raise OutboundRefusedError(Refusal.ADDRESS, name=name)
        return parsed

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_s: float = 10.0,
        max_bytes: int = 1 << 20,
    ) -> Reply:
        """Send a request and return whatever status comes back, redirects included.

        Raises OutboundRefusedError before anything is connected to, OutboundFailedError when no
        whole answer of at most `max_bytes` came within `timeout_s`.
        """
        target, sent = self.check(url), _headers(headers or {})
        if method.upper() not in METHODS:
            raise OutboundRefusedError(Refusal.METHOD)
        received = 0
        try:
            reply = await self._exchange(
                method, target, sent, body, timeout_s=timeout_s, max_bytes=max_bytes
            )
            received = len(reply.body)
        except OutboundFailedError:
            self._note(target, body, received)
            raise
        self._note(target, body, received)
        return reply

    def _note(self, target: URL, body: bytes | None, received: int) -> None:
        if self._noted is not None:
            self._noted(target.host or "", PURPOSE, sent=len(body or b""), received=received)

    async def _exchange(
        self,
        method: str,
        target: URL,
        sent: Mapping[str, str],
        body: bytes | None,
        *,
        timeout_s: float,
        max_bytes: int,
    ) -> Reply:
        gate = _Gate(self._allowed, self._lookup)
        connector = aiohttp.TCPConnector(
            resolver=gate, use_dns_cache=False, force_close=True, socket_factory=gate.socket
        )
        timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(CONNECT_S, timeout_s))
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=timeout,
                    trust_env=False,
                    auto_decompress=False,
                ) as session,
                session.request(
                    method.upper(), target, headers=sent, data=body, allow_redirects=False
                ) as response,
            ):
                return await _reply(response, max_bytes)
        except TimeoutError as error:
            raise OutboundFailedError(Failure.TIMEOUT) from error
        except aiohttp.InvalidURL as error:
            raise OutboundRefusedError(Refusal.URL) from error
        except aiohttp.ClientConnectorDNSError as error:
            raise OutboundFailedError(Failure.DNS) from error
        except (aiohttp.ClientSSLError, ssl.SSLError) as error:
            raise OutboundFailedError(Failure.TLS) from error
        except (aiohttp.ClientConnectionError, OSError) as error:
            raise OutboundFailedError(Failure.CONNECT) from error
        except (aiohttp.ClientError, zlib.error) as error:
            raise OutboundFailedError(Failure.PROTOCOL) from error
        except ValueError as error:  # aiohttp's word for a header or an address it cannot write
            raise OutboundRefusedError(Refusal.URL) from error


class _Gate(AbstractResolver):
    """Guards one request: resolves its host, and makes its sockets only to what it let pass."""

    def __init__(self, allowed: Allowed, lookup: Lookup) -> None:
        self._allowed, self._lookup = allowed, lookup
        self._passed: set[Address] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return addresses that may be reached; one that may not spoils them all."""
        found = [
            ipaddress.ip_address(text.partition("%")[0]) for text in await self._lookup(host, port)
        ]
        if not all(self._allowed.reachable(host, address) for address in found):
            raise OutboundRefusedError(Refusal.ADDRESS)
        if not found:
            raise OSError(None, "no address")
        self._passed.update(found)
        return [_result(host, address, port) for address in found if _fits(address, family)]

    def socket(self, info: Any) -> socket.socket:
        """Make the socket of one connection: the last gate, whatever chose the address."""
        family, kind, protocol, _, target = info
        address = ipaddress.ip_address(str(target[0]).partition("%")[0])
        if address not in self._passed and not self._allowed.reachable(str(address), address):
            raise PermissionError(str(address))
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        """Keep nothing, close nothing."""


def _fits(address: Address, family: int) -> bool:
    return family in (socket.AF_UNSPEC, _family(address))


def _family(address: Address) -> socket.AddressFamily:
    return socket.AF_INET if isinstance(address, ipaddress.IPv4Address) else socket.AF_INET6


def _result(host: str, address: Address, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=str(address),
        port=port,
        family=_family(address),
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


async def _system_lookup(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def _parsed(url: str, name: str) -> URL:
    """Read an address strictly: what parsers read differently is no address at all."""
    odd = not url.isprintable() or any(sign in url for sign in " \\")
    if odd or len(url) > MAX_URL:
        raise OutboundRefusedError(Refusal.URL, name=name)
    try:
        parsed = URL(url)
        port, host = parsed.port, parsed.raw_host
    except (ValueError, UnicodeError):
        raise OutboundRefusedError(Refusal.URL, name=name) from None
    if parsed.scheme not in {"http", "https"}:
        raise OutboundRefusedError(Refusal.SCHEME, name=name)
    if "@" in (parsed.raw_authority or ""):
        raise OutboundRefusedError(Refusal.USERINFO, name=name)
    if not host or port is None or not 1 <= port <= MAX_PORT or "%" in host:
        raise OutboundRefusedError(Refusal.URL, name=name)
    return parsed


def _headers(given: Mapping[str, str]) -> dict[str, str]:
    for name, value in given.items():
        token = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
        if not token or name.lower() in OURS or any(sign in value for sign in "\r\n\0"):
            raise OutboundRefusedError(Refusal.HEADERS, name="headers")
    return {"User-Agent": "box", **given, "Accept-Encoding": "gzip, deflate"}


async def _reply(response: aiohttp.ClientResponse, limit: int) -> Reply:
    body = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > limit:
            raise OutboundFailedError(Failure.TOO_LARGE)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status, headers, _unpacked(bytes(body), headers, limit))


def _unpacked(body: bytes, headers: Mapping[str, str], limit: int) -> bytes:
    """Unpack gzip and deflate up to the limit: a small answer cannot grow into a large one."""
    if not body or headers.get("content-encoding", "").lower() not in {"gzip", "deflate"}:
        return body
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    plain = unpacker.decompress(body, limit + 1)
    if len(plain) > limit:
        raise OutboundFailedError(Failure.TOO_LARGE)
    return plain
