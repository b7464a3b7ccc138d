"""A mail server on loopback: takes letters, and can be told to refuse. A real SMTP dialogue."""

import asyncio
import base64
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self


@dataclass
class Taken:
    """A letter as it came in."""

    sender: str
    recipients: list[str]
    raw: bytes
    secure: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        """The letter, parsed."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class SmtpStandIn:
    """`async with SmtpStandIn() as server`: listens on `server.port`."""

    password: str | None = None
    tls: ssl.SSLContext | None = None
    implicit: bool = False  # TLS from the first byte
    refuse: frozenset[str] = frozenset()  # recipients answered with 550
    answer: str = "250 taken"  # to the letter itself
    silent: bool = False  # accepts the connection, never speaks
    letters: list[Taken] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> Self:
        context = self.tls if self.implicit else None
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context)
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._session(reader, writer)
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _session(  # noqa: C901 - one branch for each verb of SMTP
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.silent:
            await asyncio.sleep(3600)
        secure, user, sender, recipients = self.implicit, None, "", list[str]()

        def say(*lines: str) -> None:
            writer.write("".join(f"{line}\r\n" for line in lines).encode())

        say("220 stand-in")
        while line := (await reader.readline()).decode().strip():
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    more = ["250-STARTTLS"] if self.tls and not secure else []
                    more += ["250-AUTH PLAIN"] if self.password else []
                    say("250-stand-in", *more, "250 SMTPUTF8")
                case "STARTTLS":
                    say("220 go")
                    await writer.drain()
                    assert self.tls is not None
                    await writer.start_tls(self.tls)
                    secure = True
                case "AUTH":
                    _, name, secret = base64.b64decode(rest.split(" ")[1]).decode().split("\0")
                    user = name if secret == self.password else None
                    say("235 welcome" if user else "535 wrong")
                case "MAIL":
                    sender, recipients = _inside(rest), []
                    say("250 ok" if user or not self.password else "530 sign in first")
                case "RCPT":
                    taken = _inside(rest) not in self.refuse
                    recipients += [_inside(rest)] if taken else []
                    say("250 ok" if taken else "550 nobody here")
                case "DATA":
                    say("354 go on")
                    raw = await reader.readuntil(b"\r\n.\r\n")
                    if self.answer.startswith("250"):
                        body = raw[:-3].replace(b"\r\n..", b"\r\n.")
                        self.letters.append(Taken(sender, recipients, body, secure, user))
                    say(self.answer)
                case "QUIT":
                    say("221 bye")
                    await writer.drain()
                    return
                case _:
                    say("250 ok")
            await writer.drain()


def _inside(text: str) -> str:
    return text[text.index("<") + 1 : text.index(">")]
