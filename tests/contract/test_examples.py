"""Every documented example works as it stands, and makes what the rest of the document is about."""

import pytest

from .conftest import NOT_BY_EXAMPLE, Seeded
from .examples import PARAMETER

pytestmark = pytest.mark.asyncio(loop_scope="session")

# What no example makes: files that are uploaded, and what a failure brings.
MADE_BY_LIFE = {
    "/messages/{id}/media",
    "/flows/media/{id}",
    "/support/videos/{id}/file",
    "/notifications/{id}",
    "/privacy/exports/{id}/file",
    "/privacy/erasures/{id}",
    "/privacy/erasures/{id}/certificate",
}


async def test_every_body_has_an_example(seeded: Seeded) -> None:
    bare = [
        one.name
        for one in seeded.operations
        if one.wants_body and not one.examples() and one.name not in NOT_BY_EXAMPLE
    ]
    assert bare == []


async def test_every_example_is_taken(seeded: Seeded) -> None:
    assert seeded.failures == []


async def test_what_the_examples_made_can_be_read(seeded: Seeded) -> None:
    wrong = []
    for one in seeded.operations:
        if one.method != "GET" or not PARAMETER.search(one.path) or one.path in MADE_BY_LIFE:
            continue
        try:
            path = await seeded.walk.path(one.path)
        except LookupError as error:
            wrong.append(str(error))
            continue
        async with seeded.box.raw("GET", path, params=one.query) as response:
            if response.status not in one.success:
                wrong.append(f"{one.name}: {response.status} {await response.text()}")
    assert wrong == []


async def test_the_longest_question_fits_in_an_address(seeded: Seeded) -> None:
    agent = seeded.walk.known["agents"]
    found = await seeded.box.get(f"/agents/{agent}/search", q="😀" * 2000)
    assert "items" in found
