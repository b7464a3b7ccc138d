"""Plans, subscriptions and courses for the tests of finance."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.finance.domain.months import moment
from daemon.domains.finance.domain.records import Period, Plan, Subscription
from daemon.domains.finance.domain.subscriptions import Course
from daemon.domains.finance.ports import Picture, Said
from daemon.infra.database import Connection

ZONE = ZoneInfo("America/Sao_Paulo")
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    found = moment(text, "start", ZONE)
    assert found is not None
    return found


def a_plan(code: str = "pro", **values: Any) -> Plan:
    given: dict[str, Any] = {
        "prices": {"monthly": 10_000, "quarterly": 27_000, "yearly": 100_000},
        "entitlements": {"messages": 1000},
        "overage": {"messages": 5},
        "trial_days": 0,
    }
    return Plan(
        id=code,
        code=code,
        name=code.title(),
        description="",
        currency="BRL",
        status="active",
        created_at=EPOCH,
        updated_at=EPOCH,
        **{**given, **values},
    )


def a_course(
    when: str, *, price: int = 10_000, period: Period = "monthly", **values: Any
) -> Course:
    """A subscription at its beginning; call `begin()`."""
    given: dict[str, Any] = {
        "id": "s1",
        "client_id": "c1",
        "plan_id": "pro",
        "status": "active",
        "trial_ends_at": None,
    }
    subscription = Subscription(
        period=period,
        price=price,
        currency="BRL",
        started_at=at(when),
        anchor_at=None,
        run=0,
        cycle=0,
        period_start=None,
        period_end=None,
        cancel_at=None,
        cancel_reason=None,
        mrr=0,
        next_at=None,
        updated_at=at(when),
        **{**given, **values},
    )
    return Course(subscription, ZONE, at(when), a_plan)


class Chat:
    """The other end: what was said to whom, and who answered."""

    def __init__(self) -> None:
        self.said: list[tuple[str, list[str]]] = []
        self.pictures: dict[str, bytes] = {}
        self.wrote: dict[str, datetime] = {}
        self.up = True
        self.refused: set[str] = set()

    async def keep(self, png: bytes, name: str) -> Picture:
        self.pictures[name] = png
        return Picture(name, name)

    def say(self, _: Connection, phone: str, said: Sequence[Said]) -> bool:
        if self.up:
            self.said.append((phone, [one for one in said if isinstance(one, str)]))
        return self.up

    def ready(self, _: Connection) -> bool:
        return self.up

    def answered(self, _: Connection, phone: str, since: datetime) -> bool:
        return phone in self.wrote and self.wrote[phone] >= since

    def refuses(self, _: Connection, phone: str) -> bool:
        return phone in self.refused

    def new(self) -> list[tuple[str, list[str]]]:
        said, self.said = self.said, []
        return said
