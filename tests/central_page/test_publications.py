"""Publications by their forms: checked, previewed, compared, sent out, held and taken back."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.central_page.fleet import Office
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\xdac\xfc\xff\x9f\xa1\x1e\x00\x07\x82\x02\x7f=\xc8H"
    b"\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)


async def publish(person: Visitor) -> None:
    """Press the button, and say yes."""
    await person.press("Publicar")
    dialog = person.page.get_by_role("dialog")
    # The words of an earlier publication may still be there: its own answer is waited for.
    async with person.page.expect_response(
        lambda reply: reply.request.method == "POST" and reply.url.endswith("/api/documents")
    ) as answered:
        await dialog.get_by_role("button", name="Publicar").click()
    assert (await answered.value).ok
    await person.sees("Publicado.")


async def latest(office: Office, kind: str) -> dict[str, object]:
    items = (await office.call("GET", "/api/documents"))["items"]
    newest = next(one for one in items if one["kind"] == kind)
    found: dict[str, object] = await office.call("GET", f"/api/documents/{newest['id']}")
    return found


async def test_a_brand_is_mended_seen_and_sent_to_a_few_boxes_then_taken_back(
    marina: Visitor, office: Office, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(PIXEL)
    page = marina.page
    await marina.goes("/documents/new/brand")
    await page.get_by_label("Nome").fill("Marca Nova")
    await page.get_by_label("Cor", exact=False).last.fill("azul")
    await marina.press("Publicar")
    await marina.sees("uma cor como #0a7f96")
    await page.locator("input[name=accent]").fill("#ffe000")
    await marina.sees("No texto a caixa usa #")
    async with page.expect_file_chooser() as asked:
        await marina.press("Enviar logo")
    await (await asked.value).set_files(logo)
    await expect(page.locator("input[name=logo]")).to_have_value(re.compile("^[0-9a-f]{64}$"))
    await expect(page.locator(".brand-bar img").first).to_be_visible()
    changed = page.get_by_role("list", name="O que muda")
    await expect(changed.get_by_text("Marca Nova")).to_be_visible()
    await marina.fill({"Começar com (%)": "5"})
    assert await marina.violations() == []
    await publish(marina)

    await expect(page.locator(".stages [aria-current=step]")).to_contain_text("5 %")
    sent = await latest(office, "brand")
    assert sent["percent"] == 5
    body = sent["body"]
    assert isinstance(body, dict)
    assert (body["name"], body["accent"], len(body["logo"])) == ("Marca Nova", "#ffe000", 64)
    assert await marina.violations() == []
    await marina.fill({"Ampliar para (%)": "60"})
    await marina.press("Ampliar")
    await expect(page.locator(".stages [aria-current=step]")).to_contain_text("60 %")
    await marina.press("Pausar")
    await marina.sees("Pausada")
    await marina.press("Continuar")
    await marina.press("Parar e retirar")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Parar e retirar").click()
    await marina.sees("retirada por alguém")
    assert (await latest(office, "brand"))["state"] == "stopped"


async def test_settings_from_afar_are_offered_with_their_limits_and_compared(
    marina: Visitor, office: Office
) -> None:
    page = marina.page
    await office.call(
        "POST", "/api/documents", {"kind": "config", "body": {"limits": {"agents": 7}}}
    )
    await marina.goes("/documents/new/config")
    agents = page.locator("input[name='limits.agents']")
    await expect(agents).to_have_value("7")  # what is in force is where one begins
    await marina.sees("De 1 a 1.000; de fábrica, 50.")
    await agents.fill("9")
    await page.get_by_label("Detalhe do registro").select_option("debug")
    changed = page.get_by_role("list", name="O que muda")
    await expect(changed.locator("li")).to_have_count(2)
    await expect(changed.locator("li", has_text="Agentes").locator("del")).to_have_text("7")
    await page.get_by_label("Para quem", exact=True).select_option("tenant")
    await marina.sees("Nada desse tipo vale ainda")  # for whom is not known yet
    await page.get_by_label("um cliente").fill("Clínica Bela")
    await marina.sees("Comparado com o que vale agora")  # the name was found
    await marina.fill({"Começar com (%)": "100"})
    await publish(marina)

    sent = await latest(office, "config")
    assert sent["body"] == {"limits": {"agents": 9}, "log": {"level": "debug"}}
    assert (sent["tenantId"], sent["percent"]) == ("clinica", 100)


async def test_a_licence_and_a_channel_are_published_without_writing_json(
    marina: Visitor, office: Office
) -> None:
    page = marina.page
    await marina.goes("/documents/new/entitlements")
    await page.locator("input[name=plan]").fill("pro")
    await page.locator("input[name=valid_until]").fill("2099-12-31")
    await page.get_by_label("Fluxos de conversa").check()
    await page.locator("input[name='limits.sessions']").fill("2")
    await publish(marina)
    body = (await latest(office, "entitlements"))["body"]
    assert isinstance(body, dict)
    until = body.pop("valid_until")
    assert until.startswith(("2099-12-31T", "2100-01-01T"))
    assert body == {"plan": "pro", "features": ["flows"], "limits": {"sessions": 2}}

    await marina.goes("/documents/new/channel")
    await page.locator("input[name=version]").fill("1.6.0")
    await publish(marina)
    assert (await latest(office, "channel"))["body"] == {"channel": "stable", "version": "1.6.0"}


async def test_the_advanced_way_takes_json_and_is_checked_all_the_same(
    marina: Visitor,
) -> None:
    page = marina.page
    await marina.goes("/documents/new/models")
    await marina.press("Avançado (JSON)")
    await marina.fill({"Conteúdo (JSON)": "{não"})
    await marina.sees("Isto não é um objeto JSON")
    await marina.fill({"Conteúdo (JSON)": '{"models": [{"id": "m", "name": "M"}]}'})
    await marina.press("Publicar")
    await marina.sees("As caixas recusariam isto.")
    wrong = page.get_by_role("alert")
    await expect(wrong.get_by_text("models.0.sha256")).to_be_visible()
    await marina.press("Voltar ao formulário")
    await expect(page.locator("input[name='models.0.sha256']")).to_have_attribute(
        "aria-invalid", "true"
    )
    assert await marina.violations() == []


async def test_a_large_file_goes_on_after_a_hold_and_after_a_reload(
    marina: Visitor, office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "modelo.gguf"
    file.write_bytes(bytes(range(256)) * 4096 * 3)  # 3 MiB: several parts
    page = marina.page
    sent: list[str] = []
    held = True

    async def slowly(route: Route) -> None:
        """Let the first part through, and lose the link for all others, until it is back."""
        if route.request.method == "PUT":
            if held and sent:
                await route.abort()
                return
            sent.append(route.request.headers["content-range"])
        await route.continue_()

    marina.expected = ("net::ERR_FAILED",)
    await page.route("**/api/blobs/*", slowly)
    await marina.goes("/documents")
    async with page.expect_file_chooser() as asked:
        await marina.press("Escolher arquivos")
    await (await asked.value).set_files(file)
    await marina.sees("Sem resposta; tenta de novo sozinho")
    await marina.press("Pausar o envio de modelo.gguf")
    await marina.sees("Pausado")
    assert await marina.violations() == []

    await page.reload()
    await marina.sees("Interrompido: escolha o mesmo arquivo para continuar")
    held = False
    async with page.expect_file_chooser() as asked:
        await marina.press("Escolher modelo.gguf de novo")
    await (await asked.value).set_files(file)
    await marina.sees("Enviado: modelo.gguf")

    firsts = [int(one.split()[1].split("-")[0]) for one in sent]
    assert firsts == sorted(set(firsts)), "no part was sent twice"
    kept = (await office.call("GET", "/api/blobs"))["items"]
    one = next(one for one in kept if one["name"] == "modelo.gguf")
    assert one["bytes"] == 3 << 20
    await marina.goes("/documents/new/models")
    await marina.press("Adicionar modelo")
    choice = page.get_by_label("Arquivo já enviado")
    await choice.select_option(one["sha256"])
    await expect(page.locator("input[name='models.0.size_mb']")).to_have_value("3")
