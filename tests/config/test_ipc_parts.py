import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

from config.ipc import Link, Part


async def test_a_part_goes_out_before_the_next_item_exists() -> None:
    """What is written token by token must not arrive one token late."""
    here, there = socket.socketpair()
    parent, child = await Link.over(here), await Link.over(there)
    go_on = asyncio.Event()

    async def write(_: dict[str, Any]) -> AsyncIterator[Any]:
        yield Part("first")
        await go_on.wait()
        yield Part("second")
        yield "done"

    child.on_stream("write", write)
    parent.start()
    child.start()
    heard = []
    async for item in parent.stream("write", timeout_s=30):
        heard.append(item)
        go_on.set()

    assert heard == ["first", "second", "done"]
    await parent.close()
    await child.close()
