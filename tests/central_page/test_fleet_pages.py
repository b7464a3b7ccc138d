"""The fleet, its map, one box and its alerts, as people of the office use them."""

import pytest
from playwright.async_api import expect

from tests.central_page.fleet import Office
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def names(person: Visitor) -> list[str]:
    return await person.page.locator(".fleet tbody th a").all_text_contents()


async def test_the_table_is_narrowed_sorted_and_kept_in_the_address(marina: Visitor) -> None:
    rows = marina.page.locator(".fleet tbody tr")
    await marina.page.get_by_role("combobox", name="WhatsApp").select_option("logged_out")
    await expect(rows).to_have_count(1)
    assert await names(marina) == ["Matriz"]
    assert "whatsapp=logged_out" in marina.page.url
    await marina.page.reload()
    await expect(rows).to_have_count(1)
    await marina.page.get_by_role("link", name="Limpar filtros").first.click()
    await expect(rows).to_have_count(5)

    await marina.page.get_by_label("Buscar", exact=True).fill("pet")
    await expect(rows).to_have_count(1)
    await marina.page.get_by_label("Buscar", exact=True).fill("")
    await expect(rows).to_have_count(5)
    await marina.page.get_by_role("columnheader").get_by_role("link", name="Caixa").click()
    await expect(marina.page.locator(".fleet tbody th a").first).to_have_text("Balcão da padaria")
    assert await names(marina) == sorted(await names(marina))


async def test_the_map_says_each_state_by_shape_letter_and_word(marina: Visitor) -> None:
    await marina.goes("/map")
    await marina.sees("Marcas: caixas")

    worst = marina.page.locator(".cells a").first
    await expect(worst).to_have_attribute("aria-label", "Oficina: Fora do ar")
    assert await worst.locator("text").text_content() == "F"
    shapes = marina.page.locator(".cells path")
    drawn = {await shapes.nth(n).get_attribute("d") for n in range(await shapes.count())}
    assert len(drawn) == 3, "healthy, degraded and down have a shape each"
    await worst.click()
    await expect(marina.page.get_by_role("heading", name="Oficina", level=1)).to_be_visible()


async def test_a_box_shows_its_life_and_its_usage(marina: Visitor, office: Office) -> None:
    box = office.boxes["Matriz"]
    await marina.goes(f"/boxes/{box}")
    await marina.sees("Desconectado")
    await marina.page.get_by_role("link", name="Linha do tempo").click()
    await marina.sees("Sincronizou")
    await marina.page.get_by_role("link", name="Uso", exact=True).click()
    chart = marina.page.get_by_role("img", name="Mensagens recebidas")
    await expect(chart).to_be_visible()
    await marina.page.get_by_role("button", name="Ver como tabela: Mensagens recebidas").click()
    cells = marina.page.locator(".table td.number")
    await expect(cells.first).to_be_visible()
    total = sum(int(n) for n in await cells.all_text_contents())
    assert total > 0
    await marina.sees(f"Total: {total}")


async def test_a_box_is_renamed_revoked_and_taken_back(marina: Visitor, office: Office) -> None:
    await marina.goes(f"/boxes/{office.boxes['Filial centro']}")
    await marina.fill({"Nome da caixa (opcional)": "Filial nova"})
    await marina.press("Salvar")
    await expect(marina.page.get_by_role("heading", name="Filial nova", level=1)).to_be_visible()

    await marina.press("Revogar")
    dialog = marina.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Cancelar").click()
    await marina.does_not_see("Caixa revogada.")
    await marina.press("Revogar")
    await dialog.get_by_role("button", name="Revogar").click()
    await marina.sees("Caixa revogada.")
    await marina.press("Reativar")
    await marina.sees("Caixa reativada.")


async def test_a_box_is_moved_after_asking_and_the_move_is_taken_back(
    marina: Visitor, office: Office
) -> None:
    box = office.boxes["Pet shop"]
    marina.expects_refusal(404)
    await marina.goes(f"/boxes/{box}")
    await marina.fill({"Novo cliente": "ninguem"})
    await marina.press("Mudar de cliente")
    dialog = marina.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Mudar de cliente").click()
    await expect(marina.page.get_by_role("alert")).to_be_visible()

    await office.call("POST", "/api/tenants", {"id": "pet2", "name": "Pet 2", "resellerId": "sul"})
    await marina.fill({"Novo cliente": "pet2"})
    await marina.press("Mudar de cliente")
    await dialog.get_by_role("button", name="Mudar de cliente").click()
    await marina.sees("Mudança para Pet 2 pedida")
    await marina.press("Desistir da mudança")
    await marina.sees("A caixa fica onde está.")
    assert (await office.call("GET", f"/api/devices/{box}/overview"))["move"] is None


async def test_an_audit_is_ordered_and_waits_for_the_box(marina: Visitor, office: Office) -> None:
    box = office.boxes["Matriz"]
    await marina.goes(f"/boxes/{box}/evidence")
    await marina.fill({"Do evento": "1", "Ao evento": "20"})
    await marina.press("Pedir auditoria")
    await marina.sees("eventos 1 a 20")
    await marina.sees("aguarda a caixa")
    assert len((await office.call("GET", f"/api/devices/{box}/audits"))["items"]) == 1


async def test_a_token_is_shown_once_with_the_line_to_type(marina: Visitor, office: Office) -> None:
    await marina.goes("/tenants/oficina")
    await marina.press("Criar código")
    line = marina.page.locator("code").first
    await expect(line).to_contain_text("nextagent enroll ")
    secret = (await line.text_content() or "").split()[-1]
    await marina.goes("/tenants")
    await marina.goes("/tenants/oficina")
    await marina.sees("Aberto")
    assert secret not in await marina.page.content()
    kept = await office.call("GET", "/api/tenants/oficina/tokens")
    assert [one["state"] for one in kept["items"]] == ["open", "used"]


async def test_a_box_month_is_closed_and_its_proof_downloaded(
    marina: Visitor, office: Office
) -> None:
    await marina.goes(f"/boxes/{office.boxes['Oficina']}/evidence")
    await marina.press("Fechar o mês")
    await marina.sees("Mês fechado.")
    async with marina.page.expect_download() as coming:
        await marina.page.get_by_role("button", name="Baixar prova").click()
    assert (await coming.value).suggested_filename.endswith(".json")
