"""Events of notifications: the page shows them, webhooks carry them on."""

from dataclasses import dataclass
from typing import ClassVar

from daemon.kernel.events import Event


@dataclass(frozen=True)
class NotificationCreated(Event):
    """Something a person should know; `channels` are those that the rule wants."""

    name: ClassVar[str] = "notification.created"
    id: str
    rule: str
    severity: str
    title: str
    body: str
    fix: str
    again: bool
    channels: list[str]


@dataclass(frozen=True)
class NotificationResolved(Event):
    """It is over."""

    name: ClassVar[str] = "notification.resolved"
    id: str
    rule: str
    severity: str
    title: str
    body: str
    channels: list[str]


@dataclass(frozen=True)
class NotificationRead(Event):
    """The number of unread ones changed."""

    name: ClassVar[str] = "notification.read"
    unread: int
