"""A supervised child: started, greeted, watched, restarted, and stopped for good.

Its exit code says whether to start it again: 0 asked to stop, 3 do not restart (logged out),
4 protocol mismatch (do not restart), anything else with back-off, until a crash loop trips the
breaker; then once per cool-down. A child that does not answer pings is killed, unless it is busy.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import structlog

from config.ipc import PROTOCOL, Link, LinkClosedError, RemoteError
from daemon.kernel.clock import Clock

from .child_output import ChildOutput
from .child_process import ChildProcess, vitals
from .child_state import FINAL, ChildLimits, ChildState, ChildStatus, ChildUnavailableError
from .crash_loop import CrashLoop, RestartPolicy

log = structlog.get_logger(__name__)

LAST_WORDS_S = 0.5


def _nobody(_: ChildStatus) -> None:
    """Nobody wants to be told."""


class Child:
    """One supervised process and the link to it.

    `hello` gives the configuration sent with each greeting. `on_link` registers handlers on each
    new link before anything is read from it. `on_ready` is awaited with the link and the answer to
    the greeting before the child counts as running. `alert` is told when it gives up for now
    (tripped) or for good (stopped unasked).
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        clock: Clock,
        hello: Callable[[], dict[str, Any]] = dict,
        on_link: Callable[[Link], None] | None = None,
        on_ready: Callable[[Link, Any], Awaitable[None]] | None = None,
        alert: Callable[[ChildStatus], None] = _nobody,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        limits: ChildLimits | None = None,
        policy: RestartPolicy | None = None,
    ) -> None:
        self.name = name
        self.link: Link | None = None
        self._argv, self._env, self._cwd = list(argv), dict(env or {}), cwd
        self._hello, self._on_link, self._on_ready, self._alert = hello, on_link, on_ready, alert
        self._clock, self._limits = clock, limits or ChildLimits()
        self._loop = CrashLoop(policy or RestartPolicy(), clock.monotonic)
        self._status = ChildStatus(name, ChildState.STOPPED, clock.now(), reason="not_started")
        self._output = ChildOutput(name)
        self._running = asyncio.Event()
        self._wake = asyncio.Event()
        self._wanted = False
        self._task: asyncio.Task[None] | None = None
        self._ready_at: float | None = None

    @property
    def status(self) -> ChildStatus:
        """The present state, since when and why."""
        return self._status

    @property
    def tail(self) -> list[str]:
        """The last lines that the child printed."""
        return list(self._output.tail)

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def start(self) -> None:
        """Begin to supervise; returns at once."""
        if self._task is None or self._task.done():
            self._wanted = True
            self._wake.clear()
            self._task = asyncio.create_task(self._supervise(), name=f"child-{self.name}")

    async def stop(self) -> None:
        """SIGTERM, five seconds, SIGKILL: afterwards nothing of the child is left."""
        self._wanted = False
        self._wake.set()
        if self._task is not None:
            await self._task

    async def restart(self) -> None:
        """Start anew, with a clean record: the operator repaired the cause or changed settings."""
        await self.stop()
        self._loop.forgive()
        self.start()

    async def ready(self, *, timeout_s: float | None = None) -> None:
        """Wait until the child runs. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._running.wait()

    async def request(
        self, op: str, data: dict[str, Any] | None = None, *, timeout_s: float | None = 30.0
    ) -> Any:
        """Ask the child. Raises ChildUnavailableError, RemoteError or TimeoutError."""
        if (link := self.link) is None:
            raise self._unavailable()
        try:
            return await link.request(op, data, timeout_s=timeout_s)
        except LinkClosedError:
            raise self._unavailable() from None

    async def stream(
        self, op: str, data: dict[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> AsyncIterator[Any]:
        """Ask the child and yield the parts, then the final response."""
        if (link := self.link) is None:
            raise self._unavailable()
        try:
            parts_of = link.stream(op, data, timeout_s=timeout_s)
            async with contextlib.aclosing(parts_of) as parts:  # type: ignore[type-var]  # a generator declared as an iterator
                async for part in parts:
                    yield part
        except LinkClosedError:
            raise self._unavailable() from None

    def _unavailable(self) -> ChildUnavailableError:
        state = self._status.state
        lost = state is ChildState.RUNNING  # the link is gone, the supervisor has yet to say so
        return ChildUnavailableError(part=self.name, state="starting" if lost else state.value)

    # -- supervision

    async def _supervise(self) -> None:
        restarts = 0
        while self._wanted:
            self._move(ChildState.STARTING, restarts=restarts)
            code, reason = await self._run()
            ran_s = 0.0 if self._ready_at is None else self._clock.monotonic() - self._ready_at
            if not self._wanted:
                break
            if code in FINAL:
                self._move(ChildState.STOPPED, reason=FINAL[code], restarts=restarts)
                self._alert(self._status)
                return
            verdict = self._loop.crashed(ran_s)
            restarts += 1
            self._move(
                ChildState.TRIPPED if verdict.tripped else ChildState.BACKING_OFF,
                reason=reason,
                restarts=restarts,
                retry_at=self._clock.now() + timedelta(seconds=verdict.delay_s),
            )
            if verdict.tripped:
                self._alert(self._status)
            await _wait(self._wake, verdict.delay_s)
        self._move(ChildState.STOPPED, reason="asked", restarts=restarts)

    async def _run(self) -> tuple[int | None, str]:
        """Run the process once, to its end; return the exit code and why it ended."""
        self._ready_at = None
        try:
            process = await ChildProcess.spawn(self._argv, env=self._env, cwd=self._cwd)
        except OSError as error:
            return None, f"cannot_start: {error.strerror}"
        output = asyncio.create_task(self._output.drain(process.output))
        try:
            return await self._attend(process)
        except Exception:  # a fault of ours must not end the supervision
            log.exception("child_supervision_failed", child=self.name)
            return None, "supervision_failed"
        finally:
            # Also when we are cancelled: whatever happens, the group does not outlive this.
            await asyncio.shield(process.kill())
            await asyncio.wait({output}, timeout=LAST_WORDS_S)
            output.cancel()
            process.close()

    async def _attend(self, process: ChildProcess) -> tuple[int, str]:
        link = await Link.over(process.sock)
        if self._on_link is not None:
            self._on_link(link)
        link.start()
        served = asyncio.create_task(self._serve(link, process.pid))
        exited = asyncio.create_task(process.wait())
        asked = asyncio.create_task(self._wake.wait())
        try:
            await asyncio.wait({served, exited, asked}, return_when=asyncio.FIRST_COMPLETED)
            if asked.done():
                return await process.stop(self._limits.stop_s), "asked"
            if not exited.done():  # the link went first: most often the exit code is on its way
                await asyncio.wait({exited}, timeout=LAST_WORDS_S)
            why = served.result() if served.done() else "exited"
            if exited.done():
                return exited.result(), _exit_reason(exited.result())
            return await process.kill(), why
        finally:
            self.link = None
            self._running.clear()
            for task in (served, exited, asked):
                task.cancel()
            await asyncio.gather(served, exited, asked, return_exceptions=True)
            await link.close()

    async def _serve(self, link: Link, pid: int) -> str:
        """Greet the child and watch it; return why it must end."""
        try:
            greeting = {"protocol": PROTOCOL, **self._hello()}
            answer = await link.request("hello", greeting, timeout_s=self._limits.hello_s)
            if self._on_ready is not None:
                await self._on_ready(link, answer)
        except TimeoutError:
            return "no_answer_to_hello"
        except LinkClosedError:
            return "link_lost"
        except RemoteError as error:
            return f"hello_refused: {error.code}"
        except Exception:  # a child whose start-up work failed is not in service
            log.exception("child_start_failed", child=self.name)
            return "start_failed"
        self.link, self._ready_at = link, self._clock.monotonic()
        self._move(ChildState.RUNNING, pid=pid, restarts=self._status.restarts)
        self._running.set()
        while not await _wait(link.closed, self._limits.ping_every_s):
            if not await self._answers(link, pid):
                return "hung"
        return "link_lost"

    async def _answers(self, link: Link, pid: int) -> bool:
        """Ping; a silent child that works is given time, one that does nothing is hung."""
        limits, before, silences, waited = self._limits, None, 0, 0.0
        ping = asyncio.create_task(link.request("ping", timeout_s=None))
        try:
            while waited < limits.busy_s and silences < 2:  # noqa: PLR2004 - one silence may be our own pause
                await asyncio.wait({ping}, timeout=limits.silent_s)
                if ping.done():
                    return ping.cancelled() or ping.exception() is None or link.closed.is_set()
                waited += limits.silent_s
                signs = await asyncio.to_thread(vitals, pid)
                works = before is not None and signs.works_since(before)
                silences, before = 0 if works else silences + 1, signs
            return False
        finally:
            ping.cancel()
            await asyncio.gather(ping, return_exceptions=True)

    def _move(self, state: ChildState, **facts: Any) -> None:
        self._status = ChildStatus(self.name, state, self._clock.now(), **facts)
        level = log.warning if state in {ChildState.BACKING_OFF, ChildState.TRIPPED} else log.info
        level("child_state", child=self.name, state=state.value, reason=self._status.reason)


async def _wait(event: asyncio.Event, timeout_s: float) -> bool:
    """Wait for the event or the time-out; say whether it was the event."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
    return event.is_set()


def _exit_reason(code: int) -> str:
    return f"killed_by_signal_{-code}" if code < 0 else f"exit_code_{code}"
