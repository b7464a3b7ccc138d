"""Cut a document into passages of about 900 characters that keep page and heading."""

from dataclasses import dataclass

from semantic_text_splitter import TextSplitter

from .blocks import Block, Content

SIZE = 900
SMALL = 250  # a passage shorter than this takes the next section in
LONGEST_ROW = 2_000
LONGEST_HEADING = 200
_SPLITTER = TextSplitter(SIZE)


@dataclass(frozen=True, slots=True)
class Cut:
    """One passage."""

    text: str
    page: int | None
    heading: str


def cut(content: Content) -> list[Cut]:
    """Return the passages of a document, in order."""
    cutter = _Cutter()
    for block in content.blocks:
        if block.is_heading:
            cutter.heading(block)
        else:
            cutter.body(block)
    return cutter.finish()


class _Cutter:
    """Packs blocks until a passage is full; never across pages, never through a row."""

    def __init__(self) -> None:
        self._done: list[Cut] = []
        self._text = ""
        self._page: int | None = None
        self._under = ""  # the heading of the passage being packed
        self._next = ""  # the heading in force
        self._bare = False  # no body has followed that heading yet

    def heading(self, block: Block) -> None:
        if self._bare and not self._text:
            self._next = f"{self._next} — {block.text}"[:LONGEST_HEADING]
        elif 0 < len(self._text) < SMALL and block.page == self._page:
            self._text += f"\n\n{block.text}"
            self._next = block.text[:LONGEST_HEADING]
            return
        else:
            self._flush()
            self._next = block.text[:LONGEST_HEADING]
        self._page, self._bare = block.page, True

    def body(self, block: Block) -> None:
        whole = block.is_row and len(block.text) <= LONGEST_ROW
        for piece in [block.text] if whole else _SPLITTER.chunks(block.text):
            self._add(piece, block)

    def finish(self) -> list[Cut]:
        if self._bare and not self._text:
            self._text, self._under = self._next, self._next
        self._flush()
        return self._done

    def _add(self, piece: str, block: Block) -> None:
        full = len(self._text) + len(piece) + 2 > SIZE
        if self._text and (full or block.page != self._page):
            self._flush()
        if not self._text:
            self._page, self._under, self._bare = block.page, self._next, False
            has_header = block.is_row and block.header and block.header != piece
            self._text = f"{block.header}\n{piece}" if has_header else piece
        else:
            self._text += ("\n" if block.is_row else "\n\n") + piece

    def _flush(self) -> None:
        if self._text.strip():
            self._done.append(Cut(self._text.strip(), self._page, self._under))
        self._text = ""
