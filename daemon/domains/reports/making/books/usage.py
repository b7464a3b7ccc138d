"""How much was said and computed, by time."""

from datetime import date
from typing import Any

from daemon.domains.reports.making.book import Book, Chart, Figure, Job, Table
from daemon.domains.reports.making.words import Speech
from daemon.domains.reports.ports import Asked, Rows

from .columns import columns

USED = ("received", "bot", "people", "failed", "answers", "refusals", "cases")
TOKENS = ("tokens_in", "tokens_out")
USED_WORDS = {"bot": "by_bot", "people": "by_people"}


def usage(job: Job, say: Speech, _: Rows, __: Asked) -> Book:
    """Return use by day, week or month, and by hour of the week."""
    parts: list[dict[str, Any]] = job.facts["parts"]
    week: list[tuple[int, int]] = job.facts["week"]
    step = job.facts["granularity"]
    periods = [
        (job.local(one["start"]).date(), *(one[name] for name in (*USED, *TOKENS))) for one in parts
    ]
    hours = [
        (say.day(number // 24), number % 24, received, cases)
        for number, (received, cases) in enumerate(week)
    ]
    labels = [_part_name(say, job.local(one["start"]).date(), step) for one in parts]
    sums = {name: sum(one[name] for one in parts) for name in (*USED, *TOKENS)}
    by_hour = [sum(week[day * 24 + hour][0] for day in range(7)) for hour in range(24)]
    keys = [USED_WORDS.get(name, name) for name in USED]

    def charts() -> list[Chart]:
        if not parts:
            return []
        used = [
            (say(USED_WORDS.get(name, name)), [one[name] for one in parts]) for name in USED[:3]
        ]
        tokens = [(say(name), [one[name] for one in parts]) for name in TOKENS]
        received = [(say("received"), by_hour)]
        return [
            Chart("stack", say(f"messages_by_{step}"), labels, used),
            Chart("line", say("tokens_by_period"), labels, tokens),
            Chart("stack", say("messages_by_hour"), [f"{hour}h" for hour in range(24)], received),
        ]

    return Book(
        say("usage"),
        [
            Table(
                "periods",
                say("periods"),
                columns(
                    say,
                    ("start", "date", 1.2),
                    *((key, "number", 1.0) for key in (*keys, *TOKENS)),
                ),
                periods,
            ),
            Table(
                "week",
                say("week"),
                columns(
                    say,
                    "weekday",
                    *((key, "number", 1.0) for key in ("hour", "received", "cases")),
                ),
                hours,
            ),
        ],
        lambda: [
            Figure(USED_WORDS.get(key, key), say(USED_WORDS.get(key, key)), sums[key])
            for key in ("received", "bot", "people", "cases", *TOKENS)
        ],
        charts,
        [say("definitions", version=job.facts["definition_version"])],
    )


def _part_name(say: Speech, day: date, step: str) -> str:
    if step == "month":
        return say.month(day.isoformat())
    return f"{day:%d/%m}" if say.portuguese else f"{day:%m-%d}"
