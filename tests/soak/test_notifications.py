"""Notices of a real box that is killed again and again while it tells them."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.daemon.infra.smtp_stand_in import SmtpStandIn
from tests.journeys.box import Box

SETTINGS = {
    "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
    "NEXTAGENT_WHATSAPP__ENABLED": "false",
    "NEXTAGENT_MAIL__HOST": "127.0.0.1",
    "NEXTAGENT_MAIL__SECURITY": "none",
    "NEXTAGENT_MAIL__SENDER": "box@example.com",
}
KILLS = 6


@pytest.mark.soak
async def test_a_notice_reaches_the_mailbox_once_however_often_the_box_is_killed(
    tmp_path: Path,
) -> None:
    luck = random.Random(1)  # noqa: S311 - moments, not secrets
    async with SmtpStandIn() as server:
        settings = {**SETTINGS, "NEXTAGENT_MAIL__PORT": str(server.port)}
        async with Box.running(tmp_path, **settings) as box:
            wanted = {"emails": ["dona@example.com"], "quietHours": False}
            await box.patch("/notifications/settings", wanted)
            # No disk is as large as that: the rule is met at the next look.
            change = [{"rule": "disk_low", "threshold": 1_048_576}]
            await box.patch("/notifications/rules", {"items": change})
            for _ in range(KILLS):
                await box.until(lambda: box.get("/notifications"), lambda found: found["items"])
                await asyncio.sleep(luck.uniform(0, 0.1))
                await box.kill("daemon")
                await box.ready()
            await asyncio.sleep(5)
            (one,) = (await box.get("/notifications"))["items"]
            detail = await box.get(f"/notifications/{one['id']}")
    assert [item["state"] for item in detail["deliveries"]] == ["sent"]
    letters = {letter.message["Message-ID"] for letter in server.letters}
    assert len(letters) == 1
