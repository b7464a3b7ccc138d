"""Supervised children: real processes that behave as badly as processes can."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from config.ipc import Link
from daemon.infra.child import Child
from daemon.infra.child_output import ChildOutput
from daemon.infra.child_state import (
    ChildLimits,
    ChildState,
    ChildStatus,
    ChildUnavailableError,
)
from daemon.infra.crash_loop import RestartPolicy
from daemon.kernel.clock import Clock

MISBEHAVING = str(Path(__file__).with_name("misbehaving.py"))
QUICK = RestartPolicy(first_delay_s=0.02, max_delay_s=0.05)
NEVER_TRIPS = RestartPolicy(first_delay_s=0.02, max_delay_s=0.05, crashes=1000)


def child(*mode: str, **options: Any) -> Child:
    argv = [sys.executable, "-I", "-S", MISBEHAVING, *mode]
    return Child("test", argv, clock=Clock(), **options)


@asynccontextmanager
async def running(*mode: str, **options: Any) -> AsyncIterator[Child]:
    async with child(*mode, **options) as started:
        await started.ready(timeout_s=60)
        yield started


async def until(condition: Callable[[], bool], *, within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    """Not counting a dead process that nobody has reaped yet."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


async def again(supervised: Child, old_pid: int | None) -> None:
    await until(lambda: supervised.status.pid not in {None, old_pid})


async def test_a_child_is_greeted_and_answers() -> None:
    async with running("good", hello=lambda: {"colour": "blue"}) as supervised:
        assert await supervised.request("echo", {"a": 1}) == {"a": 1}
        assert supervised.status.state is ChildState.RUNNING
        assert [part async for part in supervised.stream("parts", {"z": 1})] == [
            {"n": 0},
            {"n": 1},
            {"n": 2},
            {"z": 1},
        ]
    assert supervised.status.reason == "asked"
    assert supervised.link is None


async def test_handlers_are_on_the_link_before_the_greeting_and_the_answer_is_handed_on() -> None:
    seen: list[Any] = []

    async def on_ready(link: Link, answer: Any) -> None:
        seen.append(answer["got"])
        seen.append(await link.request("echo", {"from": "on_ready"}))

    async with running(
        "good",
        hello=lambda: {"colour": "blue"},
        on_link=lambda link: seen.append(type(link).__name__),
        on_ready=on_ready,
    ):
        assert seen == ["Link", {"protocol": 1, "colour": "blue"}, {"from": "on_ready"}]


async def test_a_child_gets_no_secrets_from_our_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NEXTAGENT_SECRET", "canary")

    async with running("good", env={"GIVEN": "yes"}) as supervised:
        environment = await supervised.request("environment")

    assert environment["GIVEN"] == "yes"
    assert "canary" not in environment.values()


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL", "SIGABRT"])
async def test_a_killed_child_is_back_at_once(name: str) -> None:
    async with running("good") as supervised:
        old = supervised.status.pid

        with pytest.raises(ChildUnavailableError, match="test is not available"):
            await supervised.request("crash", {"signal": name})
        await again(supervised, old)

        assert await supervised.request("echo", {"a": 1}) == {"a": 1}
        assert supervised.status.restarts == 1


async def test_why_it_ended_can_be_seen_while_it_backs_off() -> None:
    slow = RestartPolicy(first_delay_s=30, max_delay_s=30)
    async with running("good", policy=slow) as supervised:
        with pytest.raises(ChildUnavailableError):
            await supervised.request("crash", {"signal": "SIGSEGV"})
        await until(lambda: supervised.status.state is ChildState.BACKING_OFF)

        assert supervised.status.reason == "killed_by_signal_11"
        assert supervised.status.retry_at is not None
        assert supervised.status.retry_at > supervised.status.since
        with pytest.raises(ChildUnavailableError, match="backing_off"):
            await supervised.request("echo")


def test_a_hang_is_seen_and_over_within_five_seconds_by_the_limits() -> None:
    limits, policy = ChildLimits(), RestartPolicy()

    assert limits.ping_every_s + 2 * limits.silent_s + policy.first_delay_s < 4  # and a start


async def test_a_stopped_process_is_killed_and_back() -> None:
    async with running("good") as supervised:
        old = supervised.status.pid
        assert old is not None
        os.kill(old, signal.SIGSTOP)

        await again(supervised, old)

        assert not alive(old)


