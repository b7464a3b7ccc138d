"""A box that an older version left is started by this one, and serves what it held."""

import tarfile
from pathlib import Path

import pytest

from tests.journeys.box import ROOT, Box

BOXES = ROOT / "tests" / "daemon" / "upgrade" / "boxes"
QUIET = {
    "NEXTAGENT_WHATSAPP__ENABLED": "false",
    "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
}


@pytest.mark.parametrize("release", ["first-release", "second-release"])
async def test_an_older_box_serves_what_it_held(release: str, tmp_path: Path) -> None:
    with tarfile.open(BOXES / f"{release}.tar.xz") as packed:
        packed.extractall(tmp_path / "state", filter="data")

    async with Box.running(tmp_path, **QUIET) as box:
        [agent] = await box.all("/agents")
        settings = await box.get(f"/settings/{agent['id']}")
        [document] = await box.all(f"/agents/{agent['id']}/documents")
        [faq] = await box.all(f"/agents/{agent['id']}/faqs")
        found = await box.get(f"/agents/{agent['id']}/search", q="bolo de cenoura")
        chats = await box.all("/conversations")
        messages = [
            line
            for chat in chats
            for line in await box.all(f"/conversations/{chat['id']}/messages")
        ]
        entered = await box.post(
            "/auth/login", {"username": "rosa", "password": "uma senha bem longa"}
        )
        answer = await box.post(
            "/ia/ask-to-agent", {"agentId": agent["id"], "question": "Abrem no domingo?"}
        )

    assert (agent["name"], settings["fallback"]["message"]) == ("Bia", "Vou chamar a Rosa.")
    assert (document["status"], faq["answer"]) == ("ready", "Sim, das 8h as 13h.")
    assert "42,00" in found["items"][0]["text"]
    assert (len(chats), len(messages)) == (4, 52)
    assert entered["user"]["name"] == "Dona Rosa"
    assert answer["traceId"]
