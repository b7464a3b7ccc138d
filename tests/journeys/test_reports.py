"""A report leaves a real box: as a document on WhatsApp, and as a letter."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.infra.smtp_stand_in import SmtpStandIn
from tests.journeys.box import Box
from tests.journeys.conftest import ANA
from tests.journeys.emulator import OWNER, Emulator
from tests.journeys.story import Linked


@pytest.fixture
async def post() -> AsyncIterator[SmtpStandIn]:
    async with SmtpStandIn() as server:
        yield server


async def test_a_report_is_sent_by_whatsapp_and_by_mail(
    tmp_path: Path, whatsapp: Emulator, post: SmtpStandIn
) -> None:
    settings = {
        **whatsapp.environment,
        "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
        "NEXTAGENT_MAIL__HOST": "127.0.0.1",
        "NEXTAGENT_MAIL__PORT": str(post.port),
        "NEXTAGENT_MAIL__SECURITY": "none",
        "NEXTAGENT_MAIL__SENDER": "caixa@bela.example",
    }
    async with Box.running(tmp_path, **settings) as box:
        linked = await Linked.up(box, whatsapp, OWNER)
        await whatsapp.say(ANA, "Vocês abrem no sábado?")
        await box.until(lambda: linked.messages(ANA), bool)
        since = await whatsapp.now()
        made = await box.post(
            "/reports",
            {
                "kind": "conversations",
                "format": "pdf",
                "deliver": {
                    "email": {"to": ["dona@bela.example"]},
                    "whatsapp": {"agentId": linked.agent, "to": [f"+{ANA}"]},
                },
            },
        )

        def sent(report: Any) -> bool:
            return all(one["state"] == "sent" for one in report["deliveries"])

        report = await box.until(lambda: box.get(f"/reports/{made['id']}"), sent)
        assert report["rows"] >= 2  # the message, and its conversation
        (letter,) = post.letters
        (attached,) = letter.message.iter_attachments()
        assert attached.get_content_type() == "application/pdf"
        assert attached.get_filename() == report["name"]
        got = await whatsapp.see(
            "message.received", lambda event: event["kind"] == "document", since=since
        )
        assert got["contact"] == ANA
        documents = [one for one in await linked.messages(ANA) if one["kind"] == "document"]
        assert [one["media"]["name"] for one in documents] == [report["name"]]
        assert [one["media"]["bytes"] for one in documents] == [report["bytes"]]
