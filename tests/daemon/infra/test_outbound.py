"""Nothing that a person can type makes the box connect to its inside: counted at a real socket."""

import asyncio
import gzip
import ipaddress
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from daemon.infra.addresses import Allowed, is_public
from daemon.infra.outbound import (
    Failure,
    Outbound,
    OutboundFailedError,
    OutboundRefusedError,
    Refusal,
)
from tests.daemon.infra.ssrf_vectors import HOSTS, INSIDE, SHAPES

BOX = ("127.0.0.1", "127.0.0.2", "127.0.1.1", "127.127.127.127", "127.255.255.254")


@dataclass
class Ear:
    """A listening socket that counts who connects."""

    port: int = 0
    connected: int = 0
    heard: list[bytes] = field(default_factory=list)
    answer: bytes = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected += 1
        self.heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@pytest.fixture
async def inside() -> AsyncIterator[Ear]:
    """The inside of the box: addresses of this machine, IPv4 and IPv6, on one port."""
    ear = Ear()
    first = await asyncio.start_server(ear.hear, BOX[0])
    ear.port = first.sockets[0].getsockname()[1]
    others = [await asyncio.start_server(ear.hear, host, ear.port) for host in (*BOX[1:], "::1")]
    yield ear
    for server in (first, *others):
        server.close()


@pytest.fixture
async def outside(inside: Ear) -> AsyncIterator[Ear]:
    """Stands for the internet: another address, which the tests' clients are allowed to reach.

    Its port is the inside's: only the address tells them apart.
    """
    ear = Ear(inside.port)
    server = await asyncio.start_server(ear.hear, "127.9.9.9", inside.port)
    async with server:
        yield ear


