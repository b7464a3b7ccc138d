"""Mail by SMTP: one letter at a time, to the server of the settings; what fails says what to fix.

A letter that is sent again carries the same `Message-ID` (its `key`): receivers show it once.
"""

import asyncio
import hashlib
import re
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path

import aiosmtplib
import structlog

from config.settings import MEBIBYTE
from config.settings import Mail as MailSettings
from daemon.kernel.clock import Clock
from daemon.kernel.errors import BadInputError, ConflictError, TooLargeError, UnavailableError
from daemon.kernel.ids import new_id

from .outbound import Noted

log = structlog.get_logger(__name__)

MAX_RECIPIENTS = 50
# One address, nothing that a header or a command could read as more than that.
ADDRESS = re.compile(
    r"[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]{1,64}@[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+"
)
CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029\ud800-\udfff]+")
UNSAFE_BODY = re.compile(r"[\x00\ud800-\udfff]")


class MailNotConfiguredError(ConflictError):
    """Nobody said which server takes the box's mail."""

    code = "mail_not_configured"
    template = "No mail server is set: fill in `mail.host` and `mail.sender` in nextagent.toml."
    template_pt = (
        "Nenhum servidor de e-mail definido: preencha `mail.host` e `mail.sender` no"
        " nextagent.toml."
    )


class MailFailedError(UnavailableError):
    """The letter did not go. `final` says that trying again changes nothing."""

    code = "mail_failed"
    template = "The mail server {host}:{port} did not take the message: {problem} {fix}"
    template_pt = "O servidor de e-mail {host}:{port} não aceitou a mensagem: {problem_pt} {fix_pt}"

    @property
    def final(self) -> bool:
        """Say whether only a person can help."""
        return bool(self.facts.get("final"))


@dataclass(frozen=True)
class Attachment:
    """A file of a letter: its bytes, or where they are read from at the moment of sending."""

    name: str
    mime: str
    content: Path | bytes


@dataclass(frozen=True)
class Letter:
    """What is sent. The same `key` makes the same `Message-ID`."""

    to: Sequence[str]
    subject: str
    text: str
    html: str | None = None
    attachments: Sequence[Attachment] = ()
    key: str = field(default_factory=new_id)


class Mail:
    """Sends letters; each one is a connection of its own, at most `timeout_s` a step."""

    def __init__(
        self,
        settings: MailSettings,
        clock: Clock,
        *,
        name: Callable[[], str] = str,
        noted: Noted | None = None,
    ) -> None:
        """`name`, the brand, is shown beside the sender's address; `noted` hears what was sent."""
        self._settings, self._clock, self._name, self._noted = settings, clock, name, noted

    @property
    def configured(self) -> bool:
        """Say whether there is a server to send to."""
        return bool(self._settings.host and self._settings.sender)

    async def send(self, letter: Letter) -> None:
        """Hand the letter to the server; returns when the server took it for every recipient."""
        if not self.configured:
            raise MailNotConfiguredError
        recipients = [_address(item) for item in letter.to]
        if not recipients or len(recipients) > MAX_RECIPIENTS:
            raise BadInputError(
                field="to",
                problem=f"takes 1 to {MAX_RECIPIENTS} addresses",
                problem_pt=f"aceita de 1 a {MAX_RECIPIENTS} endereços",
            )
        message = await asyncio.to_thread(self._message, letter, recipients)
        await self._hand_over(message, recipients)
        if self._noted is not None:
            size = len(await asyncio.to_thread(bytes, message))
            self._noted(self._settings.host, "mail", sent=size)
        log.info("mail_sent", recipients=len(recipients))

    async def _hand_over(self, message: EmailMessage, recipients: Sequence[str]) -> None:
        settings = self._settings
        security, password = settings.security, settings.password.get_secret_value()
        try:
            context = None if security == "none" else await asyncio.to_thread(self._context)
            refused, _ = await aiosmtplib.send(
                message,
                sender=settings.sender,
                recipients=list(recipients),
                hostname=settings.host,
                port=settings.port,
                username=settings.user or None,
                password=password or None,
                timeout=settings.timeout_s,
                use_tls=security == "tls",
                start_tls=security == "starttls",
                tls_context=context,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise self._failed(error) from error
        if refused:
            raise self._failed(aiosmtplib.SMTPRecipientsRefused([]))

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca and str(self._settings.ca))

    def _message(self, letter: Letter, recipients: Sequence[str]) -> EmailMessage:
        plain = all(item.isascii() for item in (*recipients, self._settings.sender))
        message = EmailMessage(policy=SMTP if plain else SMTPUTF8)
        domain = self._settings.sender.rpartition("@")[2]
        user = self._settings.sender.rpartition("@")[0]
        message["From"] = Address(_line(self._name()), username=user, domain=domain)
        message["To"] = ", ".join(recipients)
        message["Subject"] = _line(letter.subject)
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:40]}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(UNSAFE_BODY.sub(" ", letter.text))
        if letter.html is not None:
            message.add_alternative(UNSAFE_BODY.sub(" ", letter.html), subtype="html")
        self._attach(message, letter.attachments)
        return message

    def _attach(self, message: EmailMessage, files: Sequence[Attachment]) -> None:
        left = self._settings.max_attachments_mb * MEBIBYTE
        for file in files:
            size = (
                len(file.content)
                if isinstance(file.content, bytes)
                else file.content.stat().st_size
            )
            left -= size
            if left < 0:
                limit = f"{self._settings.max_attachments_mb} MiB"
                raise TooLargeError(field="attachments", what="attachments", limit=limit)
            content = file.content if isinstance(file.content, bytes) else file.content.read_bytes()
            main, _, sub = file.mime.partition("/")
            if not re.fullmatch(r"[\w.+-]+", main) or not re.fullmatch(r"[\w.+-]+", sub):
                main, sub = "application", "octet-stream"
            message.add_attachment(content, maintype=main, subtype=sub, filename=_line(file.name))

    def _failed(self, error: Exception) -> MailFailedError:
        problem, problem_pt, fix, fix_pt, final = _reason(error)
        log.warning("mail_failed", error=type(error).__name__, final=final)
        return MailFailedError(
            host=self._settings.host,
            port=self._settings.port,
            problem=problem,
            problem_pt=problem_pt,
            fix=fix,
            fix_pt=fix_pt,
            final=final,
        )


