"""A box that is killed at random moments still tells other programs all that happened."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from tests.journeys.box import ApiError, Box

SETTINGS = {
    "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
    "NEXTAGENT_WHATSAPP__ENABLED": "false",
    "NEXTAGENT_OUTBOUND__ALLOW": '["127.0.0.1"]',
}
KILLS, EACH = 2, 15


@dataclass
class Receiver:
    """Another program; every other answer of it comes late."""

    url: str = ""
    secret: str = ""
    told: dict[str, set[str]] = field(default_factory=dict)

    async def hear(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), dict(request.headers)
        Webhook(self.secret).verify(body, headers)
        number = json.loads(body)["data"]["id"]
        self.told.setdefault(number, set()).add(headers["webhook-id"])
        await asyncio.sleep(0.05 * (len(self.told) % 2))
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made, app = Receiver(), web.Application()
    app.router.add_post("/in", made.hear)
    async with TestServer(app) as server:
        made.url = f"http://127.0.0.1:{server.port}/in"
        yield made


async def test_no_event_is_lost_and_each_has_one_id(tmp_path: Path, receiver: Receiver) -> None:
    async with Box.running(tmp_path, **SETTINGS) as box:
        made = await box.post(
            "/integrations/webhooks",
            {"name": "x", "url": receiver.url, "events": ["contact.updated"]},
        )
        receiver.secret = made["secret"]
        accepted: set[str] = set()
        for round_ in range(KILLS):
            writing = asyncio.create_task(write(box, round_, accepted))
            await asyncio.sleep(0.1 + 0.1 * round_)
            await box.kill("daemon")
            await box.ready()
            await writing

        await box.until(lambda: told(receiver), lambda found: accepted <= found)

        assert accepted
        assert {number: len(ids) for number, ids in receiver.told.items() if len(ids) > 1} == {}


async def told(receiver: Receiver) -> set[str]:
    return set(receiver.told)


async def write(box: Box, round_: int, accepted: set[str]) -> None:
    """Make contacts until the box is gone; what it acknowledged must be told."""
    for number in range(EACH):
        phone = f"+55119{round_:02}{number:06}"
        try:
            accepted.add((await box.post("/contacts", {"phone": phone}))["id"])
        except (aiohttp.ClientError, ApiError, TimeoutError):
            return
