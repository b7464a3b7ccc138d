"""What the client tells the program it runs in, and asks of it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

log = structlog.get_logger(__name__)

Health = Callable[[], Awaitable[dict[str, Any]]]
Alarm = Callable[[str, str], None]
Applied = Callable[[Sequence[str]], Awaitable[None]]


async def no_health() -> dict[str, Any]:
    """Report nothing."""
    return {}


async def nothing(_: Sequence[str]) -> None:
    """Take no notice of new documents."""


def only_log(code: str, detail: str) -> None:
    """Log the alarm, and tell nobody."""
    log.warning("sync_alarm", code=code, detail=detail)
