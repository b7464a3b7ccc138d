"""A whole box: the real daemon with its real children, on a temporary folder and a free port."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Any, Self

import aiohttp

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
# What the command line of each process contains.
PARTS = {
    "bridge": "bridge/src/main.js",
    "language": "models language",
    "retrieval": "models retrieval",
}


@dataclass(frozen=True)
class Process:
    """A process as /proc knows it; the start time tells two lives of one number apart."""

    pid: int
    parent: int
    started: int
    command: str

    @classmethod
    def of(cls, pid: int) -> Self | None:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            if fields[0] != "Z":
                return cls(pid, int(fields[1]), int(fields[19]), command.strip())
        return None

    @property
    def alive(self) -> bool:
        again = Process.of(self.pid)
        return again is not None and again.started == self.started


def descendants(of: int) -> list[Process]:
    """All living processes below one, nearest first."""
    everyone = [Process.of(int(entry.name)) for entry in Path("/proc").glob("[0-9]*")]
    found, parents = [], {of}
    while parents:
        level = [one for one in everyone if one and one.parent in parents]
        found += level
        parents = {one.pid for one in level}
    return found


def free_port() -> int:
    """Return a port that stays free: not one that the kernel may give to a connection meanwhile."""
    while True:
        port = SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class ApiError(AssertionError):
    """The box answered with an error that the test did not expect."""

    def __init__(self, status: int, problem: Any) -> None:
        super().__init__(f"{status}: {problem}")
        self.status, self.problem = status, problem


class Box:
    """The daemon under test and its HTTP API as an owner uses it."""

    def __init__(self, directory: Path, **settings: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if "NEXTAGENT" not in name},
            "NEXTAGENT_STATE_DIR": str(directory / "state"),
            "NEXTAGENT_HTTP__PORT": str(self.port),
            "NEXTAGENT_LOG__FORMAT": "json",
            **settings,
        }
        self.log = directory / "daemon.log"
        self.seen: set[Process] = set()
        self._process: asyncio.subprocess.Process
        self._http: aiohttp.ClientSession

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, directory: Path, **settings: str) -> AsyncIterator[Self]:
        """Start one and wait until it is ready; it leaves nothing behind."""
        box = cls(directory, **settings)
        timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{box.port}", timeout=timeout) as http:
            box._http = http
            await box.start()
            try:
                await box.ready()
                await box.sign_in()
                yield box
            finally:
                await box.stop()

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "daemon", "run",
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def stop(self) -> int:
        """Ask it to stop; returns its exit code."""
        if self._process.returncode is None:
            self._process.terminate()
        return await asyncio.wait_for(self._process.wait(), PATIENCE_S)

    async def ready(self, within_s: float = PATIENCE_S) -> float:
        """Wait until the box says that it can take, answer and send; returns the seconds."""
        began, said = time.monotonic(), "nothing yet"
        while (passed := time.monotonic() - began) < within_s:
            if self._process.returncode is not None:
                break
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self._http.get("/health/ready") as response:
                    said = await response.text()
                    if response.status == 200:
                        self.seen.update(self.processes())
                        return passed
            await asyncio.sleep(0.05)
        msg = f"not ready after {passed:.0f} s: {said}\n{self.last_words()}"
        raise AssertionError(msg)

    def last_words(self, lines: int = 6) -> str:
        said = self.log.read_text("utf-8", "replace").splitlines()[-lines:]
        return "\n".join(line[-1500:] for line in said)

    async def command(self, *words: str) -> str:
        """Run `nextagent ...` with the same settings; returns what it printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "daemon", *words, cwd=ROOT, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    async def sign_in(self) -> None:
        """Make an API key the way an integrator does and use it from here on."""
        printed = await self.command("token", "create", "--role", "owner", "--name", "journey")
        key = max(printed.split(), key=len)
        self._http.headers.update({"authorization": f"Bearer {key}", "x-tenant-id": "local"})

    @property
    def headers(self) -> dict[str, str]:
        """What the owner's requests carry."""
        return {name.lower(): value for name, value in self._http.headers.items()}

    # The HTTP API ------------------------------------------------------------------------------

    async def get(self, path: str, **query: Any) -> Any:
        return await self.call("GET", path, params={k: str(v) for k, v in query.items()})

    async def all(self, path: str, **query: Any) -> list[Any]:
        """Every page of a list."""
        items: list[Any] = []
        while True:
            page = await self.get(path, limit=100, **query)
            items += page["items"]
            if not page["nextCursor"]:
                return items
            query["cursor"] = page["nextCursor"]

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return await self.call("POST", path, json=body, **more)

    async def patch(self, path: str, body: Any) -> Any:
        return await self.call("PATCH", path, json=body)

    async def delete(self, path: str) -> Any:
        return await self.call("DELETE", path)

    def raw(self, method: str, path: str, **request: Any) -> Any:
        """The response itself, for what is not JSON."""
        return self._http.request(method, path, **request)

    async def call(self, method: str, path: str, **request: Any) -> Any:
        async with self.raw(method, path, **request) as response:
            text = await response.text()
        answer = json.loads(text) if text else None
        if response.status >= 400:
            raise ApiError(response.status, answer)
        return answer

    async def agent(self, name: str = "Loja", **settings: Any) -> str:
        """Make an agent that answers at once, unless the settings say otherwise; returns its id."""
        fields = {"name": name, "niche": "loja", "language": "pt", "instructions": "Seja breve."}
        agent = str((await self.post("/agents", fields))["id"])
        at_once = {"debounce": {"minSeconds": 0, "maxSeconds": 0}, "pacing": {"enabled": False}}
        await self.patch(f"/settings/{agent}", at_once | settings)
        return agent

    async def upload(self, agent: str, path: Path, within_s: float = PATIENCE_S) -> Any:
        """Upload a document and wait until it can be found."""
        form = aiohttp.FormData()
        content = await asyncio.to_thread(path.read_bytes)
        form.add_field("files", content, filename=path.name)
        [document] = (await self.call("POST", f"/agents/{agent}/documents", data=form))["items"]
        return await self.until(
            lambda: self.get(f"/agents/{agent}/documents/{document['id']}"),
            lambda found: found["status"] == "ready",
            within_s,
        )

    async def until(self, ask: Any, fits: Any, within_s: float = PATIENCE_S) -> Any:
        """Ask again and again until the answer fits."""
        end = time.monotonic() + within_s
        while not fits(answer := await ask()):
            assert time.monotonic() < end, f"still {answer}"
            await asyncio.sleep(0.05)
        return answer

    # Sessions ----------------------------------------------------------------------------------

    async def session(self, agent: str, session: str) -> Any:
        items = (await self.get(f"/whatsapp/{agent}/sessions"))["items"]
        return next(item for item in items if item["id"] == session)

    async def session_in(self, agent: str, session: str, *states: str, within_s: float = 30) -> Any:
        """Wait until a session is in one of these states."""
        return await self.until(
            lambda: self.session(agent, session), lambda found: found["state"] in states, within_s
        )

    async def show_code(self, agent: str) -> Any:
        """Start a session by QR and wait for the code."""
        started = await self.post(f"/whatsapp/{agent}/sessions/init", {"method": "qr"})
        return await self.until(
            lambda: self.session(agent, started["id"]), lambda found: found.get("qr")
        )

    # Processes ---------------------------------------------------------------------------------

    def processes(self) -> list[Process]:
        """The daemon and everything below it."""
        daemon = Process.of(self._process.pid)
        return [daemon, *descendants(daemon.pid)] if daemon else []

    def part(self, name: str) -> Process | None:
        """The daemon, or the child of this name."""
        everyone = self.processes()
        if name == "daemon":
            return everyone[0] if everyone else None
        return next((one for one in everyone if PARTS[name] in one.command), None)

    async def kill(self, name: str) -> None:
        """`kill -9` one part; a killed daemon is started again, as systemd would."""
        self.seen.update(self.processes())
        victim = self.part(name)
        if victim is None:
            return  # it is being started again already
        os.kill(victim.pid, signal.SIGKILL)
        if name == "daemon":
            await self._process.wait()
            await self.start()

    def orphans(self) -> list[Process]:
        """Processes of an earlier life that are still there, without a daemon above them."""
        mine = {(one.pid, one.started) for one in self.processes()}
        return [one for one in self.seen if one.alive and (one.pid, one.started) not in mine]
