"""Reads files, each in a fork of its own with hard limits: a bomb or a crash costs only its file.

One request a line on standard input, one answer a line on standard output, both JSON; the end of
the input ends the worker. The parent loads each reader's library once, before it forks.
"""

import contextlib
import ctypes
import gc
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

import orjson

from daemon.domains.knowledge.words import language_of, stems

from . import markup, pdf, plain, sniff
from .blocks import BROKEN, TOO_LONG, Limits, UnreadableError
from .chunking import cut

READERS = {
    sniff.PDF: pdf.read,
    sniff.DOCX: markup.read_docx,
    sniff.XLSX: plain.read_xlsx,
    sniff.CSV: plain.read_csv,
    sniff.HTML: markup.read_html,
    sniff.MARKDOWN: markup.read_markdown,
    sniff.TEXT: plain.read_text,
}
LIBRARIES = {sniff.DOCX: "mammoth", sniff.XLSX: "openpyxl"}
MEMORY = 1536 * 1024 * 1024
CPU_S = 60
WALL_S = 90.0
NICENESS = 5
PR_SET_PDEATHSIG = 1
TOO_SLOW = "too_slow"


def main() -> None:
    """Serve until the input ends."""
    _die_with_parent()
    os.nice(NICENESS)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(_isolated(orjson.loads(line)) + b"\n")
        sys.stdout.buffer.flush()


def read(request: dict[str, Any]) -> dict[str, Any]:
    """Read one file. Raises UnreadableError."""
    path, limits = Path(request["path"]), Limits(**request["limits"])
    kind = sniff.kind_of(path, request["name"], limits)
    content = READERS[kind](path, limits)
    passages = cut(content)
    language = language_of(" ".join(passage.text for passage in passages[:40]))
    return {
        "mime": sniff.MIMES[kind],
        "title": content.title,
        "pages": content.pages,
        "language": language,
        "passages": [
            {
                "text": passage.text,
                "page": passage.page,
                "heading": passage.heading,
                "heading_stems": " ".join(stems(passage.heading, language)),
                "stems": " ".join(stems(passage.text, language)),
            }
            for passage in passages
        ],
    }


def _isolated(request: dict[str, Any]) -> bytes:
    """Run `read` in a fork; whatever happens to it, answer."""
    with contextlib.suppress(UnreadableError, OSError):
        kind = sniff.kind_of(Path(request["path"]), request["name"], Limits(**request["limits"]))
        if kind in LIBRARIES:
            __import__(LIBRARIES[kind])
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _child(request, writer)
    os.close(writer)
    answer = _drain(reader, time.monotonic() + WALL_S)
    os.close(reader)
    if answer is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if answer is None or os.WIFSIGNALED(status):
        slow = answer is None or os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL}
        return orjson.dumps({"refused": TOO_SLOW if slow else BROKEN})
    return answer or orjson.dumps({"refused": BROKEN})


def _die_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):  # not Linux: the end of the input remains
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _child(request: dict[str, Any], writer: int) -> None:
    _die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    gc.disable()
    try:
        answer = orjson.dumps(read(request))
    except UnreadableError as error:
        answer = orjson.dumps({"refused": error.reason})
    except (MemoryError, RecursionError):
        answer = orjson.dumps({"refused": TOO_LONG})
    except BaseException:  # noqa: BLE001 - a reader's library may raise anything about a bad file
        answer = orjson.dumps({"refused": BROKEN})
    with contextlib.suppress(OSError):
        while answer:
            answer = answer[os.write(writer, answer) :]
    os._exit(0)


def _drain(reader: int, deadline: float) -> bytes | None:
    """Return what the fork wrote until it closed; None when time ran out."""
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        part = os.read(reader, 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


if __name__ == "__main__":
    main()
