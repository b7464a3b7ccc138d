"""Who gets in, and what their browser is given."""

import pytest
from playwright.async_api import Browser, expect
from yarl import URL

from tests.central_page.fleet import Office
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_wrong_password_is_told_in_the_language_of_the_page(visitor: Visitor) -> None:
    visitor.expects_refusal(401)
    await visitor.fill({"Usuário": "marina", "Senha": "errada"})
    await visitor.press("Entrar")

    await visitor.sees("Usuário ou senha incorretos.")


async def test_the_first_key_opens_the_page_and_signing_out_leaves_the_key_alone(
    visitor: Visitor, office: Office
) -> None:
    await visitor.press("Entrar com chave de API")
    await visitor.fill({"Chave de API": office.key})
    await visitor.press("Entrar")
    await visitor.sees("5 caixas")
    cookies = await visitor.page.context.cookies()
    assert [(one["name"], one["httpOnly"], one["sameSite"]) for one in cookies] == [
        ("nextagent_central", True, "Strict")
    ]
    assert cookies[0]["value"] != office.key

    await visitor.press("Sair")
    await visitor.sees("Entrar no escritório")
    await office.call("GET", "/api/me")


async def test_the_end_of_a_key_ends_the_browsers_that_signed_in_with_it(
    visitor: Visitor, office: Office
) -> None:
    body = {"name": "por um dia", "role": "reader"}
    made = await office.call("POST", "/api/keys", body)
    await visitor.press("Entrar com chave de API")
    await visitor.fill({"Chave de API": made["key"]})
    await visitor.press("Entrar")
    await visitor.sees("5 caixas")

    await office.call("DELETE", f"/api/keys/{made['id']}")

    visitor.expects_refusal(401)
    await visitor.goes("/plans")
    await visitor.sees("Entrar no escritório")


async def test_a_reseller_who_only_reads_sees_their_own_and_no_buttons(
    browser: Browser, office: Office
) -> None:
    body = {"name": "leitura", "role": "reader", "resellerId": "sul"}
    made = await office.call("POST", "/api/keys", body)
    async with Visitor.opening(browser, office.port) as reader:
        await reader.press("Entrar com chave de API")
        await reader.fill({"Chave de API": made["key"]})
        await reader.press("Entrar")
        await reader.sees("1 caixa")
        await expect(reader.page.locator(".fleet tbody tr")).to_have_count(1)
        await reader.goes(f"/boxes/{office.boxes['Pet shop']}")
        await reader.sees("Saúde agora")
        await expect(reader.page.get_by_role("heading", name="Ações")).to_have_count(0)
        reader.expects_refusal(404)
        await reader.goes(f"/boxes/{office.boxes['Matriz']}")
        await expect(reader.page.get_by_role("alert")).to_be_visible()
        await reader.does_not_see("Clínica Bela")


async def test_the_files_are_compressed_kept_and_can_run_nothing_else(office: Office) -> None:
    session = office.session
    async with session.get(office.base + "/") as index:
        policy = index.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        text, tag = await index.text(), index.headers["ETag"]
    async with session.get(office.base + "/", headers={"If-None-Match": tag}) as again:
        assert again.status == 304
    script = text.partition('src="')[2].partition('"')[0]
    async with session.get(office.base + script) as file:
        assert file.headers["Content-Encoding"] == "gzip"
        assert "immutable" in file.headers["Cache-Control"]
        assert file.headers["X-Content-Type-Options"] == "nosniff"
    for odd in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/nothing.js"):
        async with session.get(URL(office.base + odd, encoded=True)) as none:
            assert none.status == 404