def _address(text: str) -> str:
    """Return a plain address, or refuse what is none: no names, no lists, no line breaks."""
    if len(text) > 254 or not ADDRESS.fullmatch(text):  # noqa: PLR2004 - RFC 5321, 4.5.3.1.3
        raise BadInputError(
            field="to",
            problem="is not an e-mail address such as maria@example.com",
            problem_pt="não é um endereço de e-mail como maria@exemplo.com.br",
        )
    return text


def _line(text: str) -> str:
    """Make one line of it: a line break would begin another header."""
    return CONTROL.sub(" ", text).strip()[:200]


def _reason(error: Exception) -> tuple[str, str, str, str, bool]:
    """Return what went wrong and what to do about it, in both languages; last: is it final."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return (
            "user or password was refused.",
            "usuário ou senha recusados.",
            "Check `mail.user` and `mail.password`; many providers want an app password.",
            "Confira `mail.user` e `mail.password`; muitos provedores exigem senha de aplicativo.",
            True,
        )
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPRecipientRefused):
        return (
            "a recipient was refused.",
            "um destinatário foi recusado.",
            "Check the addresses; the server may only take recipients of its own domain.",
            "Confira os endereços; o servidor pode aceitar só destinatários do próprio domínio.",
            True,
        )
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return (
            "the sender was refused.",
            "o remetente foi recusado.",
            "Set `mail.sender` to an address that this account may use.",
            "Defina `mail.sender` com um endereço que essa conta possa usar.",
            True,
        )
    return _reason_of_link(error)


def _reason_of_link(error: Exception) -> tuple[str, str, str, str, bool]:
    cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
    if isinstance(cause, ssl.SSLError) or "certificate" in str(error).lower():
        return (
            "its certificate or its TLS cannot be trusted.",
            "o certificado ou o TLS não é confiável.",
            "Check `mail.host` and `mail.security` (465: tls, 587: starttls), or set `mail.ca`.",
            "Confira `mail.host` e `mail.security` (465: tls, 587: starttls), ou `mail.ca`.",
            False,
        )
    if "not supported" in str(error):  # the library has no class of its own for each of these
        return (
            "it offers no STARTTLS, or no sign-in.",
            "ele não oferece STARTTLS ou autenticação.",
            "Check `mail.port` and `mail.security`.",
            "Confira `mail.port` e `mail.security`.",
            True,
        )
    if isinstance(error, aiosmtplib.SMTPResponseException):
        final = 500 <= error.code < 600  # noqa: PLR2004 - SMTP: 5xx is for good
        return (
            f"it answered {error.code}.",
            f"ele respondeu {error.code}.",
            "Ask the mail provider what this code means for the account.",
            "Pergunte ao provedor de e-mail o que esse código significa para a conta.",
            final,
        )
    return (
        "it cannot be reached, or did not answer in time.",
        "ele não pode ser alcançado ou não respondeu a tempo.",
        "Check `mail.host`, `mail.port` and the network.",
        "Confira `mail.host`, `mail.port` e a rede.",
        False,
    )
