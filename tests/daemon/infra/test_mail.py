"""Mail against a real SMTP dialogue on loopback."""

import ssl
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from config.settings import Mail as MailSettings
from daemon.infra.mail import Attachment, Letter, Mail, MailFailedError, MailNotConfiguredError
from daemon.kernel.clock import FakeClock
from daemon.kernel.errors import BadInputError, TooLargeError
from tests.certificates import an_authority

from .smtp_stand_in import SmtpStandIn


def mail(server: SmtpStandIn, **changes: object) -> Mail:
    values = {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout_s": 2.0}
    settings = MailSettings.model_validate({**values, "sender": "box@example.com", **changes})
    return Mail(settings, FakeClock(), name=lambda: "Clínica Sol")


def letter(**changes: object) -> Letter:
    values = {"to": ["maria@example.com"], "subject": "Olá, ação", "text": "Tudo bem?\n.\nSim."}
    return Letter(**{**values, **changes})  # type: ignore[arg-type] # a test's shorthand


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """Return a server's side for 127.0.0.1 and the authority that vouches for it."""
    return an_authority(tmp_path_factory.mktemp("tls"))


async def test_a_letter_arrives_with_accents_html_and_files(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"a;b\r\n")
    async with SmtpStandIn() as server:
        await mail(server).send(
            letter(
                html="<p>Tudo bem?</p>",
                attachments=[
                    Attachment("relatório.csv", "text/csv", file),
                    Attachment("r.pdf", "application/pdf", b"%PDF-"),
                ],
            )
        )
    (taken,) = server.letters
    message = taken.message
    assert (taken.sender, taken.recipients) == ("box@example.com", ["maria@example.com"])
    assert message["Subject"] == "Olá, ação"
    assert str(message["From"]) == "Clínica Sol <box@example.com>"
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == ["Tudo bem?", ".", "Sim."]
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == ["relatório.csv", "r.pdf"]
    assert next(iter(message.iter_attachments())).get_payload(decode=True) == b"a;b\r\n"


async def test_the_same_key_is_the_same_message_id() -> None:
    async with SmtpStandIn() as server:
        for key in ("one", "one", "two"):
            await mail(server).send(letter(key=key))
    first, again, other = (taken.message["Message-ID"] for taken in server.letters)
    assert first == again != other


async def test_a_line_break_in_a_subject_or_file_name_begins_no_header() -> None:
    async with SmtpStandIn() as server:
        await mail(server).send(
            letter(
                subject="Hi\r\nBcc: thief@example.com\u2028X: y",
                text="nul \x00 and \ud800",
                attachments=[Attachment("a\r\nX-Bad: 1.txt", "text/plain\r\nX-Worse: 2", b"")],
            )
        )
    message = server.letters[0].message
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Subject"] == "Hi Bcc: thief@example.com X: y"
    assert b"\r\nX-Bad" not in server.letters[0].raw
    assert b"\r\nX-Worse" not in server.letters[0].raw


@pytest.mark.parametrize(
    "address",
    [
        "maria",
        "maria@example.com\r\nRCPT TO:<x@example.com>",
        "a@example.com, b@example.com",
        "Maria <m@example.com>",
        "a@b@c",
        "",
        "x" * 300 + "@example.com",
    ],
)
async def test_what_is_no_address_is_refused_by_name(address: str) -> None:
    async with SmtpStandIn() as server:
        with pytest.raises(BadInputError) as raised:
            await mail(server).send(letter(to=[address]))
    assert raised.value.field == "to"
    assert "exemplo" in raised.value.text("pt-BR")
    assert not server.letters


async def test_starttls_and_tls_carry_the_password_and_the_letter(
    tls: tuple[ssl.SSLContext, Path],
) -> None:
    context, ca = tls
    for security in ("starttls", "tls"):
        async with SmtpStandIn(password="s3", tls=context, implicit=security == "tls") as server:
            sender = mail(server, security=security, ca=ca, user="box", password=SecretStr("s3"))
            await sender.send(letter())
        assert (server.letters[0].secure, server.letters[0].user) == (True, "box")


async def test_a_certificate_nobody_vouches_for_is_refused(
    tls: tuple[ssl.SSLContext, Path],
) -> None:
    for security in ("starttls", "tls"):
        async with SmtpStandIn(tls=tls[0], implicit=security == "tls") as server:
            with pytest.raises(MailFailedError, match=r"mail\.ca"):
                await mail(server, security=security).send(letter())
        assert not server.letters


async def test_a_server_without_starttls_gets_no_letter_in_clear() -> None:
    async with SmtpStandIn() as server:
        with pytest.raises(MailFailedError, match=r"mail\.security"):
            await mail(server, security="starttls").send(letter())
    assert not server.letters


async def test_a_wrong_password_says_which_setting_to_fix() -> None:
    async with SmtpStandIn(password="right") as server:
        with pytest.raises(MailFailedError, match=r"mail\.password") as raised:
            await mail(server, user="box", password=SecretStr("wrong")).send(letter())
    assert raised.value.final
    assert "senha" in raised.value.text("pt-BR")
    assert "wrong" not in raised.value.text("en")


async def test_any_refused_recipient_is_told() -> None:
    async with SmtpStandIn(refuse=frozenset({"b@example.com"})) as server:
        with pytest.raises(MailFailedError, match="recipient"):
            await mail(server).send(letter(to=["a@example.com", "b@example.com"]))


@pytest.mark.parametrize(("answer", "final"), [("451 busy", False), ("554 spam", True)])
async def test_a_refusal_for_now_is_told_from_one_for_good(answer: str, final: bool) -> None:  # noqa: FBT001 - a parameter of the table
    async with SmtpStandIn(answer=answer) as server:
        with pytest.raises(MailFailedError, match=answer[:3]) as raised:
            await mail(server).send(letter())
    assert raised.value.final is final


async def test_a_server_that_is_silent_or_gone_is_given_up_in_time() -> None:
    async with SmtpStandIn(silent=True) as server:
        with pytest.raises(MailFailedError, match="in time") as raised:
            await mail(server, timeout_s=0.2).send(letter())
        assert not raised.value.final
    with pytest.raises(MailFailedError, match=r"mail\.host"):
        await mail(server).send(letter())


async def test_files_over_the_limit_are_refused_before_anything_is_sent() -> None:
    async with SmtpStandIn() as server:
        big = Attachment("a.bin", "application/octet-stream", bytes(1024 * 1024 + 1))
        with pytest.raises(TooLargeError):
            await mail(server, max_attachments_mb=1).send(letter(attachments=[big]))


async def test_a_box_without_a_server_says_what_to_set() -> None:
    with pytest.raises(MailNotConfiguredError, match=r"mail\.host"):
        await Mail(MailSettings(), FakeClock()).send(letter())


def test_settings_refuse_a_password_in_clear_and_a_host_without_sender() -> None:
    with pytest.raises(ValidationError, match="in clear"):
        MailSettings.model_validate(
            {"host": "mail.example.com", "sender": "a@b.c", "security": "none", "password": "x"}
        )
    with pytest.raises(ValidationError, match="needs sender"):
        MailSettings(host="mail.example.com")
