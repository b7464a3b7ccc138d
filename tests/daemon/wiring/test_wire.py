"""One thing has one name: on the WebSocket, in webhooks and in the log."""

import dataclasses
import re
import types
import typing
from typing import Any

import pytest

import daemon.app  # noqa: F401 - every event of the box is known by then
from daemon.domains.integrations.domain import catalogue
from daemon.domains.logs import store
from daemon.domains.logs.service import PRIVATE, Logs
from daemon.infra.database import Database
from daemon.kernel.clock import FakeClock
from daemon.kernel.events import Event, Recorded
from daemon.kernel.spelling import AS_SPELT
from daemon.web.live import frame

SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CAMEL = re.compile(r"[a-z][a-zA-Z0-9]*")


def every(kind: type[Event]) -> set[type[Event]]:
    return {one for child in kind.__subclasses__() for one in (child, *every(child))}


KINDS = sorted(
    (kind for kind in every(Event) if kind.__module__.startswith("daemon.")),
    key=lambda kind: kind.name,
)


def example(kind: type[Event]) -> dict[str, Any]:
    """An event of a kind, with all that it may hold."""
    hints = typing.get_type_hints(kind)
    return kind(**{one.name: value(hints[one.name]) for one in dataclasses.fields(kind)}).data()


def value(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return value(hint.__args__[0])
    made = {str: "x", int: 1, float: 1.0, bool: True, list: ["x"], dict: {"expires_at": "x"}}
    return made[typing.get_origin(hint) or hint]


def names(data: Any) -> set[str]:
    if isinstance(data, list):
        return {name for item in data for name in names(item)}
    if not isinstance(data, dict):
        return set()
    return {*data, *names(list(data.values()))}


def test_there_are_events() -> None:
    assert len(KINDS) >= 20


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_an_event_has_the_same_names_wherever_it_is_heard(
    kind: type[Event], db: Database, clock: FakeClock
) -> None:
    data = example(kind)
    recorded = Recorded(1, kind.name, "2026-01-05T12:00:00+00:00", data)
    assert [name for name in names(data) if not SNAKE.fullmatch(name)] == []

    live = frame(recorded)["data"]
    assert [name for name in names(live) - AS_SPELT if not CAMEL.fullmatch(name)] == []

    sent = catalogue.public(data)
    assert sent.items() <= live.items()

    await db.write(store.migrations.apply)
    logs = Logs(db, clock, "local", "America/Sao_Paulo")
    await logs.heard(dataclasses.replace(recorded, data={**data, "outcome": "completed"}))
    (line,) = await db.read(
        lambda tx: store.listed(tx, equal={}, start=None, end=None, after=None, limit=2)
    )
    assert {name: line.facts[name] for name in line.facts if name != "outcome"}.items() <= (
        live.items()
    )
    assert line.agent_id == live.get("agentId")
    assert not {"agent_id", *PRIVATE} & line.facts.keys()
