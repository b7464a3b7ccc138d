"""A box with the real bridge, its daemon side, and the WhatsApp emulator."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from config.settings import Whatsapp
from daemon.domains.whatsapp.domain import SessionState
from daemon.domains.whatsapp.host import BridgeHost
from daemon.domains.whatsapp.intake import Intake
from daemon.domains.whatsapp.messages import Messages
from daemon.domains.whatsapp.pacing import Pace
from daemon.domains.whatsapp.sender import Sender, Told
from daemon.domains.whatsapp.service import Sessions, Shown
from daemon.domains.whatsapp.store.schema import migrations
from daemon.domains.whatsapp.store.sealed import SealedRows
from daemon.domains.whatsapp.tasks import handlers
from daemon.domains.whatsapp.unseen import Unseen
from daemon.infra import outbox, queue
from daemon.infra.bridge import Bridge, command, environment, greeting
from daemon.infra.bus import Bus
from daemon.infra.crash_loop import RestartPolicy
from daemon.infra.database import Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.infra.vault import Vault
from daemon.infra.worker import Worker
from daemon.kernel.clock import Clock
from tests.daemon.whatsapp import ledger as ledgers
from tests.daemon.whatsapp.ledger import Ledger
from tests.journeys.emulator import OWNER, Emulator

ANA, BIA = "5511911110001", "5511911110002"
KEY = bytes(range(32))
T = TypeVar("T")


@dataclass
class Box:
    """What a test works with."""

    emulator: Emulator
    db: Database
    ledger: Ledger
    sessions: Sessions
    messages: Messages
    bridge: Bridge
    media: Path
    settings: Whatsapp
    intake: Intake
    host: BridgeHost
    hello: dict[str, Any] = field(default_factory=dict)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def init(self, **more: Any) -> Shown:
        options: dict[str, Any] = {"name": None, "method": "qr", "phone": None, **more}
        return await self.sessions.init("agent", **options)

    async def linked(self) -> str:
        """Link the owner's number by QR; returns the session."""
        shown = await self.init()
        assert shown.offer is not None
        assert shown.offer.text is not None
        await self.emulator.scan(shown.offer.text)
        await self.state(shown.session.id, SessionState.WORKING)
        return shown.session.id

    async def state(self, session_id: str, state: SessionState, within_s: float = 30) -> Shown:
        async def there() -> Shown | None:
            shown = await self.sessions.get("agent", session_id)
            return shown if shown.session.state is state else None

        return await eventually(there, within_s, f"state {state}")

    async def say(self, session_id: str, to: str, text: str) -> str:
        def commit(tx: Any) -> str:
            return self.ledger.say(tx, session_id, to, text).id

        return await self.db.write(commit)

    async def becomes(self, message_id: str, state: str) -> None:
        async def there() -> bool:
            return (await self.ledger.said(message_id))[0] == state

        await eventually(there, 30, f"{message_id} {state}")

    async def kill(self) -> None:
        """Pull the plug of the bridge."""
        pid, link = self.bridge.child.status.pid, self.bridge.child.link
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while self.bridge.child.link is link:  # noqa: ASYNC110 - the child offers no event for it
            await asyncio.sleep(0.005)

    async def up(self) -> None:
        await self.bridge.child.ready(timeout_s=30)


async def eventually(look: Callable[[], Awaitable[T | None]], within_s: float, what: str) -> T:
    """Look until there is something to see."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if found := await look():
            return found
        await asyncio.sleep(0.02)
    msg = f"not within {within_s} s: {what}"
    raise AssertionError(msg)


@asynccontextmanager
async def box_of(
    tmp_path: Path,
    emulator: Emulator,
    *,
    pace: Pace | None = None,
    timing: dict[str, int] | None = None,
    **settings: Any,
) -> AsyncIterator[Box]:
    facts = emulator.facts
    whatsapp = Whatsapp(
        server_url=facts.url,
        server_root=facts.noise_root,
        server_ca=Path(facts.ca),
        **settings,
    )
    async with AsyncExitStack() as stack:
        clock, media = Clock(), tmp_path / "media"
        media.mkdir(exist_ok=True)
        steps = [queue.migrations, outbox.migrations, migrations, ledgers.migrations]
        db = await Database.open(tmp_path / "whatsapp.db", steps)
        stack.push_async_callback(db.close)
        bus, jobs = Bus(), Queue(clock, "local")
        events = await stack.enter_async_context(Outbox(db, bus, clock, "local"))
        ledger = Ledger(db, jobs, clock)
        rows, unseen = SealedRows(Vault([KEY]), "local"), Unseen()
        sessions = Sessions(
            db,
            rows,
            events,
            clock,
            settings=whatsapp,
            tenant_id="local",
            agent_exists=ledger.agent_exists,
            record_log=ledger.record_log,
        )
        intake = Intake(db, rows, jobs, clock, unseen, receive=ledger.receive)
        host = BridgeHost(
            db,
            rows,
            clock,
            sessions,
            intake,
            report=ledger.report,
            learn_alias=ledger.learn_alias,
            typing=ledger.customer_typing,
            record_log=ledger.record_log,
        )
        hello = {
            **greeting(whatsapp, media, "Loja", "warning"),
            "timing": timing or {"backoffMs": 100, "ackMs": 3000, "queryMs": 8000},
        }
        bridge = Bridge(
            await asyncio.to_thread(command),
            clock=clock,
            hello=hello,
            handlers=host.handlers(),
            resume=sessions.resume,
            lost=sessions.bridge_lost,
            event=host.heard,
            alert=lambda _: None,
            env=environment(whatsapp),
            policy=RestartPolicy(first_delay_s=0.05, max_delay_s=0.2, crashes=1000),
        )
        sessions.use(bridge)
        told = Told(
            peek=ledger.peek,
            claim=ledger.claim,
            report=ledger.report,
            learn_alias=ledger.learn_alias,
            pace_of=lambda _tx, _agent: pace or Pace(enabled=False),
            write_out=ledger.write_out,
            no_polls=sessions.no_polls,
        )
        sender = Sender(db, rows, clock, lambda: bridge, unseen, told=told, pacing=whatsapp.pacing)
        messages = Messages(db, sessions, whatsapp, media, compose=ledger.compose)
        box = Box(
            emulator, db, ledger, sessions, messages, bridge, media, whatsapp, intake, host, hello
        )

        async def heard(event: Any) -> None:
            box.events.append((event.name, event.data))

        bus.subscribe("*", heard)
        await stack.enter_async_context(bridge)
        await stack.enter_async_context(Worker(db, jobs, events, clock, handlers(sender, intake)))
        await box.up()
        yield box


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    async with Emulator.running(tmp_path / "emulator") as running:
        await running.contact(ANA, "Ana")
        await running.contact(BIA, "Bia")
        yield running


@pytest.fixture
async def box(tmp_path: Path, emulator: Emulator) -> AsyncIterator[Box]:
    async with box_of(tmp_path, emulator) as running:
        yield running


__all__ = ["ANA", "BIA", "OWNER", "Box", "box_of", "eventually"]
