"""One contact's rights on a whole box: everything is handed over, then nothing of it is left."""

import asyncio
import base64
import io
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.journeys.box import Box
from tests.journeys.conftest import ANA, BIA
from tests.journeys.story import Linked

CANARY = "meu gato se chama Zebedeu Quaresma"
NAME = "Ana Clara Quintanilha"
PHOTO = base64.b64encode(b"%PDF-1.4 exame de Zebedeu Quaresma").decode()


async def test_a_contact_is_exported_whole_then_erased_and_nothing_of_it_is_left(
    linked: Linked, capsys: pytest.CaptureFixture[str]
) -> None:
    box, whatsapp = linked.box, linked.whatsapp
    contact = await _talked(linked)

    began = time.monotonic()
    asked = await box.post(f"/privacy/contacts/{contact}/export", {"language": "pt-BR"})
    made = await _ready(box, f"/privacy/exports/{asked['id']}")
    exported_s = time.monotonic() - began
    async with box.raw("GET", f"/privacy/exports/{made['id']}/file") as response:
        assert response.status == 200
        packed = zipfile.ZipFile(io.BytesIO(await response.read()))
    told = orjson.loads(packed.read("dados.json"))
    assert told["conversations"]["contact"]["name"] == NAME
    said = [line["text"] for line in told["conversations"]["messages"]]
    assert CANARY in said
    assert [deal["title"] for deal in told["integrations"]] == [f"Venda a {NAME}"]
    assert CANARY in packed.read("leia.html").decode()
    [file] = [name for name in packed.namelist() if name.startswith("arquivos/")]
    assert packed.read(file) == base64.b64decode(PHOTO)

    began = time.monotonic()
    asked = await box.post(f"/privacy/contacts/{contact}/erase", {"confirm": NAME})
    done = await _ready(box, f"/privacy/erasures/{asked['id']}")
    erased_s = time.monotonic() - began
    with capsys.disabled():
        sys.stdout.write(f"\nexport {exported_s:.1f} s, erasure {erased_s:.1f} s (limit 60 s)\n")
    assert done["remaining"] == {}
    assert done["progress"] == 1
    assert await linked.chat(ANA) is None
    assert await asyncio.to_thread(_grep, box, ANA, NAME, CANARY, "Zebedeu Quaresma") == {}
    assert await linked.chat(BIA) is not None
    assert "intact" in await box.command("--lang", "en", "ledger", "verify")

    async with box.raw(
        "GET", f"/privacy/erasures/{done['id']}/certificate", params={"language": "en"}
    ) as response:
        certificate = await response.text()
    assert done["digest"] in certificate
    assert NAME not in certificate
    assert ANA not in certificate

    since = await whatsapp.now()
    await whatsapp.say(ANA, "Oi, voltei")
    await whatsapp.answer(ANA, since=since)
    [first, *_] = await linked.messages(ANA)
    assert first["text"] == "Oi, voltei"
    assert (await linked.chat(ANA))["contact"]["id"] != contact

    assert await box.stop() == 0
    assert await asyncio.to_thread(_grep, box, CANARY, "Zebedeu Quaresma", NAME) == {}


async def _talked(linked: Linked) -> str:
    """Let Ana leave traces wherever a contact can; return her id."""
    box, whatsapp = linked.box, linked.whatsapp
    since = await whatsapp.now()
    await whatsapp.say(BIA, "Bom dia")
    await whatsapp.say(ANA, CANARY)
    await whatsapp.answer(ANA, since=since)
    await whatsapp.answer(BIA, since=since)
    await whatsapp.say(ANA, kind="document", media={"base64": PHOTO, "name": "exame.pdf"})
    await box.until(
        lambda: linked.messages(ANA),
        lambda found: any(one["media"] and one["media"]["name"] for one in found),
    )
    contact = str((await linked.chat(ANA))["contact"]["id"])
    await box.patch(f"/contacts/{contact}", {"name": NAME, "fields": {"gato": "Zebedeu"}})
    deal = {"title": f"Venda a {NAME}", "contactId": contact, "valueCentavos": 1000}
    await box.post("/deals", deal)
    send = {"to": f"+{ANA}", "text": "Zebedeu Quaresma manda lembranças"}
    await box.call(
        "POST",
        f"/whatsapp/{linked.agent}/send-message",
        json=send,
        headers={"Idempotency-Key": "once"},
    )
    await whatsapp.answer(ANA, "lembranças", since=since)
    report = {"kind": "conversations", "format": "csv", "language": "pt-BR"}
    made = await box.post("/reports", report)
    await _ready(box, f"/reports/{made['id']}")
    client = {"name": NAME, "phone": ANA}
    await box.post("/billing/clients", client)
    assert await asyncio.to_thread(_grep, box, CANARY) != {}
    return contact


async def _ready(box: Box, path: str) -> Any:
    found = await box.until(
        lambda: box.get(path), lambda one: one["state"] in {"ready", "failed"}, within_s=120
    )
    assert found["state"] == "ready", found
    return found


def _grep(box: Box, *words: str) -> dict[str, list[str]]:
    """Return the files of the box in which a word stands, byte for byte."""
    found = dict[str, list[str]]()
    for path in sorted(Path(box.environment["NEXTAGENT_STATE_DIR"]).rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if hits := [word for word in words if word.encode() in content]:
                found[str(path)] = hits
    log = box.log.read_bytes()
    if hits := [word for word in words if word.encode() in log]:
        found[str(box.log)] = hits
    return found
