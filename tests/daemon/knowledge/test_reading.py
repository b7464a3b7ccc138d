import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from daemon.domains.knowledge.reading.blocks import Block, Content, Limits, UnreadableError
from daemon.domains.knowledge.reading.chunking import SIZE, cut
from daemon.domains.knowledge.reading.reader import ReadDocument, Reader, Session

LIMITS = Limits(pages=5, chars=50_000, unpacked=5_000_000)
WORD = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/'
    'wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
)
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    async with Reader(LIMITS).session() as made:
        yield made


@pytest.fixture
def read(session: Session, tmp_path: Path) -> Any:
    """Read bytes under a name."""

    async def reading(name: str, data: bytes | str) -> ReadDocument:
        path = tmp_path / "file"
        raw = data.encode() if isinstance(data, str) else data
        await asyncio.to_thread(path.write_bytes, raw)
        return await session.read(path, name)

    return reading


def pdf(*pages: list[tuple[float, str]], password: str = "", title: str = "") -> bytes:
    out = io.BytesIO()
    locked = StandardEncryption(password) if password else None
    canvas = Canvas(out, encrypt=locked)
    canvas.setTitle(title)
    for lines in pages:
        height = 800.0
        for size, text in lines:
            canvas.setFont("Helvetica", size)
            canvas.drawString(50, height, text)
            height -= 2 * size
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def docx(body: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", WORD.format(body))
    return out.getvalue()


def paragraph(text: str, style: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{text}</w:t></w:r></w:p>"


def xlsx(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def refused(read: Any, name: str, data: bytes | str) -> str:
    with pytest.raises(UnreadableError) as caught:
        await read(name, data)
    return caught.value.reason


async def test_a_pdf_keeps_page_heading_and_rows(read: Any) -> None:
    first = [(20.0, "Tabela"), (10.0, "Bolo de cenoura R$ 42,00"), (10.0, "Pudim R$ 37,60")]
    second = [(20.0, "Entrega"), (10.0, "Entregamos aos domingos.")]

    found = await read("x.pdf", pdf(first, second, title="Padaria Aurora"))

    assert (found.title, found.pages, found.language) == ("Padaria Aurora", 2, "pt")
    assert [(p.page, p.heading) for p in found.passages] == [(1, "Tabela"), (2, "Entrega")]
    assert "Bolo de cenoura R$ 42,00\nPudim" in found.passages[0].text


async def test_a_word_document_keeps_headings_and_tables(read: Any) -> None:
    cell = "<w:tc>{}</w:tc>"
    rows = [("Produto", "Preço"), ("Bolo", "R$ 42,00")]
    table = "".join(
        "<w:tr>" + "".join(cell.format(paragraph(text)) for text in row) + "</w:tr>" for row in rows
    )

    found = await read("x.docx", docx(paragraph("Preços", "Heading1") + f"<w:tbl>{table}</w:tbl>"))

    assert "Bolo | R$ 42,00" in found.passages[0].text


async def test_every_part_of_a_long_table_says_what_its_columns_are(read: Any) -> None:
    rows = [[f"Produto número {n}", f"R$ {n},00"] for n in range(200)]

    found = await read("precos.xlsx", xlsx(["Produto", "Preço"], *rows))

    assert len(found.passages) > 3
    assert all(p.text.startswith("Produto | Preço\n") for p in found.passages)
    assert any("Produto número 199 | R$ 199,00" in p.text for p in found.passages)
    assert found.passages[0].page == 1


@pytest.mark.parametrize("separator", [",", ";", "\t"])
async def test_csv_is_read_whatever_its_separator(read: Any, separator: str) -> None:
    lines = [["produto", "valor"], ["Bolo", "42"], ["Pudim", "37"]]
    text = "\n".join(separator.join(line) for line in lines)

    found = await read("x.csv", text)

    assert "Bolo | 42" in found.passages[0].text


async def test_html_loses_scripts_and_keeps_its_title_and_tables(read: Any) -> None:
    page = (
        "<!doctype html><title>Aba</title><script>alert('no')</script><h1>Trocas</h1>"
        "<p>Trocamos em <b>sete</b> dias.</p><table><tr><th>A</th><th>B</th></tr>"
        "<tr><td>um</td><td>dois</td></tr></table>"
    )

    found = await read("x.html", page)
    text = found.passages[0].text

    assert found.title == "Trocas"
    assert "Trocamos em sete dias." in text
    assert "um | dois" in text
    assert "alert" not in text


async def test_markdown_headings_title_the_passages(read: Any) -> None:
    long = "Texto sobre entregas e prazos. " * 20

    found = await read("x.md", f"# Guia\n\n{long}\n\n## Trocas\n\nTrocamos em sete dias.\n")

    assert found.title == "Guia"
    assert [p.heading for p in found.passages] == ["Guia", "Trocas"]


async def test_text_in_an_old_encoding_is_understood(read: Any) -> None:
    text = "Promoção de pães às terças: não perca as condições da estação."
    found = await read("x.txt", text.encode("cp1252"))

    assert "Promoção de pães às terças" in found.passages[0].text


async def test_the_bytes_decide_and_not_the_name(read: Any) -> None:
    found = await read("x.txt", pdf([(10.0, "Um PDF com nome de texto.")]))

    assert found.mime == "application/pdf"


async def test_language_is_told_per_document(read: Any) -> None:
    found = await read("x.txt", "You can return the item within thirty days of the purchase.")

    assert found.language == "en"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.txt", b" \n\t ", "empty"),
        ("x.pdf", b"%PDF-1.7\nbroken", "broken"),
        ("x.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "unsupported"),
        ("x.docx", b"PK\x03\x04broken", "broken"),
        ("x.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "unsupported"),
        ("x.docx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("x.html", "<html><body><script>1</script></body></html>", "empty"),
        ("x.txt", "palavra " * 10_000, "too_long"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_the_reason(
    read: Any, name: str, data: bytes | str, reason: str
) -> None:
    assert await refused(read, name, data) == reason


async def test_a_scan_without_text_is_refused(read: Any) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    out = io.BytesIO()
    document.save(out)

    assert await refused(read, "scan.pdf", out.getvalue()) == "empty"


async def test_a_pdf_with_a_password_is_refused(read: Any) -> None:
    assert await refused(read, "x.pdf", pdf([(10.0, "x")], password="segredo")) == "encrypted"


async def test_a_pdf_of_too_many_pages_is_refused(read: Any) -> None:
    pages = [[(10.0, f"Página {n}")] for n in range(6)]

    assert await refused(read, "x.pdf", pdf(*pages)) == "too_many_pages"


async def test_a_zip_bomb_is_not_opened(read: Any) -> None:
    assert await refused(read, "x.docx", docx("A" * 6_000_000)) == "bomb"


async def test_a_zip_that_is_no_document_is_refused(read: Any) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hi")

    assert await refused(read, "x.zip", out.getvalue()) == "unsupported"


async def test_a_bad_file_does_not_keep_the_next_one_from_being_read(read: Any) -> None:
    assert await refused(read, "x.pdf", b"%PDF-1.4 nothing") == "broken"

    assert (await read("y.txt", "Isto é um texto.")).passages


async def test_a_worker_that_dies_costs_one_file(session: Session, read: Any) -> None:
    await read("x.txt", "Isto é um texto.")
    assert session._process is not None  # noqa: SLF001 - the process is what is killed
    session._process.kill()  # noqa: SLF001 - see above
    await session._process.wait()  # noqa: SLF001 - see above

    assert await refused(read, "y.txt", "Outro texto.") == "broken"
    assert (await read("z.txt", "Mais um texto.")).passages


def test_passages_are_not_longer_than_they_should_be_and_lose_nothing() -> None:
    words = [f"palavra{n}" for n in range(3000)]
    content = Content([Block(" ".join(words))])

    passages = cut(content)

    assert max(len(passage.text) for passage in passages) <= SIZE
    assert " ".join(passage.text for passage in passages).split() == words


def test_a_passage_never_crosses_a_page() -> None:
    content = Content([Block("um", 1), Block("dois", 2)])

    assert [(p.page, p.text) for p in cut(content)] == [(1, "um"), (2, "dois")]


def test_headings_without_text_are_kept() -> None:
    content = Content([Block("Capa", is_heading=True), Block("Sumário", is_heading=True)])

    assert [p.text for p in cut(content)] == ["Capa — Sumário"]
