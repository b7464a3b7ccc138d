"""A loaded GGUF model: its vocabulary and its facts. Thread-safe, for nothing here decodes."""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING, Any, Self

import llama_cpp as lc
import structlog

from models.errors import NotAModelError

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)

PIECE_BYTES = 256
LEVEL_ERROR = 4  # GGML_LOG_LEVEL_ERROR


class _Complaints:
    """Keeps llama.cpp quiet, and its last words for the error we raise."""

    def __init__(self) -> None:
        self.last = ""
        # C holds the pointer for as long as the process lives.
        self.callback = lc.llama_log_callback(self._heard)

    def _heard(self, level: int, text: bytes, _: Any) -> None:
        if level == LEVEL_ERROR and (words := text.decode("utf-8", "replace").strip()):
            self.last = words


_complaints = _Complaints()


def start_backend() -> None:
    """Prepare llama.cpp for this process; may be called again."""
    lc.llama_log_set(_complaints.callback, ctypes.c_void_p(0))
    lc.llama_backend_init()


def last_complaint() -> str:
    """Return the last error llama.cpp logged, for a message to a person."""
    return _complaints.last


class Weights:
    """One model file, mapped into memory."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.vocab = lc.llama_model_get_vocab(handle)
        self.vocab_size = int(lc.llama_vocab_n_tokens(self.vocab))
        self.trained_context = int(lc.llama_model_n_ctx_train(handle))
        self._pieces: dict[int, bytes] = {}
        self._special = self._special_texts()

    @classmethod
    def load(cls, path: str, progress: Callable[[float], None]) -> Self:
        """Load a file. Raises NotAModelError with what llama.cpp said."""
        start_backend()
        params = lc.llama_model_default_params()

        def advance(fraction: float, _: Any) -> bool:
            progress(fraction)
            return True

        report = lc.llama_progress_callback(advance)  # kept alive until the load returns
        params.progress_callback = report
        _complaints.last = ""
        handle = lc.llama_model_load_from_file(path.encode(), params)
        if not handle:
            raise NotAModelError(path=path, reason=last_complaint() or "llama.cpp refused it")
        return cls(handle)

    def close(self) -> None:
        """Free the memory; contexts made of it must be gone."""
        lc.llama_model_free(self.handle)

    @property
    def chat_template(self) -> str | None:
        """The Jinja source inside the file."""
        found = lc.llama_model_chat_template(self.handle, None)
        return found.decode("utf-8", "replace") if found else None

    @property
    def shares_prefixes(self) -> bool:
        """Whether part of a sequence can be copied to another: not with recurrent state."""
        handle = self.handle
        return not (lc.llama_model_is_recurrent(handle) or lc.llama_model_is_hybrid(handle))

    @property
    def bos(self) -> str:
        """The text of the beginning-of-sequence token, or nothing."""
        return self._text(int(lc.llama_vocab_bos(self.vocab)))

    @property
    def eos(self) -> str:
        """The text of the end-of-sequence token, or nothing."""
        return self._text(int(lc.llama_vocab_eos(self.vocab)))

    def ends(self, token: int) -> bool:
        """Tell whether this token ends an answer."""
        return bool(lc.llama_vocab_is_eog(self.vocab, token))

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Turn text into tokens; with ``special``, control tokens in it count as such."""
        data = text.encode("utf-8", "replace")
        add_bos = special and not (self.bos and text.startswith(self.bos))
        room = len(data) + 8
        tokens = (lc.llama_token * room)()
        found = lc.llama_tokenize(self.vocab, data, len(data), tokens, room, add_bos, special)
        return list(tokens[:found])

    def piece(self, token: int) -> bytes:
        """Return the bytes a token stands for; nothing for control tokens."""
        known = self._pieces.get(token)
        if known is None:
            buffer = ctypes.create_string_buffer(PIECE_BYTES)
            size = lc.llama_token_to_piece(self.vocab, token, buffer, PIECE_BYTES, 0, False)
            known = self._pieces[token] = buffer.raw[: max(size, 0)]
        return known

    def disarm(self, text: str) -> str:
        """Break control tokens that a person typed, so that nobody speaks as the system."""
        return self._special.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)

    def _text(self, token: int) -> str:
        if token < 0:
            return ""
        return str((lc.llama_vocab_get_text(self.vocab, token) or b"").decode("utf-8", "replace"))

    def _special_texts(self) -> re.Pattern[str]:
        marked = lc.LLAMA_TOKEN_ATTR_CONTROL | lc.LLAMA_TOKEN_ATTR_USER_DEFINED
        texts = {
            self._text(token)
            for token in range(self.vocab_size)
            if lc.llama_vocab_get_attr(self.vocab, token) & marked
        }
        # One character is punctuation that happens to be a token of its own; no one's marker.
        found = sorted((text for text in texts if len(text.strip()) > 1), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, found)) if found else r"(?!)")
