"""Structured logs on standard error: JSON for machines, text for people, no secrets."""

import logging
import sys
from typing import Any

import orjson
import structlog

# Names under which a secret or a person's words could slip into a log.
HIDDEN = frozenset(
    {"password", "token", "secret", "api_key", "authorization", "text", "body", "question", "key"}
)

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "exception": logging.ERROR,
}
_least = [logging.INFO]


def configure(level: str, form: str) -> None:
    """Set up structlog and the standard library's logging, once, at the start of a program."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    set_level(level)
    shared: list[Any] = [
        loud_enough,
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide,
    ]
    renderer: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_dumps)]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                # Plain: the pretty one prints local variables, and with them people's words.
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    )
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")


def set_level(level: str) -> None:
    """Change how much is logged, at any time."""
    _least[0] = getattr(logging, level.upper())


def loud_enough(_: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop what is below the level; loggers that are bound already hear of a new one, too."""
    if LEVELS.get(method, logging.CRITICAL) < _least[0]:
        raise structlog.DropEvent
    return event


def hide(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Blank what must not be read in a log, whoever logged it."""
    for name in HIDDEN & event.keys():
        event[name] = "[hidden]"
    return event


def _dumps(value: Any, **_: Any) -> str:
    return orjson.dumps(value, default=str).decode()
