"""Renders a conversation with the template that the model file brings.

A template is a program written by strangers. It runs in Jinja's immutable sandbox, without
loaders, in this child only, with its size and its output bounded; a file whose bytes are pinned by
sha256 is as much trust as it gets. Where Jinja cannot run it, llama.cpp's own list of well-known
templates is tried, which recognises them without executing anything.
"""

from __future__ import annotations

import ctypes
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import llama_cpp as lc
from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.errors import NotAChatModelError
from models.ports import ChatMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_TEMPLATE = 64 * 1024
MAX_RENDERED = 4 * 1024 * 1024
_FAILURES = (
    TemplateError,
    ArithmeticError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What somebody else's program can raise; anything else would be a fault of ours."""
_PROBE = (
    ChatMessage("system", "s"),
    ChatMessage("user", "u"),
    ChatMessage("assistant", "a"),
    ChatMessage("user", "v"),
)


class _RefusedError(Exception):
    """The template called raise_exception, or cannot be run."""


class ChatTemplate:
    """Turns messages into the text the model was trained on. Raises NotAChatModelError."""

    def __init__(self, source: str | None, *, path: str, bos: str = "", eos: str = "") -> None:
        if not source or len(source) > MAX_TEMPLATE:
            raise NotAChatModelError(path=path)
        self._path, self._bos = path, bos
        self._render = self._choose_renderer(source, eos)
        self._takes_system = self._try(_PROBE)
        if not self._takes_system and not self._try(_PROBE[1:]):
            raise NotAChatModelError(path=path)

    def render(self, messages: Sequence[ChatMessage], *, answer: bool = True) -> str:
        """Return the prompt; with ``answer``, open the assistant's turn at its end."""
        try:
            return self._render(_tidy(messages, keep_system=self._takes_system), answer)
        except _RefusedError:
            raise NotAChatModelError(path=self._path) from None

    def _try(self, messages: Sequence[ChatMessage]) -> bool:
        try:
            text = self._render(list(messages), True)
        except _RefusedError:
            return False
        return all(message.content in text for message in messages)

    def _choose_renderer(
        self, source: str, eos: str
    ) -> Callable[[Sequence[ChatMessage], bool], str]:
        jinja = _jinja(source, self._bos, eos)
        try:
            jinja(_PROBE[1:], True)
        except _RefusedError:
            return _known_by_llama(source)
        return jinja


def _tidy(messages: Sequence[ChatMessage], *, keep_system: bool) -> list[ChatMessage]:
    """Join neighbours of the same role, and hand the system's words to the user if need be.

    Many templates refuse anything but a strict alternation, and some refuse a system role.
    """
    tidy: list[ChatMessage] = []
    for message in messages:
        role = message.role if keep_system or message.role != "system" else "user"
        if tidy and tidy[-1].role == role:
            tidy[-1] = ChatMessage(role, f"{tidy[-1].content}\n\n{message.content}")
        else:
            tidy.append(ChatMessage(role, message.content))
    return tidy


def _jinja(source: str, bos: str, eos: str) -> Callable[[Sequence[ChatMessage], bool], str]:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals = {
        "raise_exception": _refuse,
        "strftime_now": lambda form: datetime.now(UTC).strftime(str(form)),
        "range": environment.globals["range"],
        "namespace": environment.globals["namespace"],
    }
    try:
        template = environment.from_string(source)
    except TemplateError as error:
        problem = str(error)
        return lambda *_: _refuse(problem)

    def render(messages: Sequence[ChatMessage], answer: bool, /) -> str:  # noqa: FBT001 - one of two renderers behind one Callable
        facts: dict[str, Any] = {
            "messages": [{"role": one.role, "content": one.content} for one in messages],
            "add_generation_prompt": answer,
            "bos_token": bos,
            "eos_token": eos,
            "tools": None,
            "enable_thinking": False,  # a reply in a chat is no place to think aloud
        }
        return _bounded(template.generate(facts))

    return render


def _bounded(parts: Any) -> str:
    text: list[str] = []
    size = 0
    try:
        for part in parts:
            size += len(part)
            if size > MAX_RENDERED:
                _refuse("it writes too much")
            text.append(part)
    except _FAILURES as error:
        raise _RefusedError(str(error)) from None
    return "".join(text)


def _known_by_llama(source: str) -> Callable[[Sequence[ChatMessage], bool], str]:
    def render(messages: Sequence[ChatMessage], answer: bool, /) -> str:  # noqa: FBT001 - one of two renderers behind one Callable
        pairs = [(one.role.encode(), one.content.encode()) for one in messages]
        chat = (lc.llama_chat_message * len(pairs))(*[lc.llama_chat_message(*one) for one in pairs])
        room = 4096 + 4 * sum(len(content) for _, content in pairs)
        buffer = ctypes.create_string_buffer(room)
        size = lc.llama_chat_apply_template(source.encode(), chat, len(pairs), answer, buffer, room)
        if not 0 <= size <= room:
            _refuse("it is not a well-known template")
        return buffer.raw[:size].decode("utf-8", "replace")

    return render


def _refuse(reason: str) -> NoReturn:
    raise _RefusedError(reason)
