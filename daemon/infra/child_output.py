"""What a child prints becomes structured log lines, within limits that no spam can pass."""

import asyncio
from collections import deque
from typing import Any

import orjson
import structlog

log = structlog.get_logger(__name__)

CHUNK = 64 * 1024
MAX_LINE = 4 * 1024
LINES_PER_WINDOW = 200
WINDOW_S = 10.0
BYTES_PER_SECOND = 4 * 1024 * 1024
TAIL_LINES = 50
LEVELS = {
    10: "debug", 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "critical",
    "trace": "debug", "debug": "debug", "info": "info", "warn": "warning", "warning": "warning",
    "error": "error", "fatal": "critical", "critical": "critical",
}  # fmt: skip
"""pino's numbers and everybody's words, as structlog's method names."""
TEXT_KEYS = ("event", "msg", "message")


class ChildOutput:
    """Reads one child's stdout and stderr: always, so that the child never waits on a full pipe.

    Beyond LINES_PER_WINDOW lines are counted, not logged. Beyond BYTES_PER_SECOND reading pauses:
    a child that prints faster than that is slowed down rather than our event loop.
    """

    def __init__(self, child: str, logger: Any = log) -> None:
        self._log = logger.bind(child=child)
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._rest = b""
        self._cutting = False
        self._left = LINES_PER_WINDOW
        self._suppressed = 0
        self._window_ends = 0.0

    async def drain(self, reader: asyncio.StreamReader) -> None:
        """Log lines until the end of the stream."""
        clock = asyncio.get_running_loop().time
        read, since = 0, clock()
        while chunk := await reader.read(CHUNK):
            self._feed(chunk, clock())
            read += len(chunk)
            if read >= BYTES_PER_SECOND // 10:
                await asyncio.sleep(max(0.0, since + 0.1 - clock()))
                read, since = 0, clock()
        if self._rest and not self._cutting:
            self._line(self._rest)
        self._rest = b""
        self._report_suppressed()

    def _feed(self, chunk: bytes, now: float) -> None:
        if now >= self._window_ends:
            self._report_suppressed()
            self._left, self._window_ends = LINES_PER_WINDOW, now + WINDOW_S
        position = 0
        while (end := chunk.find(b"\n", position)) >= 0:
            if self._left <= 0:  # counted in C: a flood costs us next to nothing
                last = chunk.rfind(b"\n") + 1
                self._suppressed += chunk.count(b"\n", position)
                self._rest, self._cutting, position = b"", False, last
                break
            if not self._cutting:
                self._line(self._rest + chunk[position:end])
            self._rest, self._cutting, position = b"", False, end + 1
        if not self._cutting:
            self._rest += chunk[position:]
        if len(self._rest) > MAX_LINE:
            self._line(self._rest)
            self._rest, self._cutting = b"", True

    def _line(self, raw: bytes) -> None:
        text = raw[:MAX_LINE].decode(errors="replace").rstrip("\r")
        if not text.strip():
            return
        if self._left <= 0:
            self._suppressed += 1
            return
        self._left -= 1
        if len(raw) > MAX_LINE:
            text += " [cut]"
        self.tail.append(text)
        level, message, facts = _understand(text)
        getattr(self._log, level)("child_output", line=message, **facts)

    def _report_suppressed(self) -> None:
        if self._suppressed:
            self._log.warning("child_output_suppressed", lines=self._suppressed)
            self._suppressed = 0


def _understand(text: str) -> tuple[str, str, dict[str, Any]]:
    """Return level, message and facts of a line; a line of JSON logging keeps its own level."""
    if not text.startswith("{"):
        return "info", text, {}
    try:
        record = orjson.loads(text)
    except orjson.JSONDecodeError:
        return "info", text, {}
    level = record.pop("level", "info")
    level = LEVELS.get(level, "info") if isinstance(level, int | str) else "info"
    message = next((str(record.pop(key)) for key in TEXT_KEYS if key in record), "")
    return level, message, {"data": record} if record else {}