async def test_a_child_that_sleeps_instead_of_answering_is_killed() -> None:
    async with running("deaf") as supervised:
        old = supervised.status.pid

        await again(supervised, old)


async def test_a_child_that_works_instead_of_answering_is_given_time() -> None:
    limits = ChildLimits(ping_every_s=0.1, silent_s=0.3)
    async with running("busy", limits=limits) as supervised:
        await asyncio.sleep(4)  # two pings, each answered after 2.5 s of work

        assert supervised.status.restarts == 0
        assert supervised.status.state is ChildState.RUNNING


async def test_a_child_that_works_for_ever_is_killed_in_the_end() -> None:
    limits = ChildLimits(ping_every_s=0.1, silent_s=0.2, busy_s=1.0)
    async with running("busy", limits=limits, policy=NEVER_TRIPS) as supervised:
        await again(supervised, supervised.status.pid)


async def test_a_corrupt_frame_costs_the_child_its_process() -> None:
    async with running("good") as supervised:
        old = supervised.status.pid
        assert old is not None

        with pytest.raises(ChildUnavailableError):
            await supervised.request("corrupt")
        await again(supervised, old)

        assert not alive(old)


async def test_a_child_that_ignores_sigterm_is_gone_after_the_grace() -> None:
    async with running("ignores-term", limits=ChildLimits(stop_s=0.5)) as supervised:
        pid, started = supervised.status.pid, time.monotonic()
        assert pid is not None

        await supervised.stop()

        assert time.monotonic() - started > 0.4
        assert not alive(pid)


async def test_what_a_child_started_dies_with_it() -> None:
    async with running("grandchild") as supervised:
        await until(lambda: bool(supervised.tail))
        grandchild = int(supervised.tail[0])
        assert alive(grandchild)

    await until(lambda: not alive(grandchild))


async def test_five_crashes_trip_the_breaker_and_tell() -> None:
    alerts: list[ChildStatus] = []
    async with child("instant-exit", "1", policy=QUICK, alert=alerts.append) as supervised:
        await until(lambda: supervised.status.state is ChildState.TRIPPED)

        assert supervised.status.restarts == 5
        assert supervised.status.reason == "exit_code_1"
        assert [alert.state for alert in alerts] == [ChildState.TRIPPED]


async def test_a_tripped_child_is_tried_again_after_its_cool_down() -> None:
    policy = RestartPolicy(first_delay_s=0.02, crashes=1, cool_down_s=0.3)
    async with child("instant-exit", "1", policy=policy) as supervised:
        await until(lambda: supervised.status.restarts >= 2)

        assert supervised.status.state is ChildState.TRIPPED


async def test_a_repaired_child_is_restarted_without_waiting(tmp_path: Path) -> None:
    policy = RestartPolicy(crashes=1, cool_down_s=300)
    async with child("exit-once", str(tmp_path / "flag"), policy=policy) as supervised:
        await until(lambda: supervised.status.state is ChildState.TRIPPED)

        await supervised.restart()
        await supervised.ready(timeout_s=60)


@pytest.mark.parametrize(("code", "reason"), [(3, "logged_out"), (4, "protocol_mismatch")])
async def test_some_exit_codes_ask_not_to_be_restarted(code: int, reason: str) -> None:
    alerts: list[ChildStatus] = []
    async with child("instant-exit", str(code), policy=QUICK, alert=alerts.append) as supervised:
        # Not started yet is "stopped", too: what tells them apart is the reason.
        await until(lambda: supervised.status.reason == reason)
        await asyncio.sleep(0.3)

        assert supervised.status.state is ChildState.STOPPED
        assert supervised.status.restarts == 0
        assert len(alerts) == 1


async def test_a_program_that_does_not_exist_trips_the_breaker() -> None:
    async with Child("none", ["/does/not/exist"], clock=Clock(), policy=QUICK) as supervised:
        await until(lambda: supervised.status.state is ChildState.TRIPPED)

        assert any("/does/not/exist" in line for line in supervised.tail)


