"""Tell what happened to whoever asked, inside this process and after the commit."""

from collections.abc import Awaitable, Callable

import structlog

from daemon.kernel.events import Recorded

log = structlog.get_logger(__name__)

Subscriber = Callable[[Recorded], Awaitable[None]]


class Bus:
    """Subscribers by event name; `*` hears everything. What they do is derived and repeatable."""

    def __init__(self) -> None:
        self._subscribers: dict[str, list[Subscriber]] = {}

    def subscribe(self, name: str, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber(event)` for each event of that name; returns how to stop."""
        self._subscribers.setdefault(name, []).append(subscriber)
        return lambda: self._subscribers[name].remove(subscriber)

    async def publish(self, event: Recorded) -> None:
        """Tell everyone; one that fails is logged and does not keep it from the others."""
        for subscriber in (
            *self._subscribers.get(event.name, ()),
            *self._subscribers.get("*", ()),
        ):
            try:
                await subscriber(event)
            except Exception:
                log.exception("subscriber_failed", event_name=event.name)
