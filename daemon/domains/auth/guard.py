"""Who sent a request: a bearer token first, then the session cookie of the page."""

from urllib.parse import urlsplit

from aiohttp import web

from daemon.web.auth import Identity

from .domain import TokenInvalidError
from .keys import ApiKeys
from .sessions import Sessions
from .tokens import API_KEY_START

COOKIE = "nextagent_session"


class Guard:
    """All decisions on identity. `identify` is what `daemon.web.routing.mount` takes."""

    def __init__(self, sessions: Sessions, keys: ApiKeys, *, public_url: str | None = None) -> None:
        self._sessions, self._keys = sessions, keys
        self._public = urlsplit(public_url).netloc if public_url else None

    async def identify(self, request: web.Request) -> Identity | None:
        """Return who asks; None without a proof. Raises UnauthorizedError on a bad one."""
        found = await self.with_session(request)
        return None if found is None else found[0]

    async def with_session(self, request: web.Request) -> tuple[Identity, str | None] | None:
        """Return who asks and the session they use; API keys have none."""
        header = request.headers.get("Authorization")
        if header is not None:
            scheme, _, token = header.partition(" ")
            token = token.strip()
            if scheme.lower() != "bearer" or not token:
                raise TokenInvalidError
            if token.startswith(API_KEY_START):
                return await self._keys.identify(token), None
            return await self._sessions.by_access_token(token)
        cookie = request.cookies.get(COOKIE)
        if cookie is None or not self._from_our_page(request):
            return None
        return await self._sessions.by_cookie(cookie)

    def _from_our_page(self, request: web.Request) -> bool:
        """Refuse a cookie sent by another page of this machine: ports share cookies."""
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        try:
            return urlsplit(origin).netloc in {request.host, self._public}
        except ValueError:
            return False


def is_secure(request: web.Request) -> bool:
    """Say whether the browser reached us over TLS, ours or that of a proxy on this machine."""
    return request.secure or request.headers.get("X-Forwarded-Proto") == "https"
