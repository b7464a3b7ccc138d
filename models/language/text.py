"""Turns token bytes into text that may be shown, up to the first stop text."""

from __future__ import annotations

import codecs


class TextBuffer:
    """Grows by pieces of bytes; gives out only what can no longer turn into a stop text."""

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text, self._shown = "", 0
        self.stopped = False

    @property
    def text(self) -> str:
        """Everything so far, without a stop text."""
        return self._text

    def add(self, data: bytes) -> str:
        """Append bytes (half a character is fine) and return what may be shown now."""
        if self.stopped:
            return ""
        searched = max(len(self._text) - self._longest + 1, 0)
        self._text += self._decoder.decode(data)
        found = [at for stop in self._stop if (at := self._text.find(stop, searched)) >= 0]
        if found:
            self._text, self.stopped = self._text[: min(found)], True
            return self._show(len(self._text))
        return self._show(len(self._text) - self._withheld())

    def finish(self) -> str:
        """Return the rest; half a character at the very end is dropped."""
        return self._show(len(self._text))

    @property
    def _longest(self) -> int:
        return max(map(len, self._stop), default=0)

    def _withheld(self) -> int:
        """Count the last characters that could be the beginning of a stop text."""
        for size in range(min(self._longest - 1, len(self._text)), 0, -1):
            if any(stop.startswith(self._text[-size:]) for stop in self._stop):
                return size
        return 0

    def _show(self, end: int) -> str:
        shown, self._shown = self._text[self._shown : end], max(end, self._shown)
        return shown
