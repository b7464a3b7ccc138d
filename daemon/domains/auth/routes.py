"""Routes of access: set-up, login, tokens, API keys, users."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from daemon.infra.desired import image_of
from daemon.kernel.errors import NotFoundError, RateLimitedError, UnauthorizedError
from daemon.kernel.pages import Page
from daemon.web.address import address_of
from daemon.web.assets import STATIC
from daemon.web.auth import Identity
from daemon.web.routing import Call, Routes, to_json
from daemon.web.schema import ListQuery

from .domain import LastOwnerError, LimitReachedError, NoPasswordError, UsernameTakenError
from .guard import COOKIE, is_secure
from .parts import AuthParts
from .service import UserChange
from .sessions import Tokens
from .views import (
    EXAMPLES,
    BrandView,
    KeyInput,
    KeyView,
    LoginInput,
    LoginView,
    MeView,
    NewKeyView,
    PasswordInput,
    RefreshInput,
    SetupInput,
    StateView,
    UserChangeInput,
    UserInput,
    UserView,
)

LANGUAGES = ["pt-BR", "en"]
LOGO = "/auth/logo"
FAVICON = "/auth/favicon"

routes = Routes(tag="auth")


AUTH: web.AppKey[AuthParts] = web.AppKey("auth", AuthParts)


@routes.get("/auth/state", public=True, returns=StateView)
async def state(call: Call[None, None]) -> StateView:
    """Say what the page must know before anybody is known."""
    auth = call.app[AUTH]
    brand = auth.brand
    return StateView(
        setup_needed=await auth.accounts.setup_needed(),
        tenant_id=auth.tenant_id,
        brand=BrandView(
            name=brand.name,
            accent=brand.accent,
            logo_url=None if brand.logo is None else _address(LOGO, brand.logo),
            favicon_url=FAVICON if brand.favicon is None else _address(FAVICON, brand.favicon),
            footer=brand.footer,
            support=brand.support,
        ),
        version=auth.version,
        languages=LANGUAGES,
    )


@routes.get("/auth/logo", public=True, media="image/*", errors=[NotFoundError])
async def logo(call: Call[None, None]) -> web.StreamResponse:
    """Return the brand's logo."""
    return await _picture(call.app[AUTH].brand.logo)


@routes.get("/auth/favicon", public=True, media="image/*", errors=[NotFoundError])
async def favicon(call: Call[None, None]) -> web.StreamResponse:
    """Return the icon of the browser's tab: the brand's, or the page's own."""
    return await _picture(call.app[AUTH].brand.favicon or STATIC / "icon.svg")


async def _picture(path: Path | None) -> web.Response:
    body = b"" if path is None else await asyncio.to_thread(_read, path)
    media = image_of(body)
    if media is None:
        raise NotFoundError(kind="picture", id="")
    return web.Response(body=body, content_type=media, headers={"Cache-Control": "max-age=300"})


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _address(route: str, path: Path) -> str:
    """Name the file in the address, so that browsers fetch another brand's at once."""
    return f"{route}?v={path.name[:12]}"


@routes.post(
    "/auth/setup",
    public=True,
    audited="after",
    body=SetupInput,
    returns=LoginView,
    status=201,
    errors=[UnauthorizedError, RateLimitedError],
)
async def setup(call: Call[SetupInput, None]) -> web.StreamResponse:
    """Make the first owner with the one-time set-up link, and sign them in."""
    body = call.body
    tokens = await call.app[AUTH].accounts.set_up(
        body.token.get_secret_value(),
        name=body.name,
        username=body.username,
        password=body.password.get_secret_value(),
        address=address_of(call.request),
    )
    return _signed_in(call, tokens, status=201)


@routes.post(
    "/auth/login",
    public=True,
    audited="after",
    body=LoginInput,
    returns=LoginView,
    errors=[UnauthorizedError, RateLimitedError],
    examples=EXAMPLES["login"],
)
async def login(call: Call[LoginInput, None]) -> web.StreamResponse:
    """Sign in: tokens for programs, and a session cookie for the page."""
    if await call.app[AUTH].accounts.knows(call.body.username):
        call.note(username=call.body.username)
    tokens = await call.app[AUTH].sessions.login(
        call.body.username,
        call.body.password.get_secret_value(),
        address=address_of(call.request),
    )
    return _signed_in(call, tokens)


@routes.post(
    "/auth/refresh",
    public=True,
    unaudited="renews a session that an entry opened; programs do it every few minutes",
    body=RefreshInput,
    returns=LoginView,
    errors=[UnauthorizedError],
)
async def refresh(call: Call[RefreshInput, None]) -> LoginView:
    """Trade a refresh token for new tokens. One that is used twice ends its session."""
    token = call.body.refresh_token.get_secret_value()
    return LoginView.of(await call.app[AUTH].sessions.refresh(token))


