"""The page's sources: their own tests, both dictionaries, and the size of what is built."""

import re

import pytest

from tests.page.conftest import node

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUDGET_KB = 120.0


async def test_the_parts_of_the_page_do_what_they_say_in_both_languages() -> None:
    said = await node("test.mjs")

    assert "fail 0\n" in said


async def test_the_page_is_small_enough_for_an_old_phone(built: str) -> None:
    sizes = [float(size) for size in re.findall(r"\(([\d.]+) kB gzip\)", built)]

    assert len(sizes) == 2, built
    assert sum(sizes) <= BUDGET_KB
