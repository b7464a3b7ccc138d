"""How the agents did: cases, what they resolved, how long it took, what they did not know."""

from typing import Any

from daemon.domains.reports.making.book import Book, Chart, Figure, Job, Table
from daemon.domains.reports.making.words import Speech
from daemon.domains.reports.ports import Asked, Rows

from .columns import columns

TOP_AGENTS = 12
COUNTS = ("cases", "replied", "contained", "deflected", "handed_over", "answers", "refusals")
RATES = ("containment", "deflection", "hand_over_rate")
TIMES = ("first_p50", "first_p95", "resolution_p50")


def performance(job: Job, say: Speech, rows: Rows, _: Asked) -> Book:
    """Return a row for each agent, and what customers asked in vain."""
    names = rows.agents()
    found: list[dict[str, Any]] = sorted(job.facts["agents"], key=lambda one: -one["cases"])
    agents = [
        (
            names.get(one["agent"], one["agent"]),
            *(one[name] for name in (*COUNTS, *RATES, *TIMES)),
        )
        for one in found
    ]
    topics = [
        (one["question"], one["count"], job.local(one["last"])) for one in job.facts["topics"]
    ]
    whole = job.facts["all"]
    shown = found[:TOP_AGENTS]
    series = [
        (say(key), [one[key] for one in shown]) for key in ("cases", "contained", "handed_over")
    ]
    return Book(
        say("performance"),
        [
            Table(
                "agents",
                say("agents"),
                columns(
                    say,
                    ("agent", "text", 1.8),
                    *((key, "number", 1.0) for key in COUNTS),
                    *((key, "percent", 1.0) for key in RATES),
                    *((key, "seconds", 1.0) for key in TIMES),
                ),
                agents,
            ),
            Table(
                "topics",
                say("topics"),
                columns(
                    say,
                    ("question", "text", 4.0),
                    ("count", "number", 0.5),
                    ("last_asked", "moment", 1.0),
                ),
                topics,
            ),
        ],
        lambda: [
            *(Figure(key, say(key), whole[key]) for key in ("cases", "replied", "handed_over")),
            *(Figure(key, say(key), whole[key], "percent") for key in ("containment",)),
            *(Figure(key, say(key), whole[key], "seconds") for key in ("first_p50", "first_p95")),
        ],
        lambda: (
            [
                Chart(
                    "bars",
                    say("cases_by_agent"),
                    [names.get(one["agent"], one["agent"]) for one in shown],
                    series,
                )
            ]
            if shown
            else []
        ),
        [say("definitions", version=job.facts["definition_version"])],
    )
