"""Somebody at the page, and what they can do and must never see."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, ViewportSize, expect

SOURCES = Path(__file__).parents[2] / "daemon" / "web" / "page"
AXE = SOURCES / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP = ViewportSize(width=1280, height=820)
PHONE = ViewportSize(width=360, height=740)
PATIENCE_MS = 20_000
# People at the page live by the tenant's calendar: at midnight in UTC its day is not over yet.
ZONE = "America/Sao_Paulo"
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Look:
    """On what, and how, the page is looked at."""

    size: ViewportSize = field(default_factory=lambda: DESKTOP)
    theme: str = "dark"
    language: str = "pt"

    def __str__(self) -> str:
        return f"{self.size['width']}-{self.theme}-{self.language}"


class Visitor:
    """A person with a browser of their own."""

    def __init__(self, page: Page, port: int) -> None:
        self.page, self.home = page, f"http://127.0.0.1:{port}/"
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @classmethod
    @contextlib.asynccontextmanager
    async def opening(
        cls,
        browser: Browser,
        port: int,
        *,
        state: Any = None,
        look: "Look | None" = None,
    ) -> AsyncIterator[Self]:
        """Open the page; leaving it, nothing may have gone wrong in its console."""
        look = look or Look()
        context = await browser.new_context(
            viewport=look.size,
            locale="pt-BR",
            timezone_id=ZONE,
            storage_state=state,
            reduced_motion="reduce",
        )
        await context.add_init_script(
            f"localStorage.setItem('nextagent.theme', '{look.theme}');"
            f"localStorage.setItem('nextagent.language', '{look.language}');"
        )
        visitor = cls(await context.new_page(), port)
        await visitor.page.goto(visitor.home)
        yield visitor
        assert not visitor.complaints, "\n".join(visitor.complaints)
        await context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        harmless = any(text in message.text for text in self.expected)
        if message.type in {"error", "warning"} and not harmless:
            self.complaints.append(message.text)

    def expects_refusal(self, *statuses: int) -> None:
        """Allow the browser's own line about an answer with one of these statuses."""
        self.expected = tuple(f"status of {status}" for status in statuses)

    async def goes(self, route: str) -> None:
        """Follow a link inside the page."""
        await self.page.evaluate("route => { location.hash = route; }", route)

    async def fill(self, fields: Mapping[str, str]) -> None:
        """Write into fields by their labels."""
        for label, value in fields.items():
            await self.page.get_by_label(label, exact=True).fill(value)

    async def press(self, name: str) -> None:
        """Press the button of this name."""
        await self.page.get_by_role("button", name=name, exact=True).first.click()

    def text(self, text: str) -> Locator:
        """The first place where this is said."""
        return self.page.get_by_text(text).first

    async def sees(self, text: str) -> None:
        """Wait until this is said somewhere on the screen."""
        await expect(self.text(text)).to_be_visible()

    async def does_not_see(self, text: str) -> None:
        """Wait until this is said nowhere."""
        await expect(self.page.get_by_text(text)).to_have_count(0)

    async def violations(self) -> list[str]:
        """What axe finds wrong on the screen as it is now."""
        await self.page.wait_for_timeout(150)  # what is asked for at once has been asked for
        await expect(self.page.locator(".loading")).to_have_count(0)
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(f"{AXE.read_text('utf-8')}; 0")
        found = await self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules}).then(result => result.violations.map("
            "one => `${one.id}: ${one.nodes.map(node => node.html).join(' | ')}`))",
            RULES,
        )
        return [str(one) for one in found]
