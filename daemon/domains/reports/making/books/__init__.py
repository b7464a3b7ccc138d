"""The four reports: which tables, figures and charts each one has."""

from collections.abc import Callable

from daemon.domains.reports.making.book import Book, Job
from daemon.domains.reports.making.words import Speech
from daemon.domains.reports.ports import Asked, Rows

from .conversations import conversations
from .finance import finance
from .performance import performance
from .usage import usage

BOOKS: dict[str, Callable[[Job, Speech, Rows, Asked], Book]] = {
    "conversations": conversations,
    "finance": finance,
    "performance": performance,
    "usage": usage,
}