class Names:
    """A name server that answers each question with the next of its answers."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, _: str, __: int) -> Sequence[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


async def refused(client: Outbound, url: str) -> None:
    """A name that nobody knows is no way in either."""
    with pytest.raises((OutboundRefusedError, OutboundFailedError)) as caught:
        await client.request("GET", url, timeout_s=3)
    if isinstance(caught.value, OutboundFailedError):
        assert caught.value.reason is Failure.DNS, url


async def test_no_spelling_of_an_inside_address_is_connected_to(inside: Ear) -> None:
    vectors = [
        *(f"http://{host}:{inside.port}/" for host in HOSTS),
        *(f"http://{f'[{text}]' if ':' in text else text}:{inside.port}/x" for text in INSIDE),
        *(shape.format(port=inside.port) for shape in SHAPES),
    ]
    client = Outbound()

    for url in vectors:
        await refused(client, url)

    assert len(set(vectors)) >= 200
    assert inside.connected == 0


@pytest.mark.parametrize("place", ["alone", "first", "last"])
async def test_a_name_that_stands_for_an_inside_address_is_refused(inside: Ear, place: str) -> None:
    """Even if some of its addresses are public ones: those are not connected to, either."""
    public = ["93.184.216.34", "2606:2800:220:1::1"]
    for text in INSIDE:
        answer = {"alone": [text], "first": [text, *public], "last": [*public, text]}[place]
        client = Outbound(lookup=Names(answer))
        with pytest.raises(OutboundRefusedError) as caught:
            await client.request("GET", f"http://hooks.example:{inside.port}/")
        assert caught.value.reason is Refusal.ADDRESS, text

    assert inside.connected == 0


async def test_a_name_that_changes_its_answer_is_asked_once_and_pinned(
    inside: Ear, outside: Ear
) -> None:
    names = Names(["127.9.9.9"], ["127.0.0.1"])
    client = Outbound(["127.9.9.9"], lookup=names)

    reply = await client.request("POST", f"http://hooks.example:{outside.port}/in", body=b"{}")

    assert reply.status == 204
    assert (names.asked, outside.connected, inside.connected) == (1, 1, 0)
    assert f"Host: hooks.example:{outside.port}".encode() in outside.heard[0]
    with pytest.raises(OutboundRefusedError):
        await client.request("POST", f"http://hooks.example:{outside.port}/in", body=b"{}")
    assert inside.connected == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_is_not_followed(
    inside: Ear, outside: Ear, status: int
) -> None:
    where = f"http://127.0.0.1:{inside.port}/"
    outside.answer = (
        f"HTTP/1.1 {status} Moved\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    client = Outbound(["127.9.9.9"])

    reply = await client.request("GET", f"http://127.9.9.9:{outside.port}/")

    assert (reply.status, reply.headers["location"]) == (status, where)
    assert (outside.connected, inside.connected) == (1, 0)


async def test_proxies_of_the_environment_are_not_asked(
    inside: Ear, outside: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{inside.port}")

    await Outbound(["127.9.9.9"]).request("GET", f"http://127.9.9.9:{outside.port}/")

    assert (outside.connected, inside.connected) == (1, 0)


async def test_the_owner_lets_a_host_of_the_lan_through_but_never_the_box_itself() -> None:
    allowed = Allowed(["erp.local", "192.168.7.0/24"])

    assert allowed.reachable("erp.local", ipaddress.ip_address("10.0.0.9"))
    assert allowed.reachable("ERP.local.", ipaddress.ip_address("fd00::9"))
    assert allowed.reachable("any.example", ipaddress.ip_address("192.168.7.3"))
    for text in ("127.0.0.1", "169.254.169.254", "::1", "0.0.0.0", "224.0.0.1"):  # noqa: S104 - an address to refuse
        assert not allowed.reachable("erp.local", ipaddress.ip_address(text)), text
    assert not allowed.reachable("other.local", ipaddress.ip_address("10.0.0.9"))
    with pytest.raises(ValueError, match="neither"):
        Allowed(["300.1.2.3"])


def test_public_addresses_are_public() -> None:
    for text in ("1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "172.32.0.1"):
        assert is_public(ipaddress.ip_address(text)), text


@pytest.mark.parametrize(
    "headers",
    [{"Host": "x"}, {"Content-Length": "0"}, {"X-A": "1\r\nHost: x"}, {"a b": "x"}, {"": "x"}],
)
async def test_headers_that_redirect_or_split_a_request_are_refused(
    outside: Ear, headers: dict[str, str]
) -> None:
    with pytest.raises(OutboundRefusedError) as caught:
        await Outbound(["127.9.9.9"]).request(
            "GET", f"http://127.9.9.9:{outside.port}/", headers=headers
        )
    assert (caught.value.field, outside.connected) == ("headers", 0)


async def test_an_answer_is_bounded_in_size_and_time() -> None:
    async def long(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 5000)

    async def bomb(_: web.Request) -> web.Response:
        return web.Response(
            body=gzip.compress(b"0" * 5_000_000), headers={"Content-Encoding": "gzip"}
        )

    async def packed(_: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(b'{"ok":1}'), headers={"Content-Encoding": "gzip"})

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    app = web.Application()
    for name, handler in (("long", long), ("bomb", bomb), ("packed", packed), ("slow", slow)):
        app.router.add_get(f"/{name}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    client = Outbound(["127.0.0.1/32"])

    for path, reason in (("long", Failure.TOO_LARGE), ("bomb", Failure.TOO_LARGE)):
        with pytest.raises(OutboundFailedError) as caught:
            await client.request("GET", f"{base}/{path}", max_bytes=4999)
        assert caught.value.reason is reason
    with pytest.raises(OutboundFailedError) as caught:
        await client.request("GET", f"{base}/slow", timeout_s=0.2)
    assert caught.value.reason is Failure.TIMEOUT
    reply = await client.request("GET", f"{base}/packed")
    assert reply.body == b'{"ok":1}'
    await runner.cleanup()


async def test_tls_names_the_host_and_a_wrong_certificate_is_no_answer(tmp_path: Path) -> None:
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(await asyncio.to_thread(a_certificate, tmp_path))
    context.sni_callback = lambda _, name, __: names.append(name)

    async def hear(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hear, "127.9.9.9", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    client = Outbound(["127.9.9.9"], lookup=Names(["127.9.9.9"]))
    async with server:
        with pytest.raises(OutboundFailedError) as caught:
            await client.request("GET", f"https://hooks.example:{port}/")

    assert (names, caught.value.reason) == (["hooks.example"], Failure.TLS)


def a_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
