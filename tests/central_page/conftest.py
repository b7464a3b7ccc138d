"""One control plane with a small fleet, and a browser, for all tests of the office's pages."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.central_page.fleet import USER, Office, an_office, settle
from tests.page.conftest import CHROMIUM, QUIET, node
from tests.page.visitor import Visitor


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def built() -> str:
    """The pages, built from their sources as they are now; returns what the build said."""
    return await node("build.mjs")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(built: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """A settled control plane."""
    assert built
    folder = tmp_path_factory.mktemp("office")
    async with an_office(folder) as running:
        await settle(running, folder)
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, office: Office) -> AsyncIterator[Visitor]:
    """Somebody who opens the page for the first time. They must see no error of the page."""
    async with Visitor.opening(browser, office.port) as stranger:
        yield stranger


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def marina_state(browser: Browser, office: Office) -> object:
    """The cookies of a person of the platform, signed in on the page itself."""
    async with Visitor.opening(browser, office.port) as first:
        await first.fill({"Usuário": USER["username"], "Senha": USER["password"]})
        await first.press("Entrar")
        await first.sees("Todas as caixas")
        return await first.page.context.storage_state()


@pytest_asyncio.fixture(loop_scope="session")
async def marina(browser: Browser, office: Office, marina_state: object) -> AsyncIterator[Visitor]:
    """A person of the platform at the fleet."""
    async with Visitor.opening(browser, office.port, state=marina_state) as person:
        await person.sees("5 caixas")
        yield person
