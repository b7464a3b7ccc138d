"""Letters by SMTP, where a server is set."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from sync.central.parts import Mail
from sync.central.settings import CentralSettings

TIMEOUT_S = 20.0


def post_office(settings: CentralSettings) -> Mail | None:
    """Return what sends letters, or None if no server is set. It raises OSError if it cannot."""
    if not settings.mail_host:
        return None

    async def send(to: Sequence[str], subject: str, text: str) -> None:
        import aiosmtplib  # noqa: PLC0415 - only where letters are sent

        trusted = await asyncio.to_thread(ssl.create_default_context, cafile=settings.mail_ca)
        letter = EmailMessage()
        letter["From"], letter["To"] = settings.mail_sender, ", ".join(to)
        letter["Subject"] = subject
        letter["Date"] = format_datetime(datetime.now(UTC))
        letter["Message-ID"] = make_msgid(domain=settings.mail_sender.rpartition("@")[2] or None)
        letter["Auto-Submitted"] = "auto-generated"  # no holiday notice shall answer it
        letter.set_content(text)
        try:
            await aiosmtplib.send(
                letter,
                hostname=settings.mail_host,
                port=settings.mail_port,
                username=settings.mail_user or None,
                password=settings.mail_password.get_secret_value() or None,
                use_tls=settings.mail_security == "tls",
                start_tls=settings.mail_security == "starttls",
                timeout=TIMEOUT_S,
                tls_context=trusted,
            )
        except (aiosmtplib.SMTPException, ssl.SSLError) as error:
            raise OSError(type(error).__name__) from error

    return send
