"""A box whose licence ended months ago: what people rely on works, and paid extras say why not."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.fleet.conftest import Central
from tests.journeys.box import ApiError, Box
from tests.journeys.emulator import Emulator
from tests.journeys.story import Linked

ANA = "5511987654321"
BIA = "5521912345678"
ENDED = {"plan": "pro", "valid_until": "2020-01-01T00:00:00Z"}


async def licence(box: Box, state: str) -> Any:
    async def look() -> Any:
        return await box.get("/sync")

    await box.post("/sync/now")
    return await box.until(look, lambda found: found["licence"] == state)


async def refused(box: Box, path: str, body: Any) -> Any:
    with pytest.raises(ApiError) as raised:
        await box.post(path, body)
    return raised.value.status, raised.value.problem["code"]


async def test_messages_people_export_and_backup_work_without_a_licence(
    tmp_path: Path, central: Central
) -> None:
    async with Emulator.running(tmp_path / "whatsapp") as whatsapp:
        await whatsapp.contact(ANA, "Ana")
        settings = {
            "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
            "NEXTAGENT_SYNC__URL": central.url,
            **whatsapp.environment,
        }
        async with Box.running(tmp_path, **settings) as box:
            linked = await Linked.up(box, whatsapp)
            await box.post("/sync/enroll", {"token": central.token})
            await central.publish("entitlements", ENDED)
            state = await licence(box, "restricted")
            assert "flows" in [one["name"] for one in state["entitled"]["off"]]

            await whatsapp.say(ANA, "Que horas vocês abrem?")
            await whatsapp.answer(ANA, since=0)  # extractive: it refuses, for it knows nothing
            said = [one["text"] for one in await linked.messages(ANA)]
            assert said[0] == "Que horas vocês abrem?"
            asked = await whatsapp.say(ANA, "quero falar com um atendente")
            assert asked
            await box.until(lambda: linked.chat(ANA), lambda chat: chat["owner"] == "waiting")
            chat = (await linked.chat(ANA))["id"]
            await box.post(f"/conversations/{chat}/messages", {"text": "Sou a Rita, da loja."})
            await whatsapp.answer(ANA, "Sou a Rita", since=0)
            async with box.raw("GET", "/integrations/vcard") as card:
                assert (card.status, b"Ana" in await card.read()) == (200, True)
            report = {"kind": "conversations", "format": "csv"}
            await box.post("/reports", report)
            box.environment["NEXTAGENT_PASSPHRASE"] = "uma frase longa de teste"
            await box.command("backup", str(tmp_path / "box.backup"))
            assert (await asyncio.to_thread((tmp_path / "box.backup").stat)).st_size > 1000

            hook = {"name": "x", "url": "https://example.com/in", "events": ["message.received"]}
            assert await refused(box, "/integrations/webhooks", hook) == (403, "licence_restricted")
            schedule = {**report, "name": "x", "every": "daily"}
            assert (await refused(box, "/reports/schedules", schedule))[1] == "licence_restricted"

            await central.publish("entitlements", {**ENDED, "valid_until": "2099-01-01T00:00:00Z"})
            await licence(box, "active")
            await box.post("/reports/schedules", schedule)


async def test_a_plan_without_messages_gives_new_chats_to_people_and_breaks_none_off(
    tmp_path: Path, central: Central
) -> None:
    async with Emulator.running(tmp_path / "whatsapp") as whatsapp:
        for phone, name in ((ANA, "Ana"), (BIA, "Bia")):
            await whatsapp.contact(phone, name)
        settings = {
            "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
            "NEXTAGENT_SYNC__URL": central.url,
            **whatsapp.environment,
        }
        async with Box.running(tmp_path, **settings) as box:
            linked = await Linked.up(box, whatsapp)
            await whatsapp.say(ANA, "Bom dia")
            await whatsapp.answer(ANA, since=0)
            await box.post("/sync/enroll", {"token": central.token})
            await central.publish("entitlements", {"plan": "pro", "limits": {"messages": 0}})
            await licence(box, "active")

            async def capped() -> Any:
                return (await box.get("/sync"))["entitled"]["limits"]

            await box.until(capped, lambda limits: limits == {"messages": 0})
            await whatsapp.say(BIA, "Boa tarde")
            await box.until(
                lambda: linked.chat(BIA),
                lambda chat: chat is not None and chat["owner"] == "waiting",
            )
            await whatsapp.say(ANA, "Qual o preço do pão?")
            await box.until(
                lambda: linked.messages(ANA),
                lambda said: [one["author"] for one in said].count("bot") == 2,
            )

            assert (await linked.chat(ANA))["owner"] == "bot"
