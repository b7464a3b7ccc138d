"""Counts messages as they pass: what the charts of a long report are drawn from."""

from collections import Counter
from datetime import date, datetime, timedelta

from .book import Chart, Figure
from .words import Speech

PEOPLE = frozenset({"human", "operator"})
MOST_DAYS, MOST_WEEKS = 62, 430


class Tally:
    """Messages by day, hour, weekday and author."""

    def __init__(self, say: Speech) -> None:
        self._say = say
        self._days: Counter[tuple[date, str]] = Counter()
        self._hours: Counter[int] = Counter()
        self._weekdays: Counter[int] = Counter()
        self._failed = 0
        self._chats = set[str]()

    def add(self, at: datetime, conversation: str, author: str, state: str) -> None:
        """Count one."""
        who = "people" if author in PEOPLE else "bot" if author == "bot" else "received"
        self._days[at.date(), who] += 1
        self._hours[at.hour] += 1
        self._weekdays[at.weekday()] += 1
        self._failed += state == "failed"
        self._chats.add(conversation)

    def figures(self) -> list[Figure]:
        """Return the sums."""
        sums: Counter[str] = Counter()
        for (_, who), count in self._days.items():
            sums[who] += count
        values = {
            "messages": sum(sums.values()),
            "conversations": len(self._chats),
            "received": sums["received"],
            "by_bot": sums["bot"],
            "by_people": sums["people"],
            "failed": self._failed,
        }
        return [Figure(key, self._say(key), value) for key, value in values.items()]

    def charts(self) -> list[Chart]:
        """Return the charts; nothing passed, nothing drawn."""
        if not self._days:
            return []
        say = self._say
        hours = [self._hours[hour] for hour in range(24)]
        days = [self._weekdays[day] for day in range(7)]
        return [
            self._by_time(),
            Chart(
                "stack",
                say("messages_by_hour"),
                [f"{hour}h" for hour in range(24)],
                [(say("messages"), hours)],
            ),
            Chart(
                "bars",
                say("messages_by_weekday"),
                [say.day(day) for day in range(7)],
                [(say("messages"), days)],
            ),
        ]

    def _by_time(self) -> Chart:
        say, known = self._say, [day for day, _ in self._days]
        first, last = min(known), max(known)
        length = (last - first).days + 1
        title, parts = "messages_by_month", dict[str, str]()
        for number in range(length):
            day = first + timedelta(days=number)
            parts.setdefault(self._part(day, length), self._name(day, length))
        if length <= MOST_WEEKS:
            title = "messages_by_day" if length <= MOST_DAYS else "messages_by_week"
        sums: Counter[tuple[str, str]] = Counter()
        for (day, who), count in self._days.items():
            sums[self._part(day, length), who] += count
        series = [
            (say(word), [sums[part, who] for part in parts])
            for who, word in (("received", "received"), ("bot", "by_bot"), ("people", "by_people"))
        ]
        return Chart("stack", say(title), list(parts.values()), series)

    @staticmethod
    def _part(day: date, length: int) -> str:
        if length <= MOST_DAYS:
            return day.isoformat()
        if length <= MOST_WEEKS:
            return (day - timedelta(days=day.weekday())).isoformat()
        return day.isoformat()[:7]

    def _name(self, day: date, length: int) -> str:
        if length > MOST_WEEKS:
            return self._say.month(day.isoformat()[:7])
        shown = day if length <= MOST_DAYS else day - timedelta(days=day.weekday())
        return f"{shown:%d/%m}" if self._say.portuguese else f"{shown:%m-%d}"
