"""Invoices on paper, read back: words, amounts, the Pix code as text and as picture."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
import segno
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from reportlab.graphics.shapes import Rect

from config.settings import Brand, Settings, Tenant
from config.settings import Finance as Terms
from daemon.domains.finance.domain.pix import crc16
from daemon.domains.finance.service.parts import Finance
from daemon.domains.finance.service.subscribing import Wish
from daemon.domains.finance.tasks import FinanceTasks
from daemon.domains.reports import routes
from daemon.domains.reports.invoices import PAPERS, Papers
from daemon.domains.reports.paper.invoice import QR_SIZE, QUIET, qr
from daemon.kernel.clock import FakeClock
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount
from daemon.wiring.finance import money
from daemon.wiring.ground import Ground, ground
from daemon.wiring.invoice_papers import Invoices, written
from tests.daemon.reports.conftest import BRAND, NOW, ZONE

CODE = "00020126380014br.gov.bcb.pix0116pix@bela.example5204000053039865406236.66"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        state_dir=tmp_path / "state",
        brand=Brand(name="Clínica Bela", support="(11) 4002-8922"),
        tenant=Tenant(name="Bela Ltda."),
        finance=Terms(pix_key="pix@bela.example", pix_name="Bela", pix_city="São Paulo"),
    )


class Desk:
    """A box with one client whose January was invoiced."""

    def __init__(self, base: Ground, finance: Finance, client: TestClient[Any, Any]) -> None:
        self.base, self.finance, self.client = base, finance, client

    async def pdf(self, number: str, language: str = "pt-BR") -> tuple[bytes, str]:
        """Return the file, and its words without line breaks."""
        response = await self.client.get(
            f"/billing/invoices/{number}/pdf", headers={"Accept-Language": language}
        )
        data = await response.read()
        assert response.status == 200, data
        assert response.headers["Content-Type"] == "application/pdf"
        return data, words(data)


def words(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    return text.replace("\r\n", "\n")


@pytest.fixture
async def desk(settings: Settings, clock: FakeClock) -> AsyncIterator[Desk]:
    async with ground(settings, clock) as base:
        figures: Any = SimpleNamespace()  # no upsell is asked for
        accounts = await money(base, figures, figures)
        finance = accounts.finance
        papers = Papers(Invoices(base, finance, ZONE), lambda: vars(BRAND))

        async def an_owner(_: web.Request) -> Identity:
            return Identity("local", "u1", "owner", "Ana")

        app = web.Application(middlewares=[last_resort, problems])
        app[PAPERS] = papers
        mount(app, routes.invoice_routes.items, an_owner, "local")
        async with TestClient(TestServer(app), headers={"x-tenant-id": "local"}) as client:
            yield Desk(base, finance, client)


@pytest.fixture
async def invoice(desk: Desk, clock: FakeClock) -> str:
    finance = desk.finance
    facts = {"name": "Ana & Filhos <b>", "email": "ana@x.example", "phone": "5511987654321"}
    client = await finance.clients.create({**facts, "document": "52998224725", "external_id": None})
    plans = await finance.plans.page(None, None, 10)
    plan = next(one for one in plans.items if one.code == "pro")
    await finance.subscriptions.create(Wish(client.id, plan.id, "monthly", 249_00, 0, None))
    clock.advance(timedelta(days=30).total_seconds())
    tasks = FinanceTasks(finance.desk, finance.subscriptions, finance.invoices, finance.figures)
    await tasks.tick()
    page = await finance.invoices.page({}, None, 10)
    return page.items[0].invoice.id


async def test_an_invoice_says_who_owes_what_until_when(desk: Desk, invoice: str) -> None:
    data, text = await desk.pdf(invoice)
    for part in (
        *("Clínica Bela", "Bela Ltda.", "Fatura F-000001", "EM ABERTO", "Ana & Filhos <b>"),
        *("529.982.247-25", "+5511987654321", "R$ 249,00", "mar/26", "19/04/2026", "Pro"),
        *("Pague com Pix", "Página 1 de 1", "10/03/2026 a 10/04/2026"),
    ):
        assert part in text, part
    assert b"reportlab" not in data.lower()
    told = pypdfium2.PdfDocument(data).get_metadata_dict()
    assert {told["Producer"], told["Creator"], told["Author"]} == {"Clínica Bela"}
    _, english = await desk.pdf(invoice, "en")
    assert "Invoice F-000001" in english
    assert "R$ 249.00" in english


async def test_the_code_to_copy_is_whole_and_its_sum_is_right(desk: Desk, invoice: str) -> None:
    _, text = await desk.pdf(invoice)
    flat = text.replace("\n", "").replace("\ufffe", "")
    sheet = await desk.finance.invoices.get(invoice)
    code = desk.finance.pix(sheet.invoice)
    assert code is not None
    assert code.replace(" ", "") in flat.replace(" ", "")
    assert int(code[-4:], 16) == crc16(code[:-4].encode())


def test_the_picture_is_the_code_module_by_module() -> None:
    code = f"{CODE}5802BR5913Bela Estetica6009Sao Paulo62110507F00032863042D97"
    matrix = [list(row) for row in segno.make(code, error="m").matrix_iter(border=QUIET)]
    side = len(matrix)
    module = QR_SIZE / side
    seen = [[0] * side for _ in range(side)]
    ground_, *bars = qr(code).contents
    assert isinstance(ground_, Rect)
    assert (ground_.width, ground_.height) == (QR_SIZE, QR_SIZE)
    for bar in bars:
        line = side - 1 - round(bar.y / module)
        first = round(bar.x / module)
        for place in range(first, first + round(bar.width / module)):
            seen[line][place] += 1
    assert seen == [[int(bool(dark)) for dark in row] for row in matrix]


async def test_the_picture_on_the_page_is_black_on_white_at_every_module(
    desk: Desk, invoice: str
) -> None:
    data, _ = await desk.pdf(invoice)
    sheet = await desk.finance.invoices.get(invoice)
    code = desk.finance.pix(sheet.invoice) or ""
    matrix = [list(row) for row in segno.make(code, error="m").matrix_iter(border=0)]
    scale = 4
    page = pypdfium2.PdfDocument(data)[0].render(scale=scale).to_pil().convert("L")
    module = QR_SIZE / (len(matrix) + 2 * QUIET) * scale
    # The finder patterns begin where the first run of seven dark modules stands on the left.
    left, top = _corner(page, module)
    wrong = [
        (line, place)
        for line, row in enumerate(matrix)
        for place, dark in enumerate(row)
        if bool(dark)
        != (
            page.getpixel((int(left + (place + 0.5) * module), int(top + (line + 0.5) * module)))
            < 128
        )
    ]
    assert wrong == []


def _corner(page: Any, module: float) -> tuple[int, int]:
    wide, tall = page.size
    for y in range(tall // 4, tall):
        for x in range(int(wide * 0.07), wide // 3):
            if page.getpixel((x, y)) < 60 and all(
                page.getpixel((x + int(module * step / 2), y + 2)) < 60 for step in range(1, 13)
            ):
                return x, y
    raise AssertionError


async def test_what_was_paid_and_credited_is_taken_off(
    desk: Desk, invoice: str, clock: FakeClock
) -> None:
    note = await desk.finance.invoices.credit(invoice, 9_00, "Desconto <i>combinado</i>")
    await desk.finance.payments.receive(invoice, 40_00, "pix", at=None, note=None)
    _, text = await desk.pdf(invoice)
    for part in ("-R$ 9,00", "-R$ 40,00", "R$ 200,00"):
        assert part in text
    _, corrected = await desk.pdf(note.id)
    for part in ("Nota de crédito NC-000001", "Corrige a fatura F-000001.", "<i>combinado</i>"):
        assert part in corrected
    assert "Pix Copia" not in corrected
    assert "Pague com Pix" not in corrected
    clock.advance(timedelta(days=40).total_seconds())
    assert "VENCIDA" in (await desk.pdf(invoice))[1]
    await desk.finance.payments.receive(invoice, None, "pix", at=None, note=None)
    _, paid = await desk.pdf(invoice)
    assert "PAGA" in paid
    assert "Pague com Pix" not in paid


async def test_what_was_seen_is_not_sent_again(desk: Desk, invoice: str) -> None:
    path = f"/billing/invoices/{invoice}/pdf"
    first = await desk.client.get(path)
    again = await desk.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    await desk.finance.invoices.credit(invoice, 1_00, "x")
    changed = await desk.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status == 200


async def test_an_unknown_invoice_is_not_found(desk: Desk) -> None:
    assert (await desk.client.get("/billing/invoices/nope/pdf")).status == 404


def test_cpf_and_cnpj_are_written_with_their_dots() -> None:
    assert written("52998224725") == "529.982.247-25"
    assert written("12ABC34501DE35") == "12.ABC.345/01DE-35"
    assert written("P-1") == "P-1"
    assert NOW.tzinfo is not None
