"""The page's sources: their own tests, both dictionaries, and the size of what is built."""

import re

import pytest

from tests.page.conftest import node

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST_KB = 50.0
CHUNK_KB = 40.0


async def test_the_parts_of_the_page_do_what_they_say_in_both_languages() -> None:
    said = await node("test.mjs")

    assert "fail 0\n" in said


async def test_the_page_opens_with_little_and_fetches_the_rest_when_it_is_wanted(
    built: str,
) -> None:
    sizes = {name: float(size) for name, size in re.findall(r"(\S+)  ([\d.]+) kB gzip", built)}
    first = sizes.pop("load")

    assert first <= FIRST_KB, built
    assert {name for name, size in sizes.items() if size > CHUNK_KB} == set()
    fetched_later = {name.split("-")[0] for name in sizes}
    assert {"finance", "metrics", "dashboard", "reports", "notifications"} <= fetched_later
    assert {"flows", "templates", "contacts", "integrations", "help"} <= fetched_later
