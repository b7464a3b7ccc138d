"""Fixtures of a box with a ledger of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from uuid_utils import uuid7

from sync.ledger import Ledger
from tests.sync.doubles import Box, StillClock


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path / "box.db")
    yield box
    box.tx.close()


@pytest.fixture
def ledger(box: Box, clock: StillClock) -> Ledger:
    ledger = Ledger(
        tenant_id="acme", device_id=str(uuid7()), key=b"k" * 32, boot="boot-1", clock=clock
    )
    ledger.begin(box.tx)
    return ledger
