"""WhatsApp on the page: the code to scan, and chats that move by themselves."""

import asyncio
import re

import pytest
from playwright.async_api import FilePayload, WebSocketRoute, expect

from tests.journeys.box import Box
from tests.journeys.emulator import Emulator
from tests.page.conftest import an_agent
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANA = "5511987654321"


async def test_a_number_is_connected_by_its_code_and_a_chat_is_taken_over(
    owner: Visitor, box: Box, whatsapp: Emulator
) -> None:
    agent = await an_agent(box, "Atendimento")
    await owner.goes(f"/agents/{agent}/whatsapp")
    await owner.press("Conectar")
    code = owner.page.get_by_alt_text("QR code para ler com o WhatsApp do celular")
    await expect(code).to_be_visible()
    await code.evaluate("image => image.decode()")  # fails on what is no image
    await expect(owner.page.get_by_text(re.compile(r"Renova em \d+ s"))).to_be_visible()

    assert await owner.violations() == []
    [session] = (await box.get(f"/whatsapp/{agent}/sessions"))["items"]
    await whatsapp.scan(session["qr"]["text"])
    await expect(owner.page.get_by_text("conectado", exact=True)).to_be_visible(timeout=30_000)

    await owner.goes("/inbox")
    await owner.sees("Escolha uma conversa")
    since = await whatsapp.now()
    await whatsapp.say(ANA, "Oi, tudo bem?")
    row = owner.page.get_by_role("link", name=re.compile("Ana Souza"))
    await expect(row).to_be_visible()

    await row.click()
    await owner.sees("Oi, tudo bem?")
    await owner.press("Assumir")
    await expect(owner.page.locator(".chat-head .badge")).to_have_text("pessoa")
    await owner.page.get_by_label("Escreva uma resposta", exact=True).fill(
        "Aqui é a Marina, já te ajudo."
    )
    await owner.page.keyboard.press("Enter")

    await whatsapp.answer(ANA, "Marina", since=since)
    bubble = owner.page.locator(".bubble.operator")
    await expect(bubble).to_contain_text("já te ajudo")
    delivered = re.compile("enviada|entregue|lida")
    await expect(bubble.locator(".ticks")).to_have_attribute("title", delivered)

    assert await owner.violations() == []

    prices = FilePayload(name="precos.txt", mimeType="text/plain", buffer=b"Corte: R$ 40")
    await owner.page.locator(".composer input[type=file]").set_input_files(prices)
    await expect(owner.page.locator(".attachment")).to_contain_text("precos.txt")
    place = {"latitude": -23.55052, "longitude": -46.633308, "name": "Loja Centro"}
    await box.post(f"/whatsapp/{agent}/send-message", {"to": ANA, "location": place})
    await owner.sees("Abrir no mapa (-23.55052, -46.63331)")

    await owner.press("Devolver")
    await expect(owner.page.locator(".chat-head .badge")).to_have_text("agente")


async def test_a_number_can_be_linked_by_a_code_typed_on_the_phone(
    owner: Visitor, agent: str
) -> None:
    await owner.goes(f"/agents/{agent}/whatsapp")
    await owner.page.get_by_role("radio", name=re.compile("Código por número")).check()
    await owner.fill({"Número do WhatsApp": "+55 11 90000-0002"})

    await owner.press("Conectar")

    code = owner.page.get_by_label("Código para digitar no celular", exact=True)
    await expect(code).to_have_text(re.compile(r"^\w{4}-\w{4}$"))
    await owner.sees("Digite este código no celular.")
    assert await owner.violations() == []


async def test_a_lost_link_is_shown_and_found_again(owner: Visitor) -> None:
    lines: list[WebSocketRoute] = []
    down, greeted = False, asyncio.Event()

    async def through(line: WebSocketRoute) -> None:
        if down:
            await line.close(code=1001)
        else:
            box = line.connect_to_server()
            lines.append(line)

            def tell(frame: str | bytes) -> None:
                line.send(frame)
                greeted.set()  # now the page knows where it is in the stream of events

            box.on_message(tell)

    await owner.page.route_web_socket("**/ws*", through)
    await owner.page.reload()
    await owner.sees("Ao vivo")
    await asyncio.wait_for(greeted.wait(), 20)

    down = True
    await lines[0].close(code=1001)
    await owner.sees("Reconectando…")

    down = False
    await owner.sees("Ao vivo")
    assert "since=" in lines[-1].url
