"""SentencePiece unigram tokens, as XLM-RoBERTa and multilingual-e5 were trained with.

Pieces never cross a space, so a text is cut word by word and each word is cut once: the best path
(Viterbi) over the pieces' log probabilities, with words remembered, because words repeat.
"""

import unicodedata
from functools import lru_cache

from .e5_file import Vocabulary

SPACE = "\u2581"  # how the vocabulary spells the space before a word
UNKNOWN_PENALTY = 10.0
REMEMBERED_WORDS = 20_000
LONGEST_WORD = 256  # a "word" of a megabyte is cut here: Viterbi stays short

# What the model's own table does beside NFKC: control characters go, odd spaces become spaces.
_GONE = [*range(1, 9), 0x0B, *range(0x0E, 0x20), 0x7F, 0x8F, 0x9F]
_SPACES = [
    *(0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD),
    *range(0x200B, 0x2010),
]
_TABLE: dict[int, str | None] = dict.fromkeys(_GONE) | dict.fromkeys(_SPACES, " ")


def normalised(text: str) -> str:
    """Return the text as the vocabulary expects it."""
    return unicodedata.normalize("NFKC", text.translate(_TABLE))


class Unigram:
    """Cuts texts into the ids of pieces."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._begin, self._end = vocabulary.begin, vocabulary.end
        self._unknown = vocabulary.unknown
        self._unknown_score = min(vocabulary.scores) - UNKNOWN_PENALTY
        special = {self._begin, self._end, self._unknown}
        self._pieces = {
            piece: (number, vocabulary.scores[number])
            for number, piece in enumerate(vocabulary.pieces)
            if number not in special
        }
        self._longest = max(map(len, self._pieces))
        self._word = lru_cache(REMEMBERED_WORDS)(self._cut)

    def encode(self, text: str, limit: int) -> list[int]:
        """Return at most `limit` ids, begin and end marks included."""
        ids = [self._begin]
        for word in normalised(text).split(" "):
            if word:
                for start in range(0, len(word), LONGEST_WORD):
                    part = word[start : start + LONGEST_WORD]
                    ids.extend(self._word(part if start else SPACE + part))
            if len(ids) >= limit:
                break
        return [*ids[: limit - 1], self._end]

    def _cut(self, word: str) -> tuple[int, ...]:
        length = len(word)
        best = [0.0] + [float("-inf")] * length
        came: list[tuple[int, int]] = [(0, 0)] * (length + 1)
        for start in range(length):
            base = best[start]
            for end in range(start + 1, min(length, start + self._longest) + 1):
                found = self._pieces.get(word[start:end])
                if found is not None and base + found[1] > best[end]:
                    best[end] = base + found[1]
                    came[end] = (start, found[0])
            if base + self._unknown_score > best[start + 1]:
                best[start + 1] = base + self._unknown_score
                came[start + 1] = (start, self._unknown)
        ids: list[int] = []
        at = length
        while at:
            at, piece = came[at]
            ids.append(piece)
        return tuple(reversed(ids))
