"""Virtual boxes work on memory, at once: only for them may SQLite run on the loop."""

import pytest
from blockbuster import BlockBuster


@pytest.fixture(autouse=True)
def boxes_may_work_at_once(nothing_of_ours_blocks_the_loop: BlockBuster) -> None:
    for name, function in nothing_of_ours_blocks_the_loop.functions.items():
        if name.startswith("sqlite3."):
            function.deactivate()