async def test_a_child_that_cannot_be_made_ready_is_restarted() -> None:
    tries: list[int] = []

    async def on_ready(_: Link, __: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError

    async with child("good", on_ready=on_ready, policy=QUICK) as supervised:
        await supervised.ready(timeout_s=60)

        assert supervised.status.restarts == 1


async def test_no_answer_to_the_greeting_is_a_crash() -> None:
    limits = ChildLimits(hello_s=0.3)
    sleeper = Child("sleeper", ["sleep", "60"], clock=Clock(), limits=limits, policy=QUICK)
    async with sleeper:
        await until(lambda: sleeper.status.restarts >= 1)
        await until(lambda: sleeper.status.reason == "no_answer_to_hello")


def capturing() -> tuple[Any, LogCapture]:
    capture = LogCapture()
    everything = structlog.make_filtering_bound_logger(0)
    return structlog.wrap_logger(None, processors=[capture], wrapper_class=everything), capture


async def test_spam_on_stderr_neither_blocks_the_child_nor_us() -> None:
    took: list[float] = []
    async with running("spams") as supervised:
        ends = time.monotonic() + 3
        while time.monotonic() < ends:
            before = time.monotonic()
            await supervised.request("echo", {"a": 1})
            took.append(time.monotonic() - before)
        assert supervised.status.restarts == 0
        assert supervised.tail[-1] == "spam and more spam"

    assert median(took) < 0.5


async def test_of_a_flood_a_part_is_logged_and_the_rest_is_counted() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(b"line\n" * 100_000)
    reader.feed_eof()
    logger, capture = capturing()

    await ChildOutput("test", logger).drain(reader)

    printed = [entry for entry in capture.entries if entry["event"] == "child_output"]
    assert len(printed) == 200
    assert capture.entries[-1]["event"] == "child_output_suppressed"
    assert capture.entries[-1]["lines"] == 99_800


@pytest.mark.parametrize(
    ("raw", "level", "line"),
    [
        (b"plain words\n", "info", "plain words"),
        (b'{"level":50,"msg":"pino says no"}\n', "error", "pino says no"),
        (b'{"level":"warning","event":"structlog says hm"}\n', "warning", "structlog says hm"),
        (b'{"broken\n', "info", '{"broken'),
        (b'{"level":{},"msg":1}\n', "info", "1"),
        (b"\xff\xfe\n", "info", "\ufffd\ufffd"),
        (b"no line end", "info", "no line end"),
    ],
)
async def test_a_printed_line_is_logged_at_its_own_level(raw: bytes, level: str, line: str) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(raw)
    reader.feed_eof()

    logger, capture = capturing()

    await ChildOutput("test", logger).drain(reader)

    assert [(entry["log_level"], entry["line"]) for entry in capture.entries] == [(level, line)]


async def test_an_endless_line_is_cut_and_the_next_one_is_whole() -> None:
    reader = asyncio.StreamReader(limit=2**20)
    reader.feed_data(b"x" * 1_000_000 + b"\nnext\n")
    reader.feed_eof()
    output = ChildOutput("test")

    await output.drain(reader)

    assert [len(line) for line in output.tail] == [4096 + len(" [cut]"), 4]


DAEMON = """
import asyncio, sys
sys.path.insert(0, {root!r})
from daemon.infra.child import Child
from daemon.kernel.clock import Clock

async def main():
    async with Child("test", {argv!r}, clock=Clock()) as child:
        await child.ready()
        print(child.status.pid, flush=True)
        await asyncio.sleep(300)

asyncio.run(main())
"""


@pytest.mark.parametrize("mode", ["good", "ignores-term", "ignores-eof"])
async def test_no_orphan_is_left_when_the_daemon_is_killed(mode: str) -> None:
    root = str(Path(__file__).parents[3])
    argv = [sys.executable, "-I", "-S", MISBEHAVING, mode]
    code = DAEMON.format(root=root, argv=argv)
    daemon = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=subprocess.PIPE
    )
    assert daemon.stdout is not None
    async with asyncio.timeout(20):
        while not (line := await daemon.stdout.readline()).strip().isdigit():
            assert line
    pid = int(line)
    assert alive(pid)

    daemon.kill()
    await daemon.wait()

    await until(lambda: not alive(pid))


async def test_a_cancelled_supervisor_leaves_nothing_behind() -> None:
    supervised = child("ignores-term")
    supervised.start()
    await supervised.ready(timeout_s=60)
    pid = supervised.status.pid
    assert pid is not None

    task: Awaitable[None] = supervised._task  # type: ignore[assignment]  # noqa: SLF001 - what asyncio.run does to it at exit
    supervised._task.cancel()  # type: ignore[union-attr]  # noqa: SLF001 - as above
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not alive(pid)
