"""Messages and conversations of a period."""

from collections.abc import Iterator

from daemon.domains.reports.making.book import Book, Job, Table
from daemon.domains.reports.making.tally import Tally
from daemon.domains.reports.making.words import Speech
from daemon.domains.reports.ports import Asked, Row, Rows

from .columns import columns


def conversations(job: Job, say: Speech, rows: Rows, asked: Asked) -> Book:
    """Return messages, and conversations with how much was said in each."""
    tally = Tally(say)

    def messages() -> Iterator[Row | None]:
        for row in rows.messages(asked):
            if row is None:
                yield None
                continue
            at = job.local(row[0])
            tally.add(at, row[1], row[7], row[10])
            yield (
                at,
                *row[1:6],
                say.spoken("owner", row[6]),
                say.spoken("author", row[7]),
                row[8],
                row[9],
                say.spoken("state", row[10]),
                row[11],
            )

    def chats() -> Iterator[Row | None]:
        for row in rows.conversations(asked):
            if row is None:
                yield None
                continue
            owner = say.spoken("owner", row[5])
            yield (*row[:5], owner, *row[6:9], job.local(row[9]), job.local(row[10]))

    return Book(
        say("conversations"),
        [
            Table(
                "messages",
                say("messages"),
                columns(
                    say,
                    ("at", "moment", 1.5),
                    *("conversation", "contact", "phone", "agent", "session", "owner", "author"),
                    "kind",
                    ("text", "text", 4.0),
                    "state",
                    "id",
                ),
                messages(),
                rows.messages_total(asked),
            ),
            Table(
                "conversations",
                say("conversations"),
                columns(
                    say,
                    *("conversation", ("contact", "text", 1.6), "phone", "agent", "session"),
                    "owner",
                    ("received", "number", 1.0),
                    ("by_bot", "number", 1.0),
                    ("by_people", "number", 1.0),
                    ("first", "moment", 1.4),
                    ("last", "moment", 1.4),
                ),
                chats(),
                rows.conversations_total(asked),
            ),
        ],
        tally.figures,
        tally.charts,
    )
