"""The supervised model children, and the language model that the settings ask for."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar

from daemon.domains.system.domain import PartState
from daemon.infra.child import Child
from daemon.infra.child_state import ChildStatus
from daemon.infra.crash_loop import RestartPolicy
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.events import Event
from models.client import LanguageClient
from models.doubles import ScriptedLanguageModel
from models.ports import LanguageModel
from models.remote import RemoteLanguageModel

from .ground import Ground


@dataclass(frozen=True)
class ChildGaveUp(Event):
    """A child crashed too often, or ended for good: a person should look."""

    name: ClassVar[str] = "child.gave_up"
    child: str
    state: str
    reason: str | None


class Supervision:
    """How patient the box is with its children, and whom it tells."""

    def __init__(self, base: Ground) -> None:
        limits = base.settings.children
        self.policy = RestartPolicy(crashes=limits.crashes, window_s=limits.window_s)
        self._base = base
        self._telling: set[asyncio.Task[None]] = set()

    def alert(self, status: ChildStatus) -> None:
        """Tell the operator that a child gave up."""
        task = asyncio.create_task(self._tell(status), name="child-alert")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, status: ChildStatus) -> None:
        event = ChildGaveUp(status.name, status.state.value, status.reason)
        await self._base.database.write(lambda tx: self._base.outbox.record(tx, event))


@dataclass(frozen=True)
class Speaker:
    """The language model in use; `client` and `child` only where it is a local one."""

    model: LanguageModel | None
    client: LanguageClient | None = None
    child: Child | None = None


@contextlib.asynccontextmanager
async def speaker(base: Ground, supervision: Supervision) -> AsyncIterator[Speaker]:
    """Bring up the language model; it may still be loading when the block begins."""
    wanted = base.settings.models.language
    if wanted.engine == "off":
        yield Speaker(None)
    elif wanted.engine == "scripted":
        yield Speaker(ScriptedLanguageModel())
    elif wanted.engine == "openai":
        remote = RemoteLanguageModel(
            wanted.base_url,
            api_key=wanted.api_key,
            model=wanted.model,
            context_tokens=wanted.context_tokens,
        )
        async with remote:
            yield Speaker(remote)
    else:
        client = LanguageClient(
            base.paths.models,
            model=wanted.model,
            context_tokens=wanted.context_tokens,
            slots=wanted.slots,
            threads=wanted.threads,
        )
        async with Child(
            "language",
            command("language"),
            clock=base.clock,
            hello=client.hello,
            on_link=client.on_link,
            on_ready=client.on_ready,
            alert=supervision.alert,
            policy=supervision.policy,
        ) as child:
            yield Speaker(client, client, child)


def command(name: str) -> list[str]:
    """Return how a model child is started."""
    return [sys.executable, "-m", "models", name]


def state_of(child: Child) -> PartState:
    """Describe a child for health and overview."""
    status = child.status
    return PartState(
        name=status.name,
        state=status.state.value,
        since=stamp(status.since),
        reason=status.reason,
        restarts=status.restarts,
        pid=status.pid,
    )


def loading(speaking: Speaker, clock: Clock) -> PartState | None:
    """Describe the language part: a child that runs but still loads is not ready."""
    if speaking.model is None:
        return None
    if speaking.child is None or speaking.client is None:
        state = "running" if speaking.model.ready else "unreachable"
        return PartState("language", state, stamp(clock.now()))
    part = state_of(speaking.child)
    load = speaking.client.state
    if part.state != "running" or speaking.client.ready:
        return part
    return PartState(
        name=part.name,
        state="failed" if load.stage == "failed" else "loading",
        since=part.since,
        reason=load.message or f"{load.stage} {load.fraction:.0%}",
        restarts=part.restarts,
        pid=part.pid,
    )
