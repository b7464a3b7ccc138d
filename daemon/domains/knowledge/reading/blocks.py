"""What readers hand over: pieces of a document in order, and why a file cannot be read."""

from collections.abc import Iterable
from dataclasses import dataclass, field

EMPTY, ENCRYPTED, BROKEN, UNSUPPORTED = "empty", "encrypted", "broken", "unsupported"
TOO_MANY_PAGES, TOO_LONG, BOMB = "too_many_pages", "too_long", "bomb"


class UnreadableError(Exception):
    """This file cannot be read; `reason` is one of the words above."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold."""

    pages: int
    chars: int
    unpacked: int  # bytes all parts of a zipped file may have together


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, or a table row, which stays whole and keeps its table's header."""

    text: str
    page: int | None = None
    is_heading: bool = False
    is_row: bool = False
    header: str = ""


@dataclass(slots=True)
class Content:
    """A whole document."""

    blocks: list[Block] = field(default_factory=list)
    title: str = ""
    pages: int | None = None
    chars: int = 0

    def add(self, block: Block, limits: Limits) -> None:
        """Append a block. Raises UnreadableError past the limit of characters."""
        if not block.text.strip():
            return
        self.blocks.append(block)
        self.chars += len(block.text)
        if self.chars > limits.chars:
            raise UnreadableError(TOO_LONG)


def row(cells: Iterable[object]) -> str:
    """Return a table row as one line; empty cells at the end go."""
    texts = ["" if cell is None else " ".join(str(cell).split()) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return " | ".join(texts)
