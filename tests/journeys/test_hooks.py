"""Another program calls in, and a customer's phone rings; what the customer says goes out to it."""

import asyncio
import json
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from tests.daemon.flows.drawings import BOOKING
from tests.journeys.box import Box
from tests.journeys.conftest import ANA, BIA
from tests.journeys.emulator import OWNER, Emulator
from tests.journeys.story import Linked

SETTINGS = {
    "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
    "NEXTAGENT_OUTBOUND__ALLOW": '["127.0.0.1"]',
}
ORDER = {"customer": {"phone": "(11) 98765-4321", "name": "Ana"}, "order": 42}


async def test_calls_reach_customers_and_their_words_reach_who_asked(
    tmp_path: Path, whatsapp: Emulator
) -> None:
    told: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()

    async def hear(request: web.Request) -> web.Response:
        await told.put((dict(request.headers), await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/in", hear)
    async with (
        TestServer(app) as elsewhere,
        Box.running(tmp_path, **SETTINGS, **whatsapp.environment) as box,
    ):
        linked = await Linked.up(box, whatsapp, OWNER)
        url = f"http://127.0.0.1:{elsewhere.port}/in"
        out = {"name": "x", "url": url, "events": ["message.received"], "includeContent": True}
        secret = (await box.post("/integrations/webhooks", out))["secret"]

        mapping = {"to": "/customer/phone", "text": "{{/customer/name}}, pedido {{/order}} pronto"}
        hook = await a_hook(linked, action="send_message", mapping=mapping)
        for _ in range(2):  # the same call comes twice
            await call(box, hook, ORDER, "order-42")
        got = await whatsapp.answer(ANA, "Ana, pedido 42 pronto", since=0)

        await whatsapp.say(ANA, "Obrigada!")
        headers, body = await asyncio.wait_for(told.get(), 10)
        Webhook(secret).verify(body, headers)
        content = json.loads(body)["data"]["content"]
        assert (content["text"], content["contact"]["phone"]) == ("Obrigada!", ANA)
        sent = [one for one in await whatsapp.deliveries(ANA) if "pedido 42" in one["text"]]
        assert len(sent) == 1
        assert got["id"] == sent[0]["id"]

        flow = (
            await box.post("/flows", {"agentId": linked.agent, "name": "Marcar", "draft": BOOKING})
        )["id"]
        await box.post(f"/flows/{flow}/publish", {"note": "primeira"})
        starts = await a_hook(
            linked, action="start_flow", flowId=flow, mapping={"to": "/customer/phone"}
        )
        await call(box, starts, {"customer": {"phone": BIA}}, "visit-1")
        await whatsapp.answer(BIA, "Qual é o seu nome", since=0)
        [hit] = (await box.get(f"/integrations/hooks/{starts['id']}/hits"))["items"]
        assert (hit["outcome"], bool(hit["runId"])) == ("done", True)


async def a_hook(linked: Linked, **more: object) -> dict[str, str]:
    body = {"name": "Loja", "agentId": linked.agent, **more}
    return dict(await linked.box.post("/integrations/hooks", body))


async def call(box: Box, hook: dict[str, str], payload: object, number: str) -> None:
    """Call as a stranger does: with the address alone."""
    url = f"http://127.0.0.1:{box.port}{hook['path']}"
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, json=payload, headers={"webhook-id": number}) as response,
    ):
        assert response.status == 202, await response.text()
