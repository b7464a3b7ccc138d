"""HTML, Word (through HTML) and Markdown."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from .blocks import BROKEN, EMPTY, Block, Content, Limits, UnreadableError, row
from .sniff import decoded

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
SKIPPED = "script, style, noscript, template, svg, nav, iframe, object, form input, button"
PARAGRAPHS = {
    *("p", "li", "dt", "dd", "pre", "blockquote", "figcaption", "caption", "summary", "address"),
    *("div", "section", "article", "main", "header", "footer", "aside", "td", "th", "label"),
}
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")


def read_html(path: Path, limits: Limits) -> Content:
    """Read a web page. Raises UnreadableError."""
    return html_content(decoded(path.read_bytes()), limits)


def read_docx(path: Path, limits: Limits) -> Content:
    """Read a Word document; mammoth keeps headings, lists and tables. Raises UnreadableError."""
    import mammoth  # noqa: PLC0415 - a large library, for this kind only

    try:
        with path.open("rb") as file:
            html = mammoth.convert_to_html(
                file, convert_image=mammoth.images.img_element(_no_image)
            )
    except (KeyError, ValueError, AttributeError, zipfile.BadZipFile, OSError) as error:
        raise UnreadableError(BROKEN) from error
    except Exception as error:
        if type(error).__module__.startswith(("xml", "mammoth")):
            raise UnreadableError(BROKEN) from error
        raise
    return html_content(html.value, limits)


def read_markdown(path: Path, limits: Limits) -> Content:
    """Read Markdown: headings, tables and paragraphs. Raises UnreadableError."""
    content = Content()
    header, paragraph, fenced = "", io.StringIO(), False

    def close() -> None:
        content.add(Block(paragraph.getvalue().strip()), limits)
        paragraph.seek(0)
        paragraph.truncate()

    for line in decoded(path.read_bytes()).splitlines():
        fenced ^= line.lstrip().startswith("```")
        heading = None if fenced else _HEADING.match(line)
        is_row = not fenced and line.count("|") > 1
        if heading or is_row or not line.strip():
            close()
            header = header if is_row else ""
        if heading:
            content.title = content.title or heading[2]
            content.add(Block(heading[2], is_heading=True), limits)
        elif is_row and not _RULE.match(line):
            text = row(line.strip().strip("|").split("|"))
            content.add(Block(text, is_row=True, header=header), limits)
            header = header or text
        elif not is_row:
            paragraph.write(line + "\n")
    close()
    return _checked(content)


def html_content(html: str, limits: Limits) -> Content:
    """Return the content of HTML text. Raises UnreadableError."""
    tree = LexborHTMLParser(html)
    title = tree.css_first("title")
    for node in tree.css(SKIPPED):
        node.decompose()
    content = Content()
    if tree.body is not None:
        _Walk(content, limits).block(tree.body)
    first = next((block.text for block in content.blocks if block.is_heading), "")
    content.title = first or (" ".join(title.text().split()) if title else "")
    return _checked(content)


class _Walk:
    """Goes through elements in order, gathering inline text into paragraphs."""

    def __init__(self, content: Content, limits: Limits) -> None:
        self._content, self._limits = content, limits
        self._inline: list[str] = []

    def block(self, root: Any) -> None:
        # A stack of our own: a page may nest a hundred thousand elements.
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                self._flush()
                continue
            name = node.tag
            if name == "-text":
                self._inline.append(node.text_content or "")
            elif name == "br":
                self._inline.append("\n")
            elif name in HEADINGS:
                self._flush()
                text = " ".join(node.text(separator=" ").split())
                self._content.add(Block(text, is_heading=True), self._limits)
            elif name == "table" and not node.css_first("table table"):
                self._flush()
                self._table(node)
            else:
                if name in PARAGRAPHS:
                    self._flush()
                    stack.append((node, True))
                children = list(node.iter(include_text=True))
                stack.extend((child, False) for child in reversed(children))
        self._flush()

    def _table(self, table: Any) -> None:
        header = ""
        for line in table.css("tr"):
            cells = [cell for cell in line.iter() if cell.tag in {"td", "th"}]
            text = row(cell.text(separator=" ") for cell in cells)
            self._content.add(Block(text, is_row=True, header=header), self._limits)
            header = header or text

    def _flush(self) -> None:
        lines = "".join(self._inline).split("\n")
        text = "\n".join(filter(None, (" ".join(line.split()) for line in lines)))
        self._inline.clear()
        self._content.add(Block(text), self._limits)


def _no_image(_: Any) -> dict[str, str]:
    return {}


def _checked(content: Content) -> Content:
    if not content.blocks:
        raise UnreadableError(EMPTY)
    return content
