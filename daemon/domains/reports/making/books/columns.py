"""Columns, by their keys."""

from daemon.domains.reports.making.book import Column, Unit
from daemon.domains.reports.making.words import Speech


def columns(say: Speech, *given: tuple[str, Unit, float] | str) -> list[Column]:
    """Return columns by their keys: a text of width 1, or what the tuple says."""
    return [
        Column(one, say(one)) if isinstance(one, str) else Column(one[0], say(one[0]), *one[1:])
        for one in given
    ]
