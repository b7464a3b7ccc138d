"""What comes of a file of another product: a draft, and a word about each of its blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Fate = Literal["mapped", "approximated", "not_mapped"]


@dataclass(frozen=True)
class Block:
    """What became of a block."""

    block: str
    group: str
    type: str
    outcome: Fate
    nodes: Sequence[str]
    note_pt: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class Converted:
    """A draft with the report of its making."""

    name: str
    draft: dict[str, Any]
    blocks: Sequence[Block]
