"""The API of access and what a test needs beside it."""

from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from daemon.domains.auth.parts import AuthParts
from daemon.infra.database import Database
from daemon.kernel.clock import FakeClock

TENANT = "acme"
PASSWORD = "quatro palavras ao acaso"


@dataclass
class Box:
    """The API of access and what a test needs beside it."""

    http: TestClient[Any, Any]
    auth: AuthParts
    clock: FakeClock
    db: Database

    async def call(
        self, method: str, path: str, *, token: str | None = None, **options: Any
    ) -> tuple[int, Any]:
        """Send a request without cookies; return the status and the JSON."""
        headers = {"x-tenant-id": TENANT, **options.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        response = await self.http.request(method, path, headers=headers, **options)
        self.http.session.cookie_jar.clear()
        return response.status, await body(response)

    async def set_up(self) -> dict[str, Any]:
        """Make the first owner, maria; return the login."""
        link = await self.auth.accounts.setup_link("http://box")
        assert link is not None
        wanted = {
            "token": link.partition("token=")[2],
            "name": "Maria",
            "username": "maria",
            "password": PASSWORD,
        }
        status, login = await self.call("POST", "/auth/setup", json=wanted)
        assert status == 201
        return dict(login)

    async def login(self, username: str = "maria", password: str = PASSWORD) -> tuple[int, Any]:
        """Sign in."""
        return await self.call(
            "POST", "/auth/login", json={"username": username, "password": password}
        )


async def body(response: ClientResponse) -> Any:
    return await response.json(content_type=None) if await response.read() else None