@routes.post("/auth/logout", role="viewer", status=204)
async def logout(call: Call[None, None]) -> web.StreamResponse:
    """End the session and every token of it."""
    auth = call.app[AUTH]
    found = await auth.guard.with_session(call.request)
    if found is not None and found[1] is not None:
        await auth.sessions.close(found[1])
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/")
    return response


@routes.get("/auth/me", returns=MeView)
async def me(call: Call[None, None]) -> MeView:
    """Say who asks."""
    auth, who = call.app[AUTH], call.who
    is_user = await _session_of(call) is not None
    username = (await auth.accounts.get(who.user_id)).username if is_user else None
    return MeView(
        id=who.user_id,
        name=who.name,
        username=username,
        role=who.role,
        tenant_id=who.tenant_id,
        kind="user" if is_user else "api_key",
    )


@routes.post(
    "/auth/password", role="viewer", body=PasswordInput, status=204, errors=[RateLimitedError]
)
async def change_password(call: Call[PasswordInput, None]) -> None:
    """Change one's own password; other sessions end."""
    session = await _session_of(call)
    if session is None:
        raise NoPasswordError
    await call.app[AUTH].accounts.change_own_password(
        call.who.user_id,
        current=call.body.current_password.get_secret_value(),
        new=call.body.new_password.get_secret_value(),
        session_id=session,
    )


@routes.get("/auth/keys", role="owner", query=ListQuery, returns=Page[KeyView])
async def list_keys(call: Call[None, ListQuery]) -> Page[KeyView]:
    """List API keys, newest first."""
    page = await call.app[AUTH].keys.listed(call.query.cursor, call.query.limit)
    return Page([KeyView.model_validate(key) for key in page.items], page.next_cursor)


@routes.post(
    "/auth/keys",
    role="owner",
    body=KeyInput,
    returns=NewKeyView,
    status=201,
    errors=[LimitReachedError],
    examples=EXAMPLES["key"],
)
async def create_key(call: Call[KeyInput, None]) -> NewKeyView:
    """Make an API key. Its text is shown this once."""
    issued = await call.app[AUTH].keys.issue(
        name=call.body.name,
        role=call.body.role,
        days=call.body.expires_in_days,
        created_by=call.who.user_id,
    )
    return NewKeyView(**KeyView.model_validate(issued.key).model_dump(), key=issued.text)


@routes.delete("/auth/keys/{id}", role="owner")
async def revoke_key(call: Call[None, None]) -> None:
    """Revoke an API key at once."""
    await call.app[AUTH].keys.revoke(call.path["id"])


@routes.get("/auth/users", role="owner", query=ListQuery, returns=Page[UserView])
async def list_users(call: Call[None, ListQuery]) -> Page[UserView]:
    """List users, oldest first."""
    page = await call.app[AUTH].accounts.listed(call.query.cursor, call.query.limit)
    return Page([UserView.model_validate(user) for user in page.items], page.next_cursor)


@routes.post(
    "/auth/users",
    role="owner",
    body=UserInput,
    returns=UserView,
    status=201,
    errors=[UsernameTakenError, LimitReachedError],
    examples=EXAMPLES["user"],
)
async def add_user(call: Call[UserInput, None]) -> UserView:
    """Add a user."""
    user = await call.app[AUTH].accounts.add(
        name=call.body.name,
        username=call.body.username,
        password=call.body.password.get_secret_value(),
        role=call.body.role,
    )
    return UserView.model_validate(user)


@routes.patch(
    "/auth/users/{id}",
    role="owner",
    body=UserChangeInput,
    examples={"body": {"name": "Ana Lima", "role": "viewer"}},
    returns=UserView,
    errors=[LastOwnerError],
)
async def change_user(call: Call[UserChangeInput, None]) -> UserView:
    """Change a user's name, role or password. A new password ends their sessions."""
    password = call.body.password
    user = await call.app[AUTH].accounts.change(
        call.path["id"],
        UserChange(
            name=call.body.name,
            role=call.body.role,
            password=None if password is None else password.get_secret_value(),
        ),
    )
    return UserView.model_validate(user)


@routes.delete("/auth/users/{id}", role="owner", errors=[LastOwnerError])
async def remove_user(call: Call[None, None]) -> None:
    """Remove a user; their sessions end at once. The last owner cannot be removed."""
    await call.app[AUTH].accounts.remove(call.path["id"])


async def _session_of(call: Call[Any, Any]) -> str | None:
    found = await call.app[AUTH].guard.with_session(call.request)
    return None if found is None else found[1]


def _signed_in(call: Call[Any, Any], tokens: Tokens, *, status: int = 200) -> web.Response:
    user = tokens.user
    call.proved(Identity(user.tenant_id, user.id, user.role, user.name))
    response = web.Response(
        body=orjson.dumps(to_json(LoginView.of(tokens))),
        status=status,
        content_type="application/json",
    )
    response.set_cookie(
        COOKIE,
        tokens.cookie,
        max_age=int(tokens.cookie_life.total_seconds()),
        path="/",
        httponly=True,
        samesite="Strict",
        secure=is_secure(call.request),
    )
    return response
