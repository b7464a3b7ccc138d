"""A box that has seen every documented example once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.journeys.box import ApiError, Box

from .examples import Operation, Walk, operations

PRICES = Path(__file__).with_name("precos.md")
SETTINGS = {
    "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
    # A port where nobody listens: sessions that are made here never leave this machine.
    "NEXTAGENT_WHATSAPP__SERVER_URL": "ws://127.0.0.1:9/ws/chat",
    "NEXTAGENT_AUTH__LOGIN_TRIES": "100",
}
# What only a person's own session may do, or what needs what no example can carry.
NOT_BY_EXAMPLE = {
    "POST /auth/setup": "once, with the printed link",
    "POST /auth/login": "the session of a person",
    "POST /auth/refresh": "the session of a person",
    "POST /auth/password": "the session of a person",
    "POST /billing/webhooks/asaas": "a provider's token; tests/daemon/finance sends it",
    "POST /privacy/contacts/{id}/erase": "nobody would be left; tests/journeys erases somebody",
    "POST /sync/enroll": "a control plane's token; tests/sync enrols for real",
}


@dataclass(frozen=True)
class Seeded:
    """The box, the way through its document, and what did not work on the way."""

    box: Box
    walk: Walk
    operations: list[Operation]
    failures: list[str]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def seeded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Seeded]:
    """Start a box and send it every example of its own document."""
    async with Box.running(tmp_path_factory.mktemp("contract"), **SETTINGS) as box:
        document: dict[str, Any] = await box.get("/openapi.json")
        found, walk, failures = list(operations(document)), Walk(box), []
        waiting = [one for one in found if one.name not in NOT_BY_EXAMPLE]
        while waiting:
            late = []  # about something that a later operation makes
            for operation in waiting:
                try:
                    for example in operation.examples().values():
                        await walk.send(operation, example)
                except LookupError:
                    late.append(operation)
                except ApiError as error:
                    failures.append(str(error))
            if len(late) == len(waiting):
                failures += [f"{one.name}: no example makes what it is about" for one in late]
                break
            waiting = late
        await box.upload(walk.known["agents"], PRICES)
        await walk.send(next(one for one in found if one.path.endswith("/golden/run")), None)
        yield Seeded(box, walk, found, failures)
